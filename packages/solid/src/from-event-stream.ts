import { type AnyMessage, type EventStream, type Snapshot, SNAPSHOT_KEYS } from '@headwater/core'
import {
  type Accessor,
  createEffect,
  createMemo,
  createSignal,
  onCleanup,
  sharedConfig,
  untrack,
} from 'solid-js'

/**
 * Shows a stream that was made elsewhere: what owns the call joins it, and leaves it on cleanup. Each property is reactive
 * by itself: what reads `data` does not run again because `status` changed.
 *
 * @param enabled Whether the stream is kept open. Default `true`; with `false` it shows what others do with it.
 * @example
 * ```ts
 * import { createEventStream, fromEventStream } from '@headwater/solid'
 *
 * const stream = createEventStream('https://example.com/news')
 *
 * function Headline() {
 *   const news = fromEventStream(stream)
 *   return () => news.data ?? news.status
 * }
 * ```
 */
export function fromEventStream<Data>(
  stream: EventStream<Data, AnyMessage> | Accessor<EventStream<Data, AnyMessage>>,
  enabled: Accessor<boolean | undefined> = () => true,
): Snapshot<Data> {
  const current = typeof stream === 'function' ? stream : () => stream
  // What hydrates has to show what the server did.
  const hydrates = sharedConfig.context !== undefined
  const [news, setNews] = createSignal<object>()
  const snapshot = createMemo(() =>
    news() || !hydrates ? current().getSnapshot() : current().getServerSnapshot(),
  )
  const wanted = createMemo(() => enabled() ?? true)

  createEffect(() => {
    const join = wanted() ? current().subscribe : current().observe
    const tell = () => void setNews({})
    // What the stream reads of its options is read when it matters, and is nothing to join anew for.
    onCleanup(untrack(() => join(tell)))
    tell()
  })

  const view = { open: () => untrack(current).open(), close: () => untrack(current).close() }
  for (const key of SNAPSHOT_KEYS)
    Object.defineProperty(view, key, {
      enumerable: true,
      get: createMemo(() => (snapshot() as { [key: string]: unknown })[key]),
    })
  return view as Snapshot<Data>
}
