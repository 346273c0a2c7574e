import type { Clock } from './clock.ts'
import { ServerError } from './errors.ts'
import type { From } from './feed.ts'
import type { CorsOptions } from './head.ts'
import type { Durability, Log } from './log.ts'

/** Message as a filter sees it. The types of `event` and `data` belong together. */
export type ChannelMessage<Events> = {
  [Event in keyof Events & string]: {
    readonly event: Event
    readonly data: Events[Event]
    readonly id: string
  }
}[keyof Events & string]

/** Options of {@link createChannel}. */
export interface ChannelOptions<Events, Reader = undefined> {
  /** Place where the messages are kept. The channel closes it when it is closed itself. */
  readonly log: Log
  /**
   * Decides if a reader is sent a message, live or replayed. If it throws, the message is not sent. `respond` and `handle` then require
   * a `reader`. Default: all messages are sent.
   */
  readonly filter?: ((message: ChannelMessage<Events>, reader: Reader) => boolean) | undefined
  /** Format of data: any value as JSON, or text as it is. Default `'json'`. */
  readonly format?: 'json' | 'text' | undefined
  /** Longest time without a byte on a response, in milliseconds. Default 8,000, because Bun ends a response after 10 s of silence. */
  readonly heartbeatMs?: number | undefined
  /** Delay before clients reconnect, in milliseconds. Default 1,000. */
  readonly retryMs?: number | undefined
  /** Time after which a response ends that takes nothing although something is to be sent, in milliseconds. Default 30,000. */
  readonly stallMs?: number | undefined
  /** Most bytes that are given to a response at once. A longer message is sent alone. Default 65,536. */
  readonly maxBufferedBytes?: number | undefined
  /** Lets pages of other origins read the channel. Default: no headers, as for a channel of the own origin or behind another CORS handler. */
  readonly cors?: CorsOptions | undefined
  /** Called with errors that `filter` has thrown. Default: `console.error`. */
  readonly onError?: ((error: unknown) => void) | undefined
  /** Timers and randomness, for tests. */
  readonly clock?: Clock | undefined
}

/** Options of one response. `reader` is required if the channel has a `filter`. */
export type ResponseOptions<Reader = undefined> = {
  /** Messages for a client that names no position: those from now on, all that the log has, or the newest n. Default `'now'`. */
  readonly from?: From | undefined
  /** Further response headers. */
  readonly headers?: Readonly<Record<string, string>> | undefined
} & (undefined extends Reader ? { readonly reader?: Reader } : { readonly reader: Reader })

/** Arguments of `respond` and `handle` after the request: optional, unless the channel has a filter. */
export type ResponseArguments<Reader> = undefined extends Reader
  ? [options?: ResponseOptions<Reader>]
  : [options: ResponseOptions<Reader>]

/** Options of `publish`. */
export interface PublishOptions {
  /** Makes it safe to publish again after an error: the log keeps the first message with this key, and returns its id. */
  readonly dedupeKey?: string | undefined
  /** Time after which the message is not sent any more, in milliseconds since 1970. Default: never. */
  readonly expiresAt?: number | undefined
  /** Point that the message must have reached before `publish` resolves. Default `'log'`. */
  readonly durability?: Durability | undefined
}

/** Options of `close`. */
export interface CloseOptions {
  /** Time over which the readers return, in milliseconds. Default 1,000. */
  readonly spreadMs?: number | undefined
}

/** Names of all options. A test compares them with the types. */
export const CHANNEL_OPTIONS =
  'clock cors filter format heartbeatMs log maxBufferedBytes onError retryMs stallMs'
export const RESPONSE_OPTIONS = 'from headers reader'
export const PUBLISH_OPTIONS = 'dedupeKey durability expiresAt'

/** @throws ServerError `invalid-option` for an unknown name, or a number that is negative or none. */
export const checkOptions = (options: object, known: string): void => {
  const names = known.split(' ')
  for (const [name, value] of Object.entries(options)) {
    if (!names.includes(name)) {
      const similar = names.find((each) => each.slice(0, 4).toLowerCase() === name.slice(0, 4).toLowerCase())
      throw new ServerError(
        'invalid-option',
        `Option ${name} is unknown.${similar ? ` Did you mean ${similar}?` : ` Known are ${names.join(', ')}.`}`,
      )
    }
    if (name === 'from' && (value === 'now' || value === 'start')) continue
    if (/(Ms|Bytes|At|from)$/.test(name) && value !== undefined && !((value as number) >= 0))
      throw new ServerError(
        'invalid-option',
        `Option ${name} must be a number of 0 or more, not ${String(value)}.`,
      )
  }
}
