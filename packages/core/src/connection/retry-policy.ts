import { MAX_TIMER_MS } from '../platform/clock.ts'
import { guard, type SseError } from '../errors.ts'
import type { Machine, Policy } from './state.ts'

/** What a {@link RetryRule} decides on. */
export interface RetryContext {
  /** How many attempts were lost in a row, this one included. */
  readonly attempt: number
  /** Why the attempt was lost. */
  readonly error: SseError
  /** The HTTP status, if it was lost because of one. */
  readonly status: number | undefined
  /** What the server asked for with its `retry` field, in milliseconds. */
  readonly retryMs: number | undefined
  /** How long ago the first attempt of the row was lost, in milliseconds. */
  readonly elapsedMs: number
  /** A share of chance, from 0 up to 1, to spread clients with. */
  readonly jitter: number
}

/**
 * How long to wait before the next attempt, in milliseconds, or `false` to give up. Asked only about losses that are
 * worth another attempt. `Retry-After` and a floor against hot loops are kept whatever it says.
 *
 * @example
 * ```ts
 * import type { RetryRule } from '@headwater/core'
 *
 * const steady: RetryRule = ({ attempt, status }) => (status === 503 || attempt < 10 ? 2_000 : false)
 * ```
 */
export type RetryRule = (context: RetryContext) => number | false

/** How the default rule counts. */
export interface RetryOptions {
  /** The first delay, in milliseconds, until the server asks for another with `retry`. Default 1,000. */
  readonly baseMs?: number
  /** The longest delay before jitter, in milliseconds. Default 30,000. */
  readonly capMs?: number
  /** Give up when so many attempts in a row were lost. Default: never. */
  readonly attempts?: number
  /** Give up when so many milliseconds went by since the first loss of a row. Default: never. */
  readonly elapsedMs?: number
  /** Which losses are worth another attempt. Default: the table of {@link SseErrorCode}. */
  readonly when?: (error: SseError) => boolean
}

/** How much chance adds to a delay at most: half more than the delay spreads a hundred clients to under 20 in 100 ms. */
const JITTER = 1.5

/**
 * The default rule: the delay doubles from `baseMs` to `capMs`, and up to one and a half times as much comes on top by
 * chance, so that the server's wish is never undercut and a thousand clients come back spread out.
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

/** What the rules depend on. Read anew for each decision. */
export interface PolicyOptions {
  readonly method?: string
  readonly headers?: unknown
  /**
   * What follows a lost attempt: how the default rule counts, a rule of your own, or `false` for no further attempt.
   * Default: exponential from 1 s to 30 s with jitter on top, without end.
   */
  readonly retry?: RetryOptions | RetryRule | false
  /**
   * Whether a request other than GET and HEAD may be sent again although the server has given no id to resume from.
   * Default `false`: a POST is sent once.
   */
  readonly idempotent?: boolean
  /** How long the answer may take, in milliseconds; `false` for ever. Default 20,000. */
  readonly connectTimeoutMs?: number | false
  /**
   * How long an open stream may bring nothing, in milliseconds, before it is taken for dead; `false` for ever. Default
   * `'auto'`: 20 s in the middle of a message; three times the longest gap between the comments seen so far, within 15 s
   * and 5 min, where the server sends comments as heartbeats; 5 min otherwise.
   */
  readonly idleTimeoutMs?: number | false | 'auto'
  /** Pauses the stream after the page has been hidden for this many milliseconds. Default `false`: never. */
  readonly pauseWhenHiddenMs?: number | false
}

/** Whether fresh headers may help. */
export function isRefusal(cause: SseError | undefined): boolean {
  return cause?.status === 401 || cause?.status === 403
}

/** The rules under which a connection takes a step. */
export function createPolicy(options: PolicyOptions): Policy {
  const { method = 'GET', headers, idempotent = false, retry } = options
  const repeats = (resumable: boolean) => idempotent || resumable || /^(get|head)$/i.test(method)
  const counts = typeof retry === 'object' ? retry : undefined
  return {
    connectTimeoutMs: limit(options.connectTimeoutMs ?? 20_000),
    idleTimeoutMs: limit(options.idleTimeoutMs ?? 'auto'),
    pauseWhenHiddenMs: limit(options.pauseWhenHiddenMs ?? false),
    canRetry: repeats,
    afterFailure(machine, cause, { at, jitter, resumable }) {
      const { failures: attempt, failingSince, shortConnections, retryMs } = machine
      const { status, retryAfterMs = 0 } = cause
      if (status === 204) return 'ended'
      if (isRefusal(cause) && typeof headers === 'function' && !machine.headersRefreshed) return 'refresh'
      if (!repeats(resumable)) return cause.code === 'ended' ? 'ended' : 'failed'
      if (retry === false || !(guard(() => counts?.when?.(cause)) ?? isPassing(cause, machine)))
        return 'failed'

      const context: RetryContext = {
        attempt,
        error: cause,
        status,
        retryMs,
        elapsedMs: at - failingSince,
        jitter,
      }
      const wish = typeof retry === 'function' ? guard(retry, context) : undefined
      const delayMs = wish ?? exponential(counts)(context)
      if (delayMs === false) return 'failed'
      // A server that dies after each message must not be asked as fast as it dies.
      const floorMs =
        shortConnections > 1
          ? Math.min(1_200, 100 * 2 ** shortConnections) * (1 + jitter)
          : attempt > 1
            ? 200
            : 0
      return Math.min(Math.max(delayMs || 0, floorMs, retryAfterMs), MAX_TIMER_MS)
    },
  }
}

function limit<Ms>(ms: Ms | false): Ms | number {
  return ms === false ? Infinity : ms
}

/** Whether the same request may fare better later. */
function isPassing({ code, status = 0 }: SseError, { state, disconnectedAt }: Machine): boolean {
  if (code === 'status') return status >= 500 || [408, 425, 429].includes(status)
  // A captive portal, or a proxy's error page, on a stream that used to work.
  if (code === 'content-type') return state.status === 'open' || disconnectedAt !== undefined
  return !['invalid-option', 'redirect', 'message-too-large'].includes(code)
}
