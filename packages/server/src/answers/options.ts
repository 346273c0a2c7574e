import type { AnswerStore } from '../answer-store.ts'
import type { Clock } from '../clock.ts'
import { ServerError } from '../errors.ts'
import type { CorsOptions } from '../head.ts'
import type { Producer } from './run.ts'

/** Options of {@link createAnswers}. */
export interface AnswersOptions<Reader = undefined> {
  /** Place where the answers are kept: `memoryAnswers()`, `sqliteAnswers(path)` or `redisAnswers(client)`. Closed together with the answers. */
  readonly store: AnswerStore
  /**
   * Decides if a reader may start, read or stop the answer with an id. All methods but `run` then require a `reader`. Refused requests are answered
   * with 404. Default: everybody who knows the id.
   */
  readonly access?: ((reader: Reader, id: string) => boolean | Promise<boolean>) | undefined
  /**
   * Time for which a producer keeps its right to write without renewing it, in milliseconds. After that, its process counts as lost, readers are told
   * so, and it cannot write any more. It is renewed at least every 500 ms. Default 10,000.
   */
  readonly leaseMs?: number | undefined
  /** Time for which an answer is kept after its last message, in milliseconds. Default 1 hour. */
  readonly expireMs?: number | undefined
  /** UTF-16 code units of data that an answer may have. The process of the producer holds them until the end. Default 16 Mi. */
  readonly maxLength?: number | undefined
  /** Called with the promise of each running answer, for platforms that suspend a process after the response. */
  readonly waitUntil?: ((running: Promise<void>) => void) | undefined
  /** Longest time without a byte on a response, in milliseconds. Default 8,000. */
  readonly heartbeatMs?: number | undefined
  /** Delay before clients reconnect, in milliseconds. Default 1,000. */
  readonly retryMs?: number | undefined
  /** Time after which a response ends that takes nothing although something is to be sent, in milliseconds. Default 30,000. */
  readonly stallMs?: number | undefined
  /** Most bytes that are given to a response at once. Default 65,536. */
  readonly maxBufferedBytes?: number | undefined
  /** Lets pages of other origins read the answers. Default: no headers. */
  readonly cors?: CorsOptions | undefined
  /** Called with errors of producers, of the store, and with answers that were lost. Default: `console.error`. */
  readonly onError?: ((error: unknown) => void) | undefined
  /** Timers and randomness, for tests. */
  readonly clock?: Clock | undefined
}

/** Options without the type of the user. */
export type AnyAnswersOptions = AnswersOptions<unknown>

/** Reader of an answer. Required if there is an option `access`. */
export type AnswerReader<Reader> = undefined extends Reader
  ? { readonly reader?: Reader }
  : { readonly reader: Reader }

/** Options of one response. */
export type AnswerResponseOptions<Reader = undefined> = {
  /** Makes the answer, if the request is the first one with this id. A request with a `Last-Event-ID` never does. */
  readonly run?: Producer | undefined
  /** Further response headers. */
  readonly headers?: Readonly<Record<string, string>> | undefined
} & AnswerReader<Reader>

/** Arguments after the id: optional, unless there is an option `access`. */
export type AnswerArguments<Reader, Options> = undefined extends Reader
  ? [options?: Options]
  : [options: Options]

/** Names of all options. */
export const ANSWERS_OPTIONS =
  'access clock cors expireMs heartbeatMs leaseMs maxBufferedBytes maxLength onError retryMs stallMs store waitUntil'
export const RESPONSE_OPTIONS = 'headers reader run'

/** Returns true if a text can be the id of an answer. */
export const isId = (id: unknown): id is string =>
  typeof id === 'string' && id.length > 0 && id.length <= 256 && !/\p{Surrogate}/u.test(id)

/** @throws ServerError `invalid-option` */
export const checkId = (id: unknown): void => {
  if (!isId(id))
    throw new ServerError(
      'invalid-option',
      `The id of an answer must be a text of 1 to 256 characters, not ${JSON.stringify(id)}.`,
    )
}
