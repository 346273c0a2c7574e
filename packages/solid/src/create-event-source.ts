import {
  bindEventStream,
  type BoundStreamOptions,
  type EventStream,
  identify,
  type Snapshot,
  type StreamUrl,
} from '@headwater/core'
import { type Accessor, createMemo, untrack, useContext } from 'solid-js'
import { fromEventStream } from './from-event-stream.ts'
import { ScopeContext } from './stream-scope.ts'

/** What a stream can be told. */
export type CreateEventSourceOptions<Data = string | undefined> = BoundStreamOptions<Data>

type Url = StreamUrl | null | undefined

/** The address, or an accessor of it. What is to be asked anew for each attempt is a function that an accessor returns. */
export type EventSourceUrl = Exclude<Url, (...given: never) => unknown> | (() => Url)

interface Held<Data> {
  readonly asked: string
  readonly stream: EventStream<Data>
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
 *   return () => (price.status === 'waiting' ? price.cause.message : price.data)
 * }
 * ```
 */
export function createEventSource<Data = string | undefined>(
  url: EventSourceUrl,
  options: CreateEventSourceOptions<Data> | Accessor<CreateEventSourceOptions<Data>> = {},
): Snapshot<Data> {
  const scope = useContext(ScopeContext)
  const urlNow = typeof url === 'function' ? url : () => url
  const optionsNow = typeof options === 'function' ? options : () => options
  const identity = createMemo(() => identify(urlNow(), optionsNow()))
  const make = (asked: string): Held<Data> => {
    const stream = bindEventStream(
      () => untrack(urlNow),
      () => untrack(optionsNow),
      scope,
      () => untrack(identity) === asked,
    )
    return { asked, stream }
  }
  // The first is made here, so that what cannot work is thrown by the component, before anything depends on it.
  const held = createMemo<Held<Data>, Held<Data>>(
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
