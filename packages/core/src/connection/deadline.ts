import { SseError } from '../errors.ts'
import type { Machine, Policy } from './state.ts'

/** Shortest time, and shortest multiple of the longest gap, after which chunks have a steady rhythm. */
const MIN_STEADY_MS = 120_000
const STEADY_GAPS = 200
/** Longer than the usual intervals of heartbeats, which a server may send only while there is nothing else: 15 to 60 s. */
const MIN_RHYTHM_TIMEOUT_MS = 90_000

/** Time at which the current state has lasted too long if nothing happens. */
export function deadline(machine: Machine, policy: Policy): number {
  const { state } = machine
  let limitMs = Infinity
  if (state.status === 'connecting') limitMs = policy.connectTimeoutMs
  if (state.status === 'waiting') limitMs = state.delayMs
  if (state.status === 'open') limitMs = idleTimeout(machine, policy)
  const hideAt = machine.pauseReasons.includes('hidden')
    ? Infinity
    : machine.hiddenAt + policy.pauseWhenHiddenMs
  return Math.min(hideAt, machine.activeAt + limitMs)
}

/** Time limit for silence on the current connection, in milliseconds. */
function idleTimeout(machine: Machine, { idleTimeoutMs }: Policy): number {
  const { midMessage, heartbeatGapMs, idleOverrideMs } = machine
  if (idleOverrideMs !== undefined) return idleOverrideMs
  if (idleTimeoutMs !== 'auto') return idleTimeoutMs
  if (midMessage) return 20_000
  return Math.min(Math.max(15_000, 3 * (heartbeatGapMs || Infinity)), rhythmTimeout(machine), 300_000)
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
export function timeoutError(machine: Machine, policy: Policy): SseError {
  if (machine.state.status === 'open')
    return new SseError(
      'idle-timeout',
      `No data for ${idleTimeout(machine, policy) / 1_000} s (idleTimeoutMs): the connection is considered dead.`,
    )
  return new SseError(
    'connect-timeout',
    `No response within ${policy.connectTimeoutMs / 1_000} s (connectTimeoutMs).`,
  )
}
