'use client'

import type { AnyMessage, EventStream, Snapshot } from '@headwater/core'
import { useSyncExternalStore } from 'react'

/**
 * Returns the snapshot of an existing stream. Subscribes while the component is mounted.
 *
 * @param stream Stream made with `createEventStream`.
 * @param enabled Set to `false` to observe the stream without keeping it open. Default `true`.
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
