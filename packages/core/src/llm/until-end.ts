import { SseError } from '../errors.ts'
import type { Message } from '../protocol/message.ts'
import type { UntilResult } from '../options.ts'

/** The fields of a final message that are read, in any of the formats. */
interface FinalMessage extends ErrorPayload {
  readonly type?: string
  readonly error?: ErrorPayload | string | null
  readonly response?: { readonly error?: ErrorPayload | null }
}

interface ErrorPayload {
  readonly message?: string
  readonly code?: string | number | null
  readonly type?: string
}

/**
 * Part of every final message that is JSON. Messages without it are not parsed a second time. The text of an answer does not
 * match: JSON escapes its quotes.
 */
const FINAL_MARKERS = /"(error|message_stop|response\.(completed|incomplete|failed))"/

/**
 * Ends the stream at the final message of an answer, in any of the formats.
 *
 * @returns `'inclusive'` for a final message with data, an `SseError` of code `server` for an error, `true` for any other final
 * message, else `false`.
 */
export function untilEnd({ type, data }: Message): UntilResult {
  if (data === '[DONE]') return true
  if (type !== 'error' && !FINAL_MARKERS.test(data)) return false
  const message = parse(data)
  const name = message.type ?? type
  if (name === 'message_stop') return true
  // The final message of a response carries the usage.
  if (name === 'response.completed' || name === 'response.incomplete') return 'inclusive'
  // OpenAI documents the error of a response as the message itself, but sends it under `error`, as other servers do.
  const error =
    message.error || message.response?.error || ((name === 'error' || name === 'response.failed') && message)
  return error ? toSseError(error, data) : false
}

/** Parses a final message. Text that is not JSON comes from a failing proxy and is returned as an error. */
function parse(data: string): FinalMessage {
  try {
    return JSON.parse(data) as FinalMessage
  } catch {
    return { error: data }
  }
}

function toSseError(error: ErrorPayload | string, body: string): SseError {
  const { message = body, code, type } = typeof error === 'string' ? { message: error } : error
  const name = code ?? type
  return new SseError(
    'server',
    `The server ended the answer with an error: ${message}${name ? ` (${name})` : ''}. Send the request again.`,
    { body },
  )
}
