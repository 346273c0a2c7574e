import type { SseError } from '../errors.ts'
import type { PauseReason } from '../platform/page.ts'
import type { Continuity, Gap } from './continuity.ts'
import type { RoleState } from './relay.ts'

/**
 * State of a connection, as a union: each status has exactly the fields that make sense for it.
 *
 * - `idle`: not opened yet, or released by its last subscriber.
 * - `connecting`: attempt number `attempt` is in progress. 1 is the first attempt since the stream was last healthy.
 * - `open`: the server accepted the request. `continuity` tells whether messages are missing: see {@link Continuity}.
 *   `downtimeMs` is the time since the stream was last open.
 * - `waiting`: attempt number `attempt` starts in `delayMs` milliseconds, at `retryAt` (milliseconds since 1970), because the
 *   previous one failed with `error`.
 * - `paused`: the page is `offline`, `hidden` or `frozen`. The stream reconnects when that ends.
 * - `closed`: stays closed until `open()` is called. `reason` is `closed` after `close()`, `ended` if the server ended the
 *   stream, and `failed` if it failed with `error`.
 *
 * @example
 * ```ts
 * import type { ConnectionState } from '@headwater/core'
 *
 * const describe = (state: ConnectionState) =>
 *   state.status === 'waiting' ? `Retrying in ${Math.ceil(state.delayMs / 1000)} s` : state.status
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

/** Event of a connection, without its context. An event with a `generation` is dropped once that attempt is over. */
export type ConnectionEventBody =
  | { readonly type: 'open' | 'close' | 'release' | 'timer-fired' }
  /** The connection needs a socket of its own, because no other tab relays the stream any more, or this tab is to relay it. */
  | { readonly type: 'reconnect' }
  /** The role among the tabs of a stream that is shared across tabs has changed. */
  | ({ readonly type: 'role' } & RoleState)
  /** A message ended the stream, or made it fail with `error`. */
  | { readonly type: 'terminated'; readonly error: SseError | undefined }
  | { readonly type: 'pause' | 'resume'; readonly reason: PauseReason }
  | { readonly type: 'received'; readonly generation: number; readonly batch: Batch }
  /** The server accepted the request. `continuity` is its answer to the id that was sent, if it gave one. */
  | { readonly type: 'accepted'; readonly generation: number; readonly continuity?: Continuity | undefined }
  /** The server tells that messages are missing. */
  | { readonly type: 'gap'; readonly gap: Gap }
  /** A listener's promise holds back reading, or has settled. */
  | { readonly type: 'backpressure'; readonly generation: number; readonly active: boolean }
  | { readonly type: 'attempt-failed'; readonly generation: number; readonly error: SseError }

/** Content of one chunk, after its messages have been delivered. */
export interface Batch {
  /** Number of messages that the chunk completed. */
  readonly messages: number
  /** Number of comments that the chunk completed. */
  readonly comments: number
  /** True if the chunk ended inside a message. */
  readonly midMessage: boolean
  /** Value of the chunk's last `retry` field, in milliseconds. */
  readonly retryMs: number | undefined
}

/** Time, randomness and resumability at the moment of an event, so that `transition` can be pure. */
interface EventContext {
  /** Time of the event by the monotonic clock, in whole milliseconds. All times in the machine are of this clock. */
  readonly at: number
  /** Time of the event, in milliseconds since 1970. */
  readonly now: number
  /** Random number from 0 up to 1. */
  readonly jitter: number
  /** True if there is an id to send as `Last-Event-ID`. */
  readonly resumable: boolean
}

/** Event that the state machine of a connection handles. */
export type ConnectionEvent = ConnectionEventBody & EventContext

/** Side effect that a transition asks for. */
export type Effect =
  | {
      readonly type: 'connect'
      readonly generation: number
      readonly attempt: number
      readonly error: SseError | undefined
    }
  | { readonly type: 'disconnect' | 'clear-timer' | 'observe-page' | 'unobserve-page' }
  | { readonly type: 'set-timer'; readonly delayMs: number }

/** Part of the state machine that an inspector sees. */
export interface ConnectionSnapshot {
  /** State as views see it. */
  readonly state: ConnectionState
  /** Number that changes with each attempt and with each disconnect. */
  readonly generation: number
  /** Number of failed attempts in a row. */
  readonly failures: number
  /** Delay that the server's last `retry` field named, in milliseconds. */
  readonly retryMs: number | undefined
  /** Time at which the timer fires, by the clock of the event's `at`; `undefined` if none runs. */
  readonly timerAt: number | undefined
}

/** Result of a retry policy: the delay in milliseconds, an immediate attempt with fresh headers, or a final state. */
export type RetryDecision = number | 'refresh' | 'ended' | 'failed'

/** Everything that transitions depend on. */
export interface Machine {
  readonly state: ConnectionState
  /** Time at which the state began. */
  readonly stateSince: number
  /** Wall clock minus monotonic clock at the last event. A leap shows that the computer slept; `Infinity` before the first event. */
  readonly clockOffset: number
  /** Number of the current attempt. Changes with each attempt and with each disconnect. */
  readonly generation: number
  /** Time at which the one timer fires; `Infinity` if none runs. */
  readonly timerAt: number

  /** Number of failed attempts in a row; reset when the stream proves healthy. */
  readonly failures: number
  /** Time of the first of these failures. */
  readonly failingSince: number
  /** Error of the last of these failures. */
  readonly lastError: SseError | undefined
  /** Number of connections in a row that closed within a second and that the server did not pace; see `countShort` in transition.ts. */
  readonly shortConnections: number
  /** Earliest time for the next attempt, from `Retry-After`. */
  readonly retryNotBefore: number
  /** Time limit for a response that has grown with each attempt that reached it, in milliseconds; 0 if there was none. */
  readonly grownConnectMs: number
  /** True if the current attempt uses headers that were refreshed after a 401 or 403. */
  readonly headersRefreshed: boolean
  /** Reasons to pause, oldest first. The first one is shown in the state. */
  readonly pauseReasons: readonly PauseReason[]
  /** Time at which the page was hidden; `Infinity` while it is visible. */
  readonly hiddenAt: number

  /** Time of the last byte; before the first byte, the time at which the state began. */
  readonly activeAt: number
  /** Time of the last comment; `Infinity` before the first one. */
  readonly lastCommentAt: number
  /** True if the current connection has delivered a message. */
  readonly hasMessages: boolean
  readonly midMessage: boolean
  /** True if the last loss was an idle timeout in the middle of a message, after other messages. */
  readonly lostMidMessage: boolean
  /** Number of pauses in a row that were in the middle of a message. Not counted further once the stream looks buffered. */
  readonly midMessagePauses: number
  /**
   * Idle timeout that replaces the policy's: `Infinity` while a slow listener holds back reading, short after the computer
   * slept and the socket may be dead, else `undefined`.
   */
  readonly idleOverrideMs: number | undefined

  /** Value of the server's last `retry` field, in milliseconds. */
  readonly retryMs: number | undefined
  /** Time at which the stream was last open; `undefined` before it was. */
  readonly disconnectedAt: number | undefined
  /**
   * Longest time between two chunks of one connection, in milliseconds; `Infinity` after a timeout that was learned from it, so that
   * there is only one.
   */
  readonly longestGapMs: number
  /** Longest time between two heartbeats of one connection, in milliseconds; 0 before there were two. */
  readonly heartbeatGapMs: number
}

/** Copy of a machine that becomes the next one. */
export type Draft = { -readonly [Field in keyof Machine]: Machine[Field] }

/**
 * Creates the state machine of a new connection. A function, so that a bundle that does not use it drops it. All fields are written
 * out, so that the engine copies the machine fast.
 */
export function createMachine(): Machine {
  return {
    state: { status: 'idle' },
    stateSince: 0,
    clockOffset: Infinity,
    generation: 0,
    timerAt: Infinity,
    failures: 0,
    failingSince: 0,
    lastError: undefined,
    shortConnections: 0,
    retryNotBefore: 0,
    grownConnectMs: 0,
    headersRefreshed: false,
    pauseReasons: [],
    hiddenAt: Infinity,
    activeAt: 0,
    lastCommentAt: Infinity,
    hasMessages: false,
    midMessage: false,
    lostMidMessage: false,
    midMessagePauses: 0,
    idleOverrideMs: undefined,
    retryMs: undefined,
    disconnectedAt: undefined,
    longestGapMs: 0,
    heartbeatGapMs: 0,
  }
}

/** Returns true while the connection has a socket. */
export function holdsSocket({ state }: Machine): boolean {
  return state.status === 'connecting' || state.status === 'open'
}

/** Returns true if chunks end wherever a proxy's buffer is full: three pauses in a row were in the middle of a message. */
export function isBuffered({ midMessagePauses }: Machine): boolean {
  return midMessagePauses === 3
}

/** Returns true if the connection was opened and is not over. */
export function isActive({ state }: Machine): boolean {
  return state.status !== 'idle' && state.status !== 'closed'
}
