import { refuse } from './errors.ts'
import type { Message } from './message.ts'

/**
 * How messages become `data`. `add` runs once for each message, in order, and may change its state in place; `view` runs
 * at most once a notification, and gives what is shown: never a thing that a later `add` changes.
 *
 * @example
 * ```ts
 * import { createEventStream, type Fold } from '@headwater/core'
 *
 * const sum: Fold<number> = {
 *   initial: (data) => data ?? 0,
 *   add: (state, message) => Number(state) + Number(message.data),
 *   view: (state) => Number(state),
 * }
 * createEventStream('https://example.com/payments', { fold: sum })
 * ```
 */
export interface Fold<Data, State = unknown> {
  /** The state to begin with, grown from `initialData` where the stream was given some. */
  initial(initialData: Data | undefined): State
  add(state: State, message: Message): State
  view(state: State): Data
  /**
   * Whether one who comes late to a shared stream begins with the message that came last before. Default `false`: a late
   * comer begins with what comes next.
   */
  readonly late?: boolean
}

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
export function latest(): Fold<string | undefined, string | undefined> {
  return {
    initial: (initialData) => initialData,
    add: (_, message) => message.data,
    view: (data) => data,
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
export function history(limit: number): Fold<readonly Message[], Message[]> {
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
  }
}
