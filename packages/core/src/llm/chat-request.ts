import type { EventStreamOptions } from '../stream/contract.ts'

/** How long a model may think before it says a word: what is paid for is not given up lightly. */
const PATIENCE_MS = 300_000

/**
 * The options of a request that asks a model: a POST, sent once, with `request` as JSON and `stream: true` in it. `connectTimeoutMs`
 * and `idleTimeoutMs` are 5 min, in milliseconds. Each of them may be given again after it; `headers` are all yours.
 *
 * Another request is another question: it makes another stream, with data of its own.
 *
 * @example
 * ```ts
 * import { createEventStream, text } from '@headwater/core'
 * import { chatRequest } from '@headwater/core/llm'
 *
 * // A server that sends nothing but the text
 * const answer = createEventStream('https://example.com/ask', { ...chatRequest({ question: 'Why?' }), fold: text() })
 * ```
 */
export function chatRequest(
  request: object,
): Required<Pick<EventStreamOptions, 'method' | 'body' | 'key' | 'connectTimeoutMs' | 'idleTimeoutMs'>> {
  const json = JSON.stringify({ ...request, stream: true })
  return {
    method: 'POST',
    // A blob brings its content type along, so that headers given after it replace nothing. A page under test may have a Blob
    // that is not the one of its fetch; a Response has.
    body: () => new Response(json, { headers: { 'content-type': 'application/json' } }).blob(),
    // A body that is a function tells nothing of the question.
    key: json,
    connectTimeoutMs: PATIENCE_MS,
    idleTimeoutMs: PATIENCE_MS,
  }
}
