import { refuse } from '../../errors.ts'
import type { AnyMessage } from '../decode.ts'
import type { Fold } from './fold.ts'

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
    stateKey: 'history',
  }
}
