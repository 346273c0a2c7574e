import type { EventStream } from './contract.ts'
import { isBrowser } from '../platform/page.ts'

/**
 * Subscribes as soon as what renders now is done, so that a view which hydrates shows what the server did, and one that
 * only looks opens nothing. Where there is no page, as on a server that renders, it does not subscribe at all.
 *
 * @example
 * ```ts
 * import { createEventStream, subscribeAfterRender } from '@headwater/core'
 *
 * const news = createEventStream('https://example.com/news')
 * const leave = subscribeAfterRender(news, () => console.log(news.getSnapshot().status))
 * leave() // before anything was opened
 * ```
 */
export function subscribeAfterRender(stream: EventStream<unknown>, listener: () => void): () => void {
  let wanted = isBrowser()
  let leave: (() => void) | undefined
  const rendered = stream.getSnapshot()
  queueMicrotask(() => {
    if (!wanted) return
    if (stream.getSnapshot() !== rendered) listener()
    leave = stream.subscribe(listener)
  })
  return () => {
    wanted = false
    leave?.()
  }
}
