'use client'

import type { AnyMessage, EventStream, Snapshot } from '@headwater/core'
import { useSyncExternalStore } from 'react'

/**
 * Shows a stream that was made elsewhere: mounting joins it, unmounting leaves it.
 *
 * @param enabled Whether the component keeps the stream open. Default `true`; with `false` it shows what others do with it.
 * @example
 * ```tsx
 * import { createEventStream, useEventStream } from '@headwater/react'
 *
 * const news = createEventStream('https://example.com/news')
 *
 * function Headline() {
 *   const { data, status } = useEventStream(news)
 *   return <p>{data ?? status}</p>
 * }
 * ```
 */
export function useEventStream<Data>(stream: EventStream<Data, AnyMessage>, enabled = true): Snapshot<Data> {
  const subscribe = enabled ? stream.subscribe : stream.observe
  return useSyncExternalStore(subscribe, stream.getSnapshot, stream.getServerSnapshot)
}
