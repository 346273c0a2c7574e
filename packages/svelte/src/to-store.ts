import { type AnyMessage, type EventStream, type Snapshot, subscribeAfterRender } from '@headwater/core'
import { readable, type Readable } from 'svelte/store'

/**
 * Creates a store of the snapshot of an existing stream. Subscribes to the stream while the store has subscribers.
 *
 * @param stream Stream made with `createEventStream`.
 * @example
 * ```ts
 * import { createEventStream, toStore } from '@headwater/svelte'
 *
 * export const news = toStore(createEventStream('https://example.com/news')) // {$news.data}
 * ```
 */
export function toStore<Data>(stream: EventStream<Data, AnyMessage>): Readable<Snapshot<Data>> {
  return readable(stream.getSnapshot(), (set) => syncSnapshot(stream, set))
}

/** Sets the current snapshot, then each new one. Returns a function that stops and unsubscribes. */
export function syncSnapshot<Data>(
  stream: EventStream<Data, AnyMessage>,
  set: (snapshot: Snapshot<Data>) => void,
  enabled = true,
): () => void {
  const onChange = () => set(stream.getSnapshot())
  onChange()
  return enabled ? subscribeAfterRender(stream, onChange) : stream.observe(onChange)
}
