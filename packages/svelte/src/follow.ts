import {
  type AnyMessage,
  bindEventStream,
  type BoundStreamOptions,
  type EventStream,
  type Folded,
  streamKey,
  type NoEvents,
  type StreamUrl,
} from '@headwater/core'
import { nearestScope } from './stream-scope.ts'

/** What a stream can be told. */
export type EventSourceOptions<Data = string | undefined, Events = NoEvents> = BoundStreamOptions<
  Data,
  Events
>

/** The address; without one (`null`, `undefined`) the stream is idle. */
export type EventSourceUrl = StreamUrl | null | undefined

interface Asked<Data, Events> {
  url: EventSourceUrl
  options: () => EventSourceOptions<Data, Events>
}

/** What is made of a stream, for as long as the same is asked for. */
interface Held<Made, Data, Events> {
  readonly identity: string
  readonly asked: Asked<Data, Events>
  readonly made: Made
}

/** Gives what was made before for as long as the same stream is asked for, with the newest url and options. */
export function follow<Made, Data, Events>(
  make: (stream: EventStream<Folded<Data, Events>, AnyMessage>) => Made,
): (url: EventSourceUrl, options: () => EventSourceOptions<Data, Events>) => Made {
  const scope = nearestScope()
  const held: Held<Made, Data, Events>[] = []
  return (url, options) => {
    const identity = streamKey(url, options())
    const [last] = held
    if (last?.identity === identity) {
      Object.assign(last.asked, { url, options })
      return last.made
    }
    // Each stream has its own, so that one that is left sends no header that is meant for the next.
    const asked = { url, options }
    const stream = bindEventStream<Events, Data>(
      () => asked.url,
      () => asked.options(),
      scope,
      () => held[0]?.asked === asked,
    )
    const made = make(stream)
    held.splice(0, 1, { identity, asked, made })
    return made
  }
}
