import type { AnyMessage, MessageOf } from './decode.ts'
import { refuse } from './errors.ts'
import type { Message } from './message.ts'
import type { LastWord } from './options.ts'

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
  until?(message: Message): LastWord
  /**
   * What the state is. A stream goes by the newest fold that its options give, so that one written inline is up to date:
   * of the same kind, it goes on with the state; of another, it begins anew with the next message. Default: one kind for all
   * that name none.
   */
  readonly kind?: string
  /**
   * Whether one who comes late to a shared stream begins with the message that came last before. Default `false`: a late
   * comer begins with what comes next.
   */
  readonly late?: boolean
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

/**
 * The data of the last message; `undefined` before the first. What a stream does unless it is told otherwise.
 *
 * @example
 * ```ts
 * import { createEventStream, latest } from '@headwater/core'
 *
 * const stream = createEventStream('https://example.com/price', { fold: latest() })
 * stream.getSnapshot().data // string | undefined
 * ```
 */
// oxlint-disable-next-line typescript/no-explicit-any
export function latest<Each extends AnyMessage = AnyMessage>(): Fold<Each['data'] | undefined, any, Each> {
  return {
    initial: (initialData) => initialData,
    add: (_, message) => message.data,
    view: (data) => data,
    kind: 'latest',
    late: true,
  }
}

/**
 * The last `limit` messages, the oldest first. Adding costs no copy; a notification costs one.
 *
 * @throws {SseError} `invalid-option` for a limit that is no whole number of 1 or more.
 * @example
 * ```ts
 * import { createEventStream, history } from '@headwater/core'
 *
 * const stream = createEventStream('https://example.com/news', { fold: history(50) })
 * stream.getSnapshot().data.map((message) => message.id)
 * ```
 */
export function history<Each = AnyMessage>(limit: number): Fold<readonly Each[], Each[], Each> {
  if (!(Number.isInteger(limit) && limit > 0))
    refuse('history', `needs a whole number of 1 or more, not ${limit}`)
  return {
    initial: (initialData) => [...(initialData ?? [])],
    add(messages, message) {
      messages.push(message)
      // Cut seldom, so that each message pays for one move at most.
      return messages.length < 2 * limit ? messages : messages.slice(-limit)
    },
    view: (messages) => messages.slice(-limit),
    kind: 'history',
  }
}

/**
 * The last message of each key, in the order in which the keys first came. Adding costs no copy; a notification costs one.
 *
 * @param key What to keep a message under; a message for which it gives `undefined` is left out.
 * @param options `remove` tells which messages take their key out of the map. Default: none does.
 * @example
 * ```ts
 * import { createEventStream, keyed } from '@headwater/core'
 *
 * const users = createEventStream('https://example.com/presence', {
 *   fold: keyed((message) => message.id, { remove: (message) => message.type === 'left' }),
 * })
 * users.getSnapshot().data.get('ann')?.data
 * ```
 */
export function keyed<Key, Each = AnyMessage>(
  key: (message: Each) => Key | undefined,
  options: { readonly remove?: (message: Each) => boolean } = {},
): Fold<ReadonlyMap<Key, Each>, Keyed<Key, Each>, Each> {
  return {
    initial: (initialData) => ({ map: new Map(initialData), shown: undefined }),
    add(state, message) {
      const at = key(message)
      if (at === undefined) return state
      const removes = options.remove?.(message)
      if (removes ? state.map.delete(at) : state.map.set(at, message)) state.shown = undefined
      return state
    },
    view: (state) => (state.shown ??= new Map(state.map)),
    kind: 'keyed',
  }
}

interface Keyed<Key, Each> {
  readonly map: Map<Key, Each>
  /** What was shown last, unless the map has changed since. */
  shown: ReadonlyMap<Key, Each> | undefined
}

/**
 * A text that grows by each message: by its data, or by what `select` makes of it. As a decoder in `events` it stands for
 * data that is text.
 *
 * @example
 * ```ts
 * import { createEventStream, text } from '@headwater/core'
 *
 * const answer = createEventStream('https://example.com/answer', {
 *   until: (message) => message.data === '[DONE]',
 *   fold: text((message) => JSON.parse(message.data).delta ?? ''),
 * })
 * answer.getSnapshot().data.length
 * ```
 */
export function text<Each extends AnyMessage = AnyMessage>(
  select?: (message: Each) => string,
): Fold<string, string, Each>
/** As a decoder: the text itself. */
export function text(data: string): string
export function text(given: string | ((message: AnyMessage) => string) = (message) => message.data) {
  if (typeof given === 'string') return given
  const fold: Fold<string, string> = {
    initial: (initialData) => initialData ?? '',
    add: (grown, message) => grown + given(message),
    view: (grown) => grown,
    kind: 'text',
  }
  return fold
}

/**
 * How many messages have come.
 *
 * @example
 * ```ts
 * import { count, createEventStream } from '@headwater/core'
 *
 * createEventStream('https://example.com/visits', { fold: count() }).getSnapshot().data // 0
 * ```
 */
export function count(): Fold<number, number> {
  return {
    initial: (initialData) => initialData ?? 0,
    add: (before) => before + 1,
    view: (now) => now,
    kind: 'count',
  }
}
