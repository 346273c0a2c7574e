import type { AnyMessage, EventStream, Folded, MessageOf, NoEvents, Snapshot } from '@headwater/core'
import { derived, readable, type Readable } from 'svelte/store'
import { type EventSourceOptions, type EventSourceUrl, follow } from './follow.ts'
import { show } from './to-store.ts'

/**
 * Makes a store of an event stream. It connects for its first reader and closes after its last; on a server it only shows
 * what it begins with. Without a url (`null`, `undefined`) it is idle.
 *
 * Options are read when they matter, and never cause a reconnect. Another url, method, text body or `key` makes another
 * stream, with data of its own. Stores that ask for the same stream share its connection.
 *
 * @param url The address, or a store of it.
 * @param options Values, a function that is asked for them, or, where `key`, `method`, `body` or `enabled` change, a store.
 * @throws {SseError} `invalid-option` to its first reader, for what cannot work.
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
  type Shown = Folded<Data, Events>
  const streamOf = follow<EventStream<Shown, AnyMessage>, Data, Events>((stream) => stream)
  return derived([store(url), store(options)], ([url, options], set: (snapshot: Snapshot<Shown>) => void) => {
    const optionsNow = typeof options === 'function' ? options : () => options
    return show(streamOf(url, optionsNow), set, optionsNow().enabled)
  })
}

function store<Value>(value: Value | Readable<Value>): Readable<Value> {
  return isStore(value) ? value : readable(value)
}

function isStore<Value>(value: Value | Readable<Value>): value is Readable<Value> {
  return typeof value === 'object' && value !== null && 'subscribe' in value
}
