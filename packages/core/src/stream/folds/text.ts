import type { AnyMessage } from '../decode.ts'
import type { Fold } from './fold.ts'

/**
 * Concatenates the data of all messages, or the text that `select` returns for each. As a decoder in `events` it keeps the data
 * as text.
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
/** Returns the data as it is, as a decoder. */
export function text(data: string): string
export function text(given: string | ((message: AnyMessage) => string) = (message) => message.data) {
  if (typeof given === 'string') return given
  const fold: Fold<string, string> = {
    initial: (initialData) => initialData ?? '',
    add: (text, message) => text + given(message),
    view: (text) => text,
    stateKey: 'text',
  }
  return fold
}
