import type { EventStreamOptions } from '../stream/contract.ts'

/** Five minutes: a model may think for long before it sends anything, and an aborted request is paid for. */
const MODEL_TIMEOUT_MS = 300_000

/**
 * Creates the options of a request to a model: a POST that is sent once, with `request` and `stream: true` as its JSON body. With
 * `stream: false` in `request`, the body has no `stream`: Gemini's `streamGenerateContent` and the AI SDK know no such field.
 * `connectTimeoutMs` and `idleTimeoutMs` are 300,000 (5 min). Options that are spread after it override its own; `headers` are
 * not set, so that they are free for yours.
 *
 * A changed `request` is another stream with its own data.
 *
 * @example
 * ```ts
 * import { createEventStream, text } from '@headwater/core'
 * import { chatRequest } from '@headwater/core/llm'
 *
 * // A server that sends plain text
 * const answer = createEventStream('https://example.com/ask', { ...chatRequest({ question: 'Why?' }), fold: text() })
 * ```
 */
export function chatRequest(
  request: object,
): Required<Pick<EventStreamOptions, 'method' | 'body' | 'key' | 'connectTimeoutMs' | 'idleTimeoutMs'>> {
  const { stream = true, ...rest } = request as { readonly stream?: boolean }
  const json = JSON.stringify(stream ? { ...rest, stream } : rest)
  return {
    method: 'POST',
    // A Blob carries its content type, so `headers` stay free for the caller. It is made by a Response, because the Blob of a
    // simulated page in tests may not be the one that fetch accepts. React Native's has no type until it is sliced.
    async body() {
      const blob = await new Response(json).blob()
      // In WebKit a blob is empty up to Infinity.
      return blob.slice(0, blob.size, 'application/json')
    },
    // Streams with the same key share a connection, and a body that is a function cannot be compared.
    key: json,
    connectTimeoutMs: MODEL_TIMEOUT_MS,
    idleTimeoutMs: MODEL_TIMEOUT_MS,
  }
}
