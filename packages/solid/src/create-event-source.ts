import {
  type AnyMessage,
  bindEventStream,
  type BoundStreamOptions,
  type EventStream,
  type Folded,
  streamKey,
  type MessageOf,
  type NoEvents,
  type Snapshot,
  type StreamUrl,
} from '@headwater/core'
import { type Accessor, createMemo, untrack, useContext } from 'solid-js'
import { fromEventStream } from './from-event-stream.ts'
import { ScopeContext } from './stream-scope.ts'

/** What a stream can be told. */
export type CreateEventSourceOptions<Data = string | undefined, Events = NoEvents> = BoundStreamOptions<
  Data,
  Events
>

type Url = StreamUrl | null | undefined

/** The address, or an accessor of it. What is to be asked anew for each attempt is a function that an accessor returns. */
export type EventSourceUrl = Exclude<Url, (...given: never) => unknown> | (() => Url)

interface Held<Data> {
  readonly asked: string
  readonly stream: EventStream<Data, AnyMessage>
}

/**
 * Opens an event stream while its owner lives, and shows its connection state and its data, each property reactive by
 * itself. An accessor that returns `null` or `undefined` means: not yet.
 *
 * Options are read when they matter, the newest ones, and never cause a reconnect. Another url, method, text body or `key`
 * makes another stream, with data of its own. Components that ask for the same stream share its connection.
 *
 * @throws {SseError} `invalid-option` to the error boundary, for what cannot work.
 * @example
 * ```ts
 * import { createEventSource } from '@headwater/solid'
 *
 * function Price(props: { symbol?: string }) {
 *   const price = createEventSource(() => props.symbol && `/prices/${props.symbol}`)
 *   return () => (price.status === 'waiting' ? price.error.message : price.data)
 * }
 * ```
 */
export function createEventSource<Events = NoEvents, Data = MessageOf<Events>['data'] | undefined>(
  url: EventSourceUrl,
  options: CreateEventSourceOptions<Data, Events> | Accessor<CreateEventSourceOptions<Data, Events>> = {},
): Snapshot<Folded<Data, Events>> {
  const scope = useContext(ScopeContext)
  const urlNow = typeof url === 'function' ? url : () => url
  const optionsNow = typeof options === 'function' ? options : () => options
  const identity = createMemo(() => streamKey(urlNow(), optionsNow()))
  const make = (asked: string): Held<Folded<Data, Events>> => {
    const stream = bindEventStream(
      () => untrack(urlNow),
      () => untrack(optionsNow),
      scope,
      () => untrack(identity) === asked,
    )
    return { asked, stream }
  }
  // The first is made here, so that what cannot work is thrown by the component, before anything depends on it.
  const held = createMemo<Held<Folded<Data, Events>>, Held<Folded<Data, Events>>>(
    (last) => {
      const asked = identity()
      return asked === last.asked ? last : untrack(() => make(asked))
    },
    make(untrack(identity)),
  )
  return fromEventStream(
    () => held().stream,
    () => optionsNow().enabled,
  )
}
