import { isBrowser } from '../platform/page.ts'
import type { EventStream } from './contract.ts'

/**
 * Subscribes after the current rendering, in a microtask. A component that hydrates then first shows what the server rendered,
 * and one that is unmounted at once opens nothing. On a server it does not subscribe.
 *
 * @example
 * ```ts
 * import { createEventStream, subscribeAfterRender } from '@headwater/core'
 *
 * const news = createEventStream('https://example.com/news')
 * const unsubscribe = subscribeAfterRender(news, () => console.log(news.getSnapshot().status))
 * unsubscribe() // before the stream was opened
 * ```
 */
export function subscribeAfterRender(stream: EventStream<unknown>, listener: () => void): () => void {
  let pending = isBrowser()
  let unsubscribe: (() => void) | undefined
  const rendered = stream.getSnapshot()
  queueMicrotask(() => {
    if (!pending) return
    if (stream.getSnapshot() !== rendered) listener()
    unsubscribe = stream.subscribe(listener)
  })
  return () => {
    pending = false
    unsubscribe?.()
  }
}
