/**
 * Why something failed, as a literal to switch over.
 *
 * | code | what happened | another attempt |
 * |---|---|---|
 * | `invalid-option` | an option cannot work; `option` names it | never |
 * | `option-failed` | `url`, `headers` or `body` is a function, and it threw | yes |
 * | `network` | no response, or the response broke off | yes |
 * | `ended` | the server ended the response; with `status` 204 for good | yes; not after 204 |
 * | `status` | a status other than 200; `status`, `headers` and `body` tell | 408, 425, 429 and 5xx |
 * | `content-type` | the response is not `text/event-stream` | only where the stream was open before |
 * | `redirect` | a redirect that the option `redirect` does not let pass | never |
 * | `connect-timeout` | no response within `connectTimeoutMs` | yes |
 * | `idle-timeout` | an open stream brought no byte for longer than `idleTimeoutMs` | yes |
 * | `message-too-large` | a message grew over `maxMessageLength` | never |
 * | `invalid-message` | a message that `events` refuse; `issues` tell | never |
 * | `server` | the server said so, in a message of its format | never |
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

/** What an {@link SseError} knows beside its code and its message. */
export interface SseErrorDetails {
  /** The option that is wrong or failed. */
  readonly option?: string
  /** The HTTP status of the response. */
  readonly status?: number
  /** The headers of the response. */
  readonly headers?: Headers
  /** The first 4 KiB of the response's body, as text; with `server`, the data of the message that told it. */
  readonly body?: string
  /** What `Retry-After` asked for, in milliseconds. */
  readonly retryAfterMs?: number | undefined
  /** What a schema found wrong with the message. */
  readonly issues?: readonly unknown[]
  /** The error underneath. */
  readonly cause?: unknown
}

/**
 * The one error of this library. Its `code` says which kind, its message says what happened, why, and what to do.
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
    super(message)
    this.code = code
    Object.assign(this, details)
  }
}

/**
 * Reports what a callback of the user threw, so that it harms nobody else: to `reportError` in pages and workers, to the
 * console on servers.
 */
export function report(error: unknown): void {
  // Deno and Bun end the process over an error that was reported and that nobody handles.
  const fatal = 'Deno' in globalThis || 'Bun' in globalThis
  if (typeof reportError === 'function' && !fatal) reportError(error)
  else console.error(error)
}

/** Calls back a user's function, with what it is given; what it throws is reported, and `undefined` returned. */
export function guard<Result, Given>(callback: (given: Given) => Result, given?: Given): Result | undefined {
  try {
    return callback(given as Given)
  } catch (error) {
    report(error)
    return undefined
  }
}

/** @throws SseError `invalid-option`, naming the option. */
export function refuse(option: string, why: string): never {
  throw new SseError('invalid-option', `Option ${option} ${why}.`, { option })
}
