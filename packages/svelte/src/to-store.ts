import { type AnyMessage, type EventStream, type Snapshot, subscribeAfterRender } from '@headwater/core'
import { readable, type Readable } from 'svelte/store'

/**
 * Makes a store of a stream that was made elsewhere. Its first reader joins the stream, and its last one leaves it.
 *
 * @example
 * ```ts
 * import { createEventStream, toStore } from '@headwater/svelte'
 *
 * export const news = toStore(createEventStream('https://example.com/news')) // {$news.data}
 * ```
 */
export function toStore<Data>(stream: EventStream<Data, AnyMessage>): Readable<Snapshot<Data>> {
  return readable(stream.getSnapshot(), (set) => show(stream, set))
}

/** Shows a stream, and what becomes of it, until it is left. */
export function show<Data>(
  stream: EventStream<Data, AnyMessage>,
  set: (snapshot: Snapshot<Data>) => void,
  enabled = true,
): () => void {
  const tell = () => set(stream.getSnapshot())
  tell()
  return enabled ? subscribeAfterRender(stream, tell) : stream.observe(tell)
}
