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
 * Returns the snapshot of an existing stream. Subscribes until the owner is cleaned up. Each property is reactive on its
 * own: a change of `status` does not rerun a computation that reads only `data`.
 *
 * @param stream Stream made with `createEventStream`, or an accessor of it.
 * @param enabled Return `false` to observe the stream without keeping it open. Default `true`.
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
  const getStream = typeof stream === 'function' ? stream : () => stream
  // During hydration, the first render must match the server's HTML.
  const isHydrating = sharedConfig.context !== undefined
  const [changed, setChanged] = createSignal<object>()
  const snapshot = createMemo(() =>
    changed() || !isHydrating ? getStream().getSnapshot() : getStream().getServerSnapshot(),
  )
  const isEnabled = createMemo(() => enabled() ?? true)

  createEffect(() => {
    const subscribe = isEnabled() ? getStream().subscribe : getStream().observe
    const onChange = () => void setChanged({})
    // Untracked: signals that the options read must not cause a new subscription.
    onCleanup(untrack(() => subscribe(onChange)))
    // The snapshot may have changed between the first read and the subscription.
    onChange()
  })

  const view = { open: () => untrack(getStream).open(), close: () => untrack(getStream).close() }
  for (const key of SNAPSHOT_KEYS)
    Object.defineProperty(view, key, {
      enumerable: true,
      get: createMemo(() => (snapshot() as { [key: string]: unknown })[key]),
    })
  return view as Snapshot<Data>
}
