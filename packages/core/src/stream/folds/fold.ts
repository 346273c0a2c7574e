import type { AnyMessage, MessageOf } from '../decode.ts'
import type { Message } from '../../protocol/message.ts'
import type { UntilResult } from '../../options.ts'

/**
 * Turns messages into `data`. `add` is called once for each message, in order, and may change its state in place. `view` is called
 * at most once per notification. It returns the same object while nothing has changed, and never one that `add` changes
 * later.
 *
 * @example
 * ```ts
 * import { createEventStream, type Fold } from '@headwater/core'
 *
 * const sum: Fold<number, number> = {
 *   initial: (data) => data ?? 0,
 *   add: (state, message) => state + Number(message.data),
 *   view: (state) => state,
 * }
 * createEventStream('https://example.com/payments', { fold: sum })
 * ```
 */
export interface Fold<Data, State = unknown, Each = AnyMessage> {
  /**
   * Returns the initial state, based on the option `initialData` if it is given, or on the data of another subscriber. It does
   * not keep that object if `add` changes its state in place.
   */
  initial(initialData: Data | undefined): State
  add(state: State, message: Each): State
  view(state: State): Data
  /**
   * Decides if a message, before it is decoded, ends the stream in the format of this fold. The option `until` is checked first.
   * Default: no message does.
   */
  until?(message: Message, state: State): UntilResult
  /**
   * Adds a message that `until` of this fold has ended the stream with, and that is not delivered: an error may come with a token
   * usage. Default: it is not added.
   */
  addFinal?(state: State, message: Message): State
  /**
   * Returns true if the data is complete when the server ends the response without a final message. Then the stream is closed as
   * `ended` without an error, and does not reconnect. Default: it never is.
   */
  isComplete?(state: State): boolean
  /**
   * Name of the state that the fold builds. A stream uses the latest fold of its options, so a fold may be written inline: with
   * the same `stateKey` it continues with the current state, with another one it starts again with the next message. A late
   * subscriber of a shared stream starts with the data of a subscriber whose fold has the same `stateKey` and that names the same
   * `events`. Default: a stream continues with any other fold without a `stateKey`, and a late subscriber does so with the
   * same fold only.
   */
  readonly stateKey?: string
  /**
   * `'reset'`: the fold starts again when the stream opens without an id to resume from, because the server then sends everything
   * again, as with the answer of a model; and at a gap, because what follows does not continue the data. Default `'continue'`.
   */
  readonly restart?: 'continue' | 'reset'
  /**
   * True if a late subscriber of a shared stream that finds no data of the same fold starts with the last message before it.
   * Default `false`: with the next one.
   */
  readonly replayLast?: boolean
}

/** Returns the new data for the current data and a message, without changing the current data. Starts with `initialData`. */
export type Reducer<Data, Each = AnyMessage> = (data: Data, message: Each) => Data

/** Data of a fold, with the message type of `events` filled in where the fold left it open. */
export type Folded<Data, Events> = 0 extends Data & 1
  ? MessageOf<Events>['data'] | undefined
  : [Data] extends [readonly (infer Each)[]]
    ? IsAnyMessage<Each> extends true
      ? readonly MessageOf<Events>[]
      : Data
    : [Data] extends [ReadonlyMap<infer Key, infer Each>]
      ? IsAnyMessage<Each> extends true
        ? ReadonlyMap<Key, MessageOf<Events>>
        : Data
      : Data

type IsAnyMessage<Each> = [Each] extends [AnyMessage] ? (0 extends Each['data'] & 1 ? true : false) : false
