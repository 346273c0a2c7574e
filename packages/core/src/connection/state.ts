import type { SseError } from '../errors.ts'
import type { PauseReason } from '../platform/page.ts'

/**
 * What a connection is doing now: a union, so that no two parts of it can disagree.
 *
 * - `idle`: nobody has asked for it.
 * - `connecting`: attempt number `attempt` is under way; 1 is the first since the stream last proved healthy.
 * - `open`: the server answered. `continuity` is `fresh` on the first connection, `resumed` where the last event id was
 *   sent, `restarted` where there was none to send and messages may be missing. `downtimeMs` is how long it was not open.
 * - `waiting`: attempt number `attempt` comes in `delayMs` milliseconds, at `retryAt` (as `Date.now()` counts), because
 *   of `cause`.
 * - `paused`: waiting for the page or the network to come back, because it is `offline`, `hidden` or `frozen`.
 * - `closed`: for good, until `open()`: by `close()`, because the server `ended` it, or because it `failed` with `cause`.
 *
 * @example
 * ```ts
 * import type { ConnectionState } from '@headwater/core'
 *
 * const tell = (state: ConnectionState) =>
 *   state.status === 'waiting' ? `retrying in ${state.delayMs} ms: ${state.cause.message}` : state.status
 * ```
 */
export type ConnectionState =
  | { readonly status: 'idle' }
  | { readonly status: 'connecting'; readonly attempt: number }
  | { readonly status: 'open'; readonly continuity: Continuity; readonly downtimeMs: number }
  | {
      readonly status: 'waiting'
      readonly attempt: number
      readonly delayMs: number
      readonly retryAt: number
      readonly error: SseError
    }
  | { readonly status: 'paused'; readonly reason: PauseReason }
  | { readonly status: 'closed'; readonly reason: 'closed' | 'ended' | 'failed'; readonly error?: SseError }

/** Whether an open stream goes on where the one before it broke off. */
export type Continuity = 'fresh' | 'resumed' | 'restarted'

/** What happened, before it is stamped. One with a `generation` speaks of one attempt, and is dropped once that is over. */
export type Occurrence =
  | { readonly type: 'open' | 'close' | 'release' | 'woke' }
  /** A message was the server's last word, or one by which the stream has failed. */
  | { readonly type: 'over'; readonly error: SseError | undefined }
  | { readonly type: 'hindered' | 'unhindered'; readonly by: PauseReason }
  | {
      readonly type: 'received'
      readonly generation: number
      /** How many messages the chunk completed. */
      readonly messages: number
      /** How many comments it completed. */
      readonly comments: number
      /** Whether it ended inside a message. */
      readonly midMessage: boolean
      /** What the server's last `retry` field asked for, if there was one. */
      readonly retryMs: number | undefined
    }
  | { readonly type: 'accepted'; readonly generation: number }
  | { readonly type: 'held'; readonly generation: number; readonly held: boolean }
  | { readonly type: 'lost'; readonly generation: number; readonly error: SseError }

/** When something happened, and a share of chance, so that deciding needs neither clock nor dice. */
interface Moment {
  /** Milliseconds since 1970. */
  readonly at: number
  /** From 0 up to 1. */
  readonly jitter: number
  /** Whether there is an id to send as `Last-Event-ID`. */
  readonly resumable: boolean
}

/** What happened, and when. */
export type ConnectionEvent = Occurrence & Moment

/** What is to be done. */
export type Effect =
  | {
      readonly type: 'connect'
      readonly generation: number
      readonly attempt: number
      readonly error: SseError | undefined
    }
  | { readonly type: 'disconnect' | 'unschedule' | 'listen' | 'unlisten' }
  | { readonly type: 'schedule'; readonly delayMs: number }

/** What the rules say: the delay before the next attempt, an attempt at once with fresh headers, or the end. */
type RetryDecision = number | 'refresh' | 'ended' | 'failed'

/** The rules a machine runs under. */
export interface Policy {
  /** How long a response may take, in milliseconds. */
  readonly connectTimeoutMs: number
  /** How long an open stream may bring nothing, in milliseconds. */
  readonly idleTimeoutMs: number | 'auto'
  /** How long the page may be hidden before the stream is paused, in milliseconds. */
  readonly pauseWhenHiddenMs: number
  /** Whether the request may be sent again, given whether there is an id to resume from. */
  canRetry(resumable: boolean): boolean
  /** What follows an attempt that a machine has just lost, and counted among its failures. */
  afterFailure(machine: Machine, cause: SseError, moment: Moment): RetryDecision
}

/** Everything that decisions depend on. */
export interface Machine {
  readonly state: ConnectionState
  /** When the state began. */
  readonly stateSince: number
  /** Changes with each attempt and with each that is given up, and so names the present one. */
  readonly generation: number
  /** When the one timer goes off: connect limit, silence limit or the end of the wait, by the state. */
  readonly timerAt: number

  /** Attempts lost in a row, forgotten on proof of health. */
  readonly failures: number
  /** When the first of them was lost. */
  readonly failingSince: number
  /** The last of them. */
  readonly lastError: SseError | undefined
  /** Connections lost within a second of their opening since one last lived long. */
  readonly shortConnections: number
  /** When `Retry-After` allows the next attempt. */
  readonly retryNotBefore: number
  /** Whether the present attempt is made with headers refreshed after a 401 or 403. */
  readonly headersRefreshed: boolean
  /** In the order of their coming; the first is why a stream is paused. */
  readonly pauseReasons: readonly PauseReason[]
  /** When the page was hidden; `Infinity` while it is not. */
  readonly hiddenAt: number

  /** When the last byte came; before the first, when the state began. */
  readonly lastActivityAt: number
  /** When the last comment came; `Infinity` before the first. */
  readonly lastCommentAt: number
  readonly midMessage: boolean
  /**
   * How long silence may last, whatever the policy says: for ever while the reader is slower than the server, and it is our
   * own doing; not long when the clock has jumped, and the socket may be dead. `undefined` otherwise.
   */
  readonly idleTimeoutOverrideMs: number | undefined

  /** What the server's `retry` field asked for. */
  readonly retryMs: number | undefined
  /** When an open stream was last left; `undefined` before the first. */
  readonly disconnectedAt: number | undefined
  /** The longest time between two heartbeats of one connection; 0 before there were two. */
  readonly longestHeartbeatGapMs: number
}

/** Nothing has gone wrong lately, and nothing is in the way. */
export const CALM: Pick<
  Machine,
  | 'failures'
  | 'failingSince'
  | 'lastError'
  | 'shortConnections'
  | 'retryNotBefore'
  | 'headersRefreshed'
  | 'pauseReasons'
  | 'hiddenAt'
> = {
  failures: 0,
  failingSince: 0,
  lastError: undefined,
  shortConnections: 0,
  retryNotBefore: 0,
  headersRefreshed: false,
  pauseReasons: [],
  hiddenAt: Infinity,
}

/** Where every connection begins. */
export const INITIAL: Machine = {
  ...CALM,
  state: { status: 'idle' },
  stateSince: 0,
  generation: 0,
  timerAt: Infinity,
  lastActivityAt: 0,
  lastCommentAt: Infinity,
  midMessage: false,
  idleTimeoutOverrideMs: undefined,
  retryMs: undefined,
  disconnectedAt: undefined,
  longestHeartbeatGapMs: 0,
}
