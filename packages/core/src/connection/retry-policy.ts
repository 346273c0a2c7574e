import { MAX_TIMER_MS } from '../platform/clock.ts'
import { guard, type SseError } from '../errors.ts'
import type { ConnectionEvent, Machine, RetryDecision } from './state.ts'

/** Information that a {@link RetryRule} decides on. */
export interface RetryContext {
  /** Number of failed attempts in a row, including this one. */
  readonly attempt: number
  /** Error that ended the attempt. */
  readonly error: SseError
  /** HTTP status, if the attempt failed because of one. */
  readonly status: number | undefined
  /** Delay that the server named with its `retry` field, in milliseconds. */
  readonly retryMs: number | undefined
  /** Time since the first failure in the row, in milliseconds. */
  readonly elapsedMs: number
  /** Random number from 0 up to 1, to spread clients. */
  readonly jitter: number
}

/**
 * Returns the delay before the next attempt, in milliseconds, or `false` to give up. Called only for errors that a retry can
 * fix. `Retry-After` and the floor against hot loops apply to any result.
 *
 * @example
 * ```ts
 * import type { RetryRule } from '@headwater/core'
 *
 * const steady: RetryRule = ({ attempt, status }) => (status === 503 || attempt < 10 ? 2_000 : false)
 * ```
 */
export type RetryRule = (context: RetryContext) => number | false

/** Options of the default retry rule. */
export interface RetryOptions {
  /** First delay, in milliseconds, until the server names another one with `retry`. Default 1,000. */
  readonly baseMs?: number
  /** Longest delay before jitter, in milliseconds. Default 30,000. */
  readonly capMs?: number
  /** Gives up after this many failed attempts in a row. Default: never. */
  readonly attempts?: number
  /** Gives up this many milliseconds after the first failure in a row. Default: never. */
  readonly elapsedMs?: number
  /** Returns true for errors to retry. Default: the table of {@link SseErrorCode}. */
  readonly when?: (error: SseError) => boolean
}

/** Largest jitter, as a factor of the delay. Of 100 clients that lose a server together, at most 20 return within 100 ms. */
const JITTER = 1.5

/**
 * Creates the default retry rule: the delay doubles from `baseMs` to `capMs`. Adds 0–150 % jitter; never goes below the delay
 * the server asked for.
 *
 * [spec] 9.2.3, reestablish the connection, step 3: a user agent may wait longer after a failed attempt.
 */
export function exponential(options: RetryOptions = {}): RetryRule {
  const { baseMs = 1_000, capMs = 30_000, attempts = Infinity, elapsedMs = Infinity } = options
  return ({ attempt, error, jitter, retryMs, elapsedMs: failingMs }) => {
    if (attempt >= attempts || failingMs >= elapsedMs) return false
    const base = retryMs === undefined ? baseMs : Math.min(Math.max(retryMs, 200), 300_000)
    const delayMs = Math.min(base * 2 ** (attempt - 1), Math.max(capMs, base))
    return Math.max(delayMs, error.retryAfterMs ?? 0) + jitter * JITTER * delayMs
  }
}

/** Options that retries and timeouts depend on. Read again for each decision. */
export interface PolicyOptions {
  readonly method?: string
  readonly headers?: unknown
  /**
   * Retry after a failed attempt: options of the default rule, a rule of your own, or `false` to never retry. Default:
   * exponential backoff from 1 s to 30 s with jitter, without end.
   */
  readonly retry?: RetryOptions | RetryRule | false
  /**
   * Allows a request other than GET and HEAD to be sent again although the server has given no id to resume from. Default
   * `false`: a POST is sent once.
   */
  readonly idempotent?: boolean
  /**
   * Time limit for a response, in milliseconds; `false` for none. Default 20,000. A proxy that buffers lets a response wait, so the
   * limit doubles after each attempt that reached it, up to 5 min, and stays so. A `network` error resets it.
   */
  readonly connectTimeoutMs?: number | false
  /**
   * Time limit for silence on an open stream, in milliseconds, after which the connection is considered dead; `false` for none.
   * Default `'auto'`: 5 min, or less if the stream shows less:
   *
   * - 20 s in the middle of a message, unless a proxy seems to buffer the stream
   * - if the server sends comments as heartbeats, three times the longest gap between them, at least 15 s
   * - if data has come for 2 min, and for 200 times the longest gap, ten times that gap, at least 90 s. If the stream was silent
   *   for longer, this limit is not applied again.
   */
  readonly idleTimeoutMs?: number | false | 'auto'
  /** Pauses the stream after the page has been hidden for this many milliseconds. Default `false`: never. */
  readonly pauseWhenHiddenMs?: number | false
}

/** Returns true for a 401 or 403, which fresh headers may fix. */
export function isUnauthorized(error: SseError | undefined): boolean {
  return error?.status === 401 || error?.status === 403
}

/** Returns true if the request may be sent again. */
export function canRetry({ method = 'GET', idempotent }: PolicyOptions, resumable: boolean): boolean {
  return idempotent || resumable || /^(get|head)$/i.test(method)
}

/** Decides what follows an attempt that has just failed and is counted in `failures`. */
export function afterFailure(
  machine: Machine,
  error: SseError,
  { at, jitter, resumable }: ConnectionEvent,
  options: PolicyOptions,
): RetryDecision {
  const { headers, retry } = options
  const { failures: attempt, failingSince, retryMs } = machine
  const { status, retryAfterMs = 0 } = error
  if (status === 204) return 'ended'
  if (isUnauthorized(error) && typeof headers === 'function' && !machine.headersRefreshed) return 'refresh'
  if (!canRetry(options, resumable)) return error.code === 'ended' ? 'ended' : 'failed'
  const rule = typeof retry === 'function' ? retry : undefined
  const ruleOptions = typeof retry === 'object' ? retry : undefined
  if (retry === false || !(guard(() => ruleOptions?.when?.(error)) ?? isTransient(error, machine)))
    return 'failed'

  const context: RetryContext = { attempt, error, status, retryMs, elapsedMs: at - failingSince, jitter }
  const delayMs = (rule && guard(rule, context)) ?? exponential(ruleOptions)(context)
  if (delayMs === false) return 'failed'
  return Math.min(Math.max(delayMs || 0, floorMs(machine, jitter), retryAfterMs), MAX_TIMER_MS)
}

/** Shortest delay, in milliseconds, against hot loops: a server that closes after each message is not reconnected as fast. */
function floorMs({ failures, shortConnections }: Machine, jitter: number): number {
  if (shortConnections > 1) return Math.min(1_200, 100 * 2 ** shortConnections) * (1 + jitter)
  return failures > 1 ? 200 : 0
}

/** Returns a time limit in milliseconds; `Infinity` for none. */
export function limit(ms: number | false): number {
  return ms === false ? Infinity : ms
}

/** Returns true if the same request may succeed later. */
function isTransient({ code, status = 0 }: SseError, { state, disconnectedAt }: Machine): boolean {
  if (code === 'status') return status >= 500 || [408, 425, 429].includes(status)
  // A captive portal or a proxy's error page, on a stream that worked before.
  if (code === 'content-type') return state.status === 'open' || disconnectedAt !== undefined
  return !['invalid-option', 'redirect', 'message-too-large'].includes(code)
}
