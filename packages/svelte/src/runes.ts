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
import { type EventSourceOptions, type EventSourceUrl, follow } from './follow.ts'

/**
 * Makes a reactive object of an event stream: `stream.data` in markup, `$derived` and `$effect` just works. It connects for
 * its first reader and closes after its last; on a server it only shows what it begins with. Needs Svelte 5.7.
 *
 * Options are read when they matter, and never cause a reconnect. Another url, method, text body or `key` makes another
 * stream, with data of its own. Components that ask for the same stream share its connection.
 *
 * @param url The address, or a function of state that gives it; `null` or `undefined` means: not yet.
 * @param options Values, or a function of state that gives them.
 * @throws {SseError} `invalid-option` to its first reader, for what cannot work.
 * @example
 * ```ts
 * import { createEventSource } from '@headwater/svelte/runes'
 *
 * const page = { symbol: 'ACME' } // $state in a component
 * const price = createEventSource(() => `/prices/${page.symbol}`) // {price.status} {price.data}
 * ```
 */
export function createEventSource<Events = NoEvents, Data = MessageOf<Events>['data'] | undefined>(
  url: Exclude<EventSourceUrl, (...given: never) => unknown> | (() => EventSourceUrl),
  options: EventSourceOptions<Data, Events> | (() => EventSourceOptions<Data, Events>) = {},
): Snapshot<Folded<Data, Events>> {
  const urlNow = typeof url === 'function' ? url : () => url
  const optionsNow = typeof options === 'function' ? options : () => options
  const streamOf = follow<Read<Folded<Data, Events>>, Data, Events>((stream) => reactive(stream))
  return view(() => streamOf(urlNow(), optionsNow)(optionsNow().enabled))
}

/**
 * Makes a reactive object of a stream that was made elsewhere. Its first reader joins the stream, its last one leaves it.
 *
 * @example
 * ```ts
 * import { createEventStream } from '@headwater/svelte'
 * import { fromEventStream } from '@headwater/svelte/runes'
 *
 * export const news = fromEventStream(createEventStream('https://example.com/news')) // {news.data}
 * ```
 */
export function fromEventStream<Data>(stream: EventStream<Data, AnyMessage>): Snapshot<Data> {
  const read = reactive(stream)
  return view(() => read())
}

type Read<Data> = (enabled?: boolean) => Snapshot<Data>

/** Whoever reads the stream is told of what becomes of it, and keeps it open where that is wanted. */
function reactive<Data>(stream: EventStream<Data, AnyMessage>): Read<Data> {
  const join = createSubscriber((update) => subscribeAfterRender(stream, update))
  const watch = createSubscriber((update) => stream.observe(update))
  return (enabled = true) => {
    if (enabled) join()
    else watch()
    return stream.getSnapshot()
  }
}

function view<Data>(read: () => Snapshot<Data>): Snapshot<Data> {
  const target = { open: () => read().open(), close: () => read().close() }
  for (const key of SNAPSHOT_KEYS)
    Object.defineProperty(target, key, {
      enumerable: true,
      get: () => (read() as { [key: string]: unknown })[key],
    })
  return target as Snapshot<Data>
}
