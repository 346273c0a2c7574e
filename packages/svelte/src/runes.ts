import {
  type AnyMessage,
  type EventStream,
  type Folded,
  type MessageOf,
  type NoEvents,
  type Snapshot,
  SNAPSHOT_KEYS,
  subscribeAfterRender,
} from '@headwater/core'
import { createSubscriber } from 'svelte/reactivity'
import { type EventSourceOptions, type EventSourceUrl, memoizeStream } from './memoize-stream.ts'

/**
 * Creates a reactive object of the connection state and data of an event stream, for markup, `$derived` and `$effect`. The
 * first effect that reads a property opens the stream; it closes after the last one is destroyed. On a server it never
 * connects, and the object has the initial data. Requires Svelte 5.7.
 *
 * The latest options are read when they are needed, and a change never causes a reconnect. A different URL, method, text
 * body or `key` is a different stream, with its own data. Components that request the same stream share one connection.
 *
 * @param url URL of the stream, or a function that reads it from state. With `null`, `undefined` or `''`, the stream is
 * `idle`.
 * @param options Options of the stream, or a function that reads them from state. Default `{}`.
 * @throws {SseError} `invalid-option` on the first read, for an invalid option.
 * @example
 * ```ts
 * import { createEventSource } from '@headwater/svelte/runes'
 *
 * const page = { symbol: 'ACME' } // $state in a component
 * const price = createEventSource(() => `/prices/${page.symbol}`) // {price.status} {price.data}
 * ```
 */
export function createEventSource<Events = NoEvents, Data = MessageOf<Events>['data'] | undefined>(
  url: Exclude<EventSourceUrl, (...args: never) => unknown> | (() => EventSourceUrl),
  options: EventSourceOptions<Data, Events> | (() => EventSourceOptions<Data, Events>) = {},
): Snapshot<Folded<Data, Events>> {
  const getUrl = typeof url === 'function' ? url : () => url
  const getOptions = typeof options === 'function' ? options : () => options
  const getReader = memoizeStream<ReadSnapshot<Folded<Data, Events>>, Data, Events>(
    'createEventSource',
    createReader,
  )
  return createView(() => getReader(getUrl(), getOptions)(getOptions().enabled))
}

/**
 * Creates a reactive object of the snapshot of an existing stream. Subscribes to the stream while an effect reads it.
 *
 * @param stream Stream made with `createEventStream`.
 * @example
 * ```ts
 * import { createEventStream } from '@headwater/svelte'
 * import { fromEventStream } from '@headwater/svelte/runes'
 *
 * export const news = fromEventStream(createEventStream('https://example.com/news')) // {news.data}
 * ```
 */
export function fromEventStream<Data>(stream: EventStream<Data, AnyMessage>): Snapshot<Data> {
  const read = createReader(stream)
  return createView(() => read())
}

type ReadSnapshot<Data> = (enabled?: boolean) => Snapshot<Data>

/**
 * Returns a function that reads the snapshot, and subscribes the effect that calls it. With `enabled` set to `false`, the
 * effect observes the stream without keeping it open.
 */
function createReader<Data>(stream: EventStream<Data, AnyMessage>): ReadSnapshot<Data> {
  const subscribe = createSubscriber((update) => subscribeAfterRender(stream, update))
  const observe = createSubscriber((update) => stream.observe(update))
  return (enabled = true) => {
    if (enabled) subscribe()
    else observe()
    return stream.getSnapshot()
  }
}

/** Returns a snapshot whose properties read the latest snapshot on each access. */
function createView<Data>(read: () => Snapshot<Data>): Snapshot<Data> {
  const view = { open: () => read().open(), close: () => read().close() }
  for (const key of SNAPSHOT_KEYS)
    Object.defineProperty(view, key, {
      enumerable: true,
      get: () => (read() as { [key: string]: unknown })[key],
    })
  return view as Snapshot<Data>
}
