import { errorDocs } from './docs-address.ts'

/**
 * Code of an {@link SseError}, to switch over.
 *
 * | code | meaning | retried |
 * |---|---|---|
 * | `invalid-option` | an option has an invalid value or an unknown name; `option` names it | never |
 * | `option-failed` | `url`, `headers` or `body` is a function and threw; `option` names it | yes |
 * | `network` | no response, or the connection broke | yes |
 * | `ended` | the server ended the response, or answered with `status` 204 | yes; not after 204 |
 * | `status` | a status other than 200; see `status`, `headers` and `body` | 408, 425, 429 and 5xx |
 * | `content-type` | the response is not `text/event-stream` | only if the stream was open before |
 * | `redirect` | a redirect that the option `redirect` does not allow | never |
 * | `connect-timeout` | no response within `connectTimeoutMs` | yes |
 * | `idle-timeout` | no data on an open stream for `idleTimeoutMs` | yes |
 * | `message-too-large` | a message is longer than `maxMessageLength` | never |
 * | `invalid-message` | a message does not match its schema in `events`; see `issues` | never |
 * | `server` | the server reported an error in a message of its format; see `body` | never |
 */
export type SseErrorCode =
  | 'invalid-option'
  | 'option-failed'
  | 'network'
  | 'ended'
  | 'status'
  | 'content-type'
  | 'redirect'
  | 'connect-timeout'
  | 'idle-timeout'
  | 'message-too-large'
  | 'invalid-message'
  | 'server'

/** Properties of an {@link SseError} beside its code and message. Each is present only if it applies. */
export interface SseErrorDetails {
  /** Name of the option that is invalid or failed. */
  readonly option?: string
  /** HTTP status of the response. */
  readonly status?: number
  /** Headers of the response. */
  readonly headers?: Headers
  /** First 4 KiB of the response body, as text. With code `server`, the data of the message that reported the error. */
  readonly body?: string
  /** Delay that the `Retry-After` header asked for, in milliseconds. */
  readonly retryAfterMs?: number | undefined
  /** Validation issues of the schema. */
  readonly issues?: readonly unknown[]
  /** Underlying error. */
  readonly cause?: unknown
}

/**
 * The error class of this library. Its `code` is for programs; its message is for people, and ends with the page of the
 * docs about the code.
 *
 * @example
 * ```ts
 * import { createEventStream, SseError } from '@headwater/core'
 *
 * try {
 *   createEventStream('/prices', { method: 'GET', body: 'x' })
 * } catch (error) {
 *   if (error instanceof SseError && error.code === 'invalid-option') console.log(error.option) // 'body'
 * }
 * ```
 */
export class SseError extends Error {
  override readonly name = 'SseError'
  readonly code: SseErrorCode
  declare readonly option?: string
  declare readonly status?: number
  declare readonly headers?: Headers
  declare readonly body?: string
  declare readonly retryAfterMs?: number
  declare readonly issues?: readonly unknown[]
  declare readonly cause?: unknown

  constructor(code: SseErrorCode, message: string, details?: SseErrorDetails) {
    super(`${message.replace(/[^.!?]$/, '$&.')} See ${errorDocs(code)}.`)
    this.code = code
    Object.assign(this, details)
  }
}

/** Reports an error that a callback of the user threw: with `reportError` in pages and workers, else on the console. */
export function report(error: unknown): void {
  // In Deno and Bun an unhandled `reportError` ends the process.
  const fatal = 'Deno' in globalThis || 'Bun' in globalThis
  if (typeof reportError === 'function' && !fatal) reportError(error)
  else console.error(error)
}

/** Calls a function of the user. If it throws, reports the error and returns `undefined`. */
export function guard<Result, Given>(callback: (given: Given) => Result, given?: Given): Result | undefined {
  try {
    return callback(given as Given)
  } catch (error) {
    report(error)
    return undefined
  }
}

/** @throws SseError `invalid-option` with the name of the option. */
export function refuse(option: string, why: string): never {
  throw new SseError('invalid-option', `Option ${option} ${why}`, { option })
}
