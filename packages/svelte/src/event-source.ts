import type { AnyMessage, EventStream, Folded, MessageOf, NoEvents, Snapshot } from '@headwater/core'
import { derived, readable, type Readable } from 'svelte/store'
import { type EventSourceOptions, type EventSourceUrl, memoizeStream } from './memoize-stream.ts'
import { syncSnapshot } from './to-store.ts'

/**
 * Creates a store of the connection state and data of an event stream. The first subscriber opens the stream; it closes
 * after the last one unsubscribes. On a server it never connects, and the store has the initial data.
 *
 * The latest options are read when they are needed, and a change never causes a reconnect. A different URL, method, text
 * body or `key` is a different stream, with its own data. Stores that request the same stream share one connection.
 *
 * @param url URL of the stream, or a store of it. With `null`, `undefined` or `''`, the stream is `idle`.
 * @param options Options of the stream, or a function or store of them. Use a store if `key`, `method`, `body` or `enabled`
 * changes. Default `{}`.
 * @throws {SseError} `invalid-option` on the first subscription, for an invalid option.
 * @example
 * ```ts
 * import { eventSource } from '@headwater/svelte'
 * import { derived, writable } from 'svelte/store'
 *
 * const symbol = writable('ACME')
 * const price = eventSource(derived(symbol, ($symbol) => `/prices/${$symbol}`)) // {$price.status} {$price.data}
 * ```
 */
export function eventSource<Events = NoEvents, Data = MessageOf<Events>['data'] | undefined>(
  url: EventSourceUrl | Readable<EventSourceUrl>,
  options:
    | EventSourceOptions<Data, Events>
    | Readable<EventSourceOptions<Data, Events>>
    | (() => EventSourceOptions<Data, Events>) = {},
): Readable<Snapshot<Folded<Data, Events>>> {
  type View = Folded<Data, Events>
  const getStream = memoizeStream<EventStream<View, AnyMessage>, Data, Events>(
    'eventSource',
    (stream) => stream,
  )
  return derived(
    [toReadable(url), toReadable(options)],
    ([url, options], set: (snapshot: Snapshot<View>) => void) => {
      const getOptions = typeof options === 'function' ? options : () => options
      return syncSnapshot(getStream(url, getOptions), set, getOptions().enabled)
    },
  )
}

function toReadable<Value>(value: Value | Readable<Value>): Readable<Value> {
  return isStore(value) ? value : readable(value)
}

function isStore<Value>(value: Value | Readable<Value>): value is Readable<Value> {
  return typeof value === 'object' && value !== null && 'subscribe' in value
}
