import { SseError } from '../errors.ts'
import type { Machine, Policy } from './state.ts'

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
function idleTimeout(
  { midMessage, heartbeatGapMs, idleOverrideMs }: Machine,
  { idleTimeoutMs }: Policy,
): number {
  if (idleOverrideMs !== undefined) return idleOverrideMs
  if (idleTimeoutMs !== 'auto') return idleTimeoutMs
  if (midMessage) return 20_000
  return Math.min(Math.max(15_000, 3 * (heartbeatGapMs || Infinity)), 300_000)
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
