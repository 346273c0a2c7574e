import type { AnyMessage } from '../decode.ts'
import type { Fold } from './fold.ts'

/**
 * Concatenates the data of all messages, or the text that `select` returns for each. Starts again when the stream opens without
 * being resumed. As a decoder in `events` it keeps the data as text.
 *
 * Streams of one connection with the same `select`, compared by its source text, have the same data. If `select` depends on a
 * variable, give each its own `stateKey`: `{ ...text(select), stateKey: name }`.
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
export function text(given: string | ((message: AnyMessage) => string) = ({ data }) => data) {
  if (typeof given === 'string') return given
  const fold: Fold<string, string> = {
    initial: (initialData) => initialData ?? '',
    add: (text, message) => text + given(message),
    view: (text) => text,
    stateKey: `text ${given}`,
    restart: 'reset',
  }
  return fold
}
