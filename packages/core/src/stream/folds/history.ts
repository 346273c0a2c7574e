import { refuse } from '../../errors.ts'
import type { AnyMessage } from '../decode.ts'
import type { Fold } from './fold.ts'

/**
 * Keeps the last `limit` messages, oldest first. Adding a message copies nothing; a notification copies the list once.
 *
 * @throws {SseError} `invalid-option` if the limit is not an integer of 1 or more.
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
    refuse('history', `needs an integer of 1 or more, not ${limit}`)
  return {
    initial: (initialData) => [...(initialData ?? [])],
    add(messages, message) {
      messages.push(message)
      // Cut only when the list has doubled, so that each message is moved at most once.
      return messages.length < 2 * limit ? messages : messages.slice(-limit)
    },
    view: (messages) => messages.slice(-limit),
    stateKey: 'history',
  }
}
