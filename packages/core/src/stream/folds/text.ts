import type { AnyMessage } from '../decode.ts'
import type { Fold } from './fold.ts'

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
    stateKey: 'text',
  }
  return fold
}
