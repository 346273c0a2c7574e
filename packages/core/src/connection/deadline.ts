import { SseError } from '../errors.ts'
import { limit, type PolicyOptions } from './retry-policy.ts'
import { isBuffered, type Machine } from './state.ts'

/** Longest limit that is learned or grows. */
export const MAX_TIMEOUT_MS = 300_000

/** Shortest time, and shortest multiple of the longest gap, after which chunks have a steady rhythm. */
const MIN_STEADY_MS = 120_000
const STEADY_GAPS = 200
/** Longer than the usual intervals of heartbeats, which a server may send only while there is nothing else: 15 to 60 s. */
const MIN_RHYTHM_TIMEOUT_MS = 90_000

/** Time at which the current state has lasted too long if nothing happens. */
export function deadline(machine: Machine, options: PolicyOptions): number {
  const { state } = machine
  let limitMs = Infinity
  if (state.status === 'connecting') limitMs = connectTimeout(machine, options)
  if (state.status === 'waiting') limitMs = state.delayMs
  if (state.status === 'open') limitMs = idleTimeout(machine, options)
  return Math.min(
    machine.pauseReasons.includes('hidden') ? Infinity : hideAt(machine, options),
    machine.activeAt + limitMs,
  )
}

/** Time at which a hidden page pauses the stream. */
export function hideAt({ hiddenAt }: Machine, { pauseWhenHiddenMs = false }: PolicyOptions): number {
  return hiddenAt + limit(pauseWhenHiddenMs)
}

/** Time limit for a response, in milliseconds. */
export function connectTimeout(
  { grownConnectMs }: Machine,
  { connectTimeoutMs = 20_000 }: PolicyOptions,
): number {
  return Math.max(limit(connectTimeoutMs), grownConnectMs)
}

/** Time limit for silence on the current connection, in milliseconds. */
function idleTimeout(machine: Machine, { idleTimeoutMs = 'auto' }: PolicyOptions): number {
  const { midMessage, lostMidMessage, heartbeatGapMs, idleOverrideMs } = machine
  if (idleOverrideMs !== undefined) return idleOverrideMs
  if (idleTimeoutMs !== 'auto') return limit(idleTimeoutMs)
  if (midMessage && !lostMidMessage && !isBuffered(machine)) return 20_000
  return Math.min(Math.max(15_000, 3 * (heartbeatGapMs || Infinity)), rhythmTimeout(machine), MAX_TIMEOUT_MS)
}

/**
 * Time limit for silence learned from the rhythm of chunks, in milliseconds; `Infinity` until the connection has kept it for
 * long enough. The opening counts as a chunk.
 */
export function rhythmTimeout({ activeAt, stateSince, longestGapMs }: Machine): number {
  const isSteady = activeAt - stateSince >= Math.max(MIN_STEADY_MS, STEADY_GAPS * longestGapMs)
  return isSteady ? Math.max(MIN_RHYTHM_TIMEOUT_MS, 10 * longestGapMs) : Infinity
}

/** Creates the error for a state that has lasted too long: `connecting` or `open`. */
export function timeoutError(machine: Machine, options: PolicyOptions, address: string): SseError {
  if (machine.state.status === 'open') {
    const place = machine.midMessage ? ' in the middle of a message' : ''
    return new SseError(
      'idle-timeout',
      `${address}: no data for ${idleTimeout(machine, options) / 1_000} s${place} (idleTimeoutMs)`,
    )
  }
  return new SseError(
    'connect-timeout',
    `${address}: no response within ${connectTimeout(machine, options) / 1_000} s (connectTimeoutMs). A proxy may buffer it, or a browser has six connections open`,
  )
}
