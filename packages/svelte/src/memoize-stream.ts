import {
  type AnyMessage,
  bindEventStream,
  type BoundStreamOptions,
  type EventStream,
  type Folded,
  type NoEvents,
  streamKey,
  type StreamUrl,
} from '@headwater/core'
import { nearestScope } from './stream-scope.ts'

/** Options of `eventSource` and `createEventSource`. */
export type EventSourceOptions<Data = string | undefined, Events = NoEvents> = BoundStreamOptions<
  Data,
  Events
>

/** URL of the stream. With `null`, `undefined` or `''`, the stream is `idle`. */
export type EventSourceUrl = StreamUrl | null | undefined

interface Latest<Data, Events> {
  url: EventSourceUrl
  getOptions: () => EventSourceOptions<Data, Events>
}

/** A value created from a stream, with the URL and options that the stream reads. */
interface Binding<Value, Data, Events> {
  readonly key: string
  readonly latest: Latest<Data, Events>
  readonly value: Value
}

/**
 * Returns a function that creates a stream and a value from it. Calls with the same stream key update the URL and options
 * of the stream, and return the same value.
 */
export function memoizeStream<Value, Data, Events>(
  create: (stream: EventStream<Folded<Data, Events>, AnyMessage>) => Value,
): (url: EventSourceUrl, getOptions: () => EventSourceOptions<Data, Events>) => Value {
  const scope = nearestScope()
  let binding: Binding<Value, Data, Events> | undefined
  return (url, getOptions) => {
    const key = streamKey(url, getOptions())
    if (binding?.key === key) {
      Object.assign(binding.latest, { url, getOptions })
      return binding.value
    }
    // One object per stream, so that the old stream never sends headers that are meant for the new one.
    const latest = { url, getOptions }
    const stream = bindEventStream<Events, Data>(
      () => latest.url,
      () => latest.getOptions(),
      { scope, isCurrent: () => binding?.latest === latest },
    )
    const value = create(stream)
    binding = { key, latest, value }
    return value
  }
}
