import { SseError } from '../errors.ts'
import type { Message } from '../protocol/message.ts'
import type { UntilResult } from '../options.ts'

/** What the last message of a format says. */
interface Last extends Failure {
  readonly type?: string
  readonly error?: Failure | string | null
  readonly response?: { readonly error?: Failure | null }
}

interface Failure {
  readonly message?: string
  readonly code?: string | number | null
  readonly type?: string
}

/**
 * A message without one of these words is not parsed twice. An answer that speaks of them does not hold them: within JSON its
 * quotes are escaped.
 */
const WORDS = /"(error|message_stop|response\.(completed|incomplete|failed))"/

/** Whether a message is the last of its answer, in any of the formats. */
export function lastWord({ type, data }: Message): UntilResult {
  if (data === '[DONE]') return true
  if (type !== 'error' && !WORDS.test(data)) return false
  const last = read(data)
  const name = last.type ?? type
  if (name === 'message_stop') return true
  // What the answer costs comes with its last message.
  if (name === 'response.completed' || name === 'response.incomplete') return 'inclusive'
  // OpenAI documents the error of a response as the message itself, and sends it as others do, under `error`.
  const failure =
    last.error || last.response?.error || ((name === 'error' || name === 'response.failed') && last)
  return failure ? serverError(failure, data) : false
}

/** A word of the end that is no JSON was not written by the model's server, but by a proxy that failed. */
function read(data: string): Last {
  try {
    return JSON.parse(data) as Last
  } catch {
    return { error: data }
  }
}

function serverError(failure: Failure | string, body: string): SseError {
  const { message = body, code, type } = typeof failure === 'string' ? { message: failure } : failure
  const name = code ?? type
  return new SseError(
    'server',
    `The server broke its answer off: ${message}${name ? ` (${name})` : ''}. Ask again to have it whole.`,
    { body },
  )
}
