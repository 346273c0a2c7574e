import {
  type AnyMessage,
  bindEventStream,
  type BoundStreamOptions,
  createSwitchLimiter,
  type EventStream,
  type Folded,
  type MessageOf,
  type NoEvents,
  type Snapshot,
  streamKey,
  type StreamUrl,
} from '@headwater/core'
import { type Accessor, createMemo, getOwner, untrack, useContext } from 'solid-js'
import { fromEventStream } from './from-event-stream.ts'
import { ScopeContext } from './stream-scope.ts'

/** Options of {@link createEventSource}. */
export type CreateEventSourceOptions<Data = string | undefined, Events = NoEvents> = BoundStreamOptions<
  Data,
  Events
>

type Url = StreamUrl | null | undefined

/** URL of the stream, or an accessor of it. To call a function before each attempt, return that function from an accessor. */
export type EventSourceUrl = Exclude<Url, (...args: never) => unknown> | (() => Url)

/** A stream with the key that it was created for. */
interface Binding<Data> {
  readonly key: string
  readonly stream: EventStream<Data, AnyMessage>
}

/**
 * Opens an event stream until the owner is cleaned up, and returns its connection state and data. Each property is
 * reactive on its own.
 *
 * The latest options are read when they are needed, and a change never causes a reconnect. A different URL, method, text
 * body or `key` is a different stream, with its own data. Components that request the same stream share one connection.
 *
 * @param url URL of the stream. With `null`, `undefined` or `''`, the stream is `idle`.
 * @param options Options of the stream, or an accessor of them. Default `{}`.
 * @throws {SseError} `invalid-option` in the component, for an invalid option; an error boundary catches it.
 * @example
 * ```ts
 * import { createEventSource } from '@headwater/solid'
 *
 * function Price(props: { symbol?: string }) {
 *   const price = createEventSource(() => props.symbol && `/prices/${props.symbol}`)
 *   return () => (price.status === 'closed' && price.reason === 'failed' ? price.error?.message : price.data)
 * }
 * ```
 */
export function createEventSource<Events = NoEvents, Data = MessageOf<Events>['data'] | undefined>(
  url: EventSourceUrl,
  options: CreateEventSourceOptions<Data, Events> | Accessor<CreateEventSourceOptions<Data, Events>> = {},
): Snapshot<Folded<Data, Events>> {
  const scope = useContext(ScopeContext)
  const component = nearestComponent()
  const switches = createSwitchLimiter({
    name: 'createEventSource',
    component: () => component,
    remedy: 'createMemo or createSignal',
  })
  const getUrl = typeof url === 'function' ? url : () => url
  const getOptions = typeof options === 'function' ? options : () => options
  const currentKey = createMemo(() => streamKey(getUrl(), getOptions()))
  const createBinding = (key: string): Binding<Folded<Data, Events>> => {
    const stream = bindEventStream(
      () => untrack(getUrl),
      () => untrack(getOptions),
      { scope, switches, isCurrent: () => untrack(currentKey) === key },
    )
    return { key, stream }
  }
  const binding = createMemo<Binding<Folded<Data, Events>>, Binding<Folded<Data, Events>>>(
    (last) => {
      const key = currentKey()
      return key === last.key ? last : untrack(() => createBinding(key))
    },
    // Created outside the memo, so that the component itself throws for an invalid option.
    createBinding(untrack(currentKey)),
  )
  return fromEventStream(
    () => binding().stream,
    () => getOptions().enabled,
  )
}

/** Returns the name of the component that is created, which only the development build of Solid knows. */
function nearestComponent(): string | undefined {
  type ComponentOwner = NonNullable<ReturnType<typeof getOwner>> & {
    readonly component?: { readonly name: string }
  }
  for (let owner = getOwner() as ComponentOwner | null; owner; owner = owner.owner as ComponentOwner | null)
    // Hot reload puts a tag before the name.
    if (owner.component) return owner.component.name.replace(/^\[.*\]/, '')
  return undefined
}
