import type { AnyMessage, MessageOf } from '../decode.ts'
import type { Message } from '../../protocol/message.ts'
import type { UntilResult } from '../../options.ts'

/**
 * How messages become `data`. `add` runs once for each message, in order, and may change its state in place; `view` runs
 * at most once a notification, and gives what is shown: the same object while nothing has changed, and never one that a
 * later `add` changes.
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
  /** The state to begin with, grown from `initialData` where the stream was given some. */
  initial(initialData: Data | undefined): State
  add(state: State, message: Each): State
  view(state: State): Data
  /**
   * Whether a message, as it came, is the last word of the format that this fold reads: as the option `until`, which is asked
   * first. Default: none is.
   */
  until?(message: Message): UntilResult
  /**
   * What the state is. A stream goes by the newest fold that its options give, so that one written inline is up to date:
   * of the same kind, it goes on with the state; of another, it begins anew with the next message. Default: one kind for all
   * that name none.
   */
  readonly stateKey?: string
  /**
   * Whether one who comes late to a shared stream begins with the message that came last before. Default `false`: a late
   * comer begins with what comes next.
   */
  readonly replayLast?: boolean
}

/** Makes the data after a message from the data before it; never changes that in place. It begins with `initialData`. */
export type Reducer<Data, Each = AnyMessage> = (data: Data, message: Each) => Data

/** The data of a fold that was made where the type of the messages was not known yet, now that it is. */
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
