import { SseError } from '../errors.ts'
import type { UntilResult } from '../options.ts'
import type { Message } from '../protocol/message.ts'

/** The fields of a message that are read, in any of the formats. */
interface FinalMessage extends ErrorPayload {
  readonly type?: string
  readonly event_type?: string
  readonly error?: ErrorPayload | string | null
  readonly errorText?: string
  readonly response?: { readonly error?: ErrorPayload | null }
}

interface ErrorPayload {
  readonly message?: string
  readonly code?: string | number | null
  readonly type?: string
  readonly status?: string
}

/** Final messages with data, and those without. */
const FINAL = /^(response\.(completed|incomplete)|message-end|interaction\.completed?)$/
const EMPTY_FINAL = /^message_stop$/

/** Errors that may pass. A used-up quota, a wrong key or a wrong request does not. */
const TEMPORARY = /overload|rate_limit|unavailable|server_error|api_error|internal|timeout|^5\d\d$/i

/**
 * Ends the stream at the final message of an answer, in any of the formats.
 *
 * @param refuse Returns the reason why a message cannot belong to the answer.
 * @returns `'inclusive'` for a final message with data, an `SseError` of code `server` for an error, `true` for any other final
 * message, else `false`.
 */
export function untilEnd(
  { type, data }: Message,
  refuse: (json: unknown) => string | false | undefined,
): UntilResult {
  if (isDone(data)) return true
  const json = parse(data) as FinalMessage | undefined
  if (!json) return toSseError(`a message that is not JSON: ${data.slice(0, 200)}`, data)
  const name = json.type ?? json.event_type ?? type
  if (EMPTY_FINAL.test(name)) return true
  if (FINAL.test(name)) return 'inclusive'
  // OpenAI documents the error of a response as the message itself, but sends it under `error`, as other servers do.
  const error =
    json.error ||
    json.response?.error ||
    (/^(error|response\.failed)$/.test(name) && (json.errorText ?? json))
  const reason = error ? toSseError(error, data) : refuse(json)
  return typeof reason === 'string' ? toSseError(reason, data) : reason || false
}

/** Returns true for the end marker of several formats. */
export function isDone(data: string): boolean {
  return data.trim() === '[DONE]'
}

let lastText = ''
let lastJson: unknown

/**
 * Parses the data of a message. Each message is read twice, to find its end and to add it, and is parsed once.
 *
 * @returns An object. `undefined` for text that is not JSON, such as the page of a failing proxy.
 */
export function parse(data: string): unknown {
  if (data !== lastText) {
    lastText = data
    const json = parseJson(data)
    // A number or null belongs to no format.
    lastJson = json === undefined ? json : Object(json)
  }
  return lastJson
}

/** Parses JSON. Returns `undefined` for any other text. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function toSseError(error: ErrorPayload | string, body: string): SseError {
  const { message = body, code, type, status } = typeof error === 'string' ? { message: error } : error
  const name = `${code ?? type ?? status ?? ''}`
  return new SseError(
    'server',
    `The server ended the answer with an error: ${message}${name && ` (${name})`}.${
      TEMPORARY.test(name) ? ' Send the request again later.' : ''
    }`,
    { body },
  )
}
