import type { EventStream, Snapshot } from '@headwater/core'
import { useSyncExternalStore } from 'react'

/**
 * Shows a stream that was made elsewhere: mounting joins it, unmounting leaves it.
 *
 * @example
 * ```tsx
 * import { createEventStream } from '@headwater/core'
 * import { useEventStream } from '@headwater/react'
 *
 * const news = createEventStream('https://example.com/news')
 *
 * function Headline() {
 *   const { data, status } = useEventStream(news)
 *   return <p>{data ?? status}</p>
 * }
 * ```
 */
export function useEventStream<Data>(stream: EventStream<Data>): Snapshot<Data> {
  return useSyncExternalStore(stream.subscribe, stream.getSnapshot, stream.getServerSnapshot)
}
