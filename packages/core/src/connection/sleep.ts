import type { PolicyOptions } from './retry-policy.ts'
import type { ConnectionEvent, Draft } from './state.ts'

/** Lost time that means sleep. Browsers delay the timers of hidden pages by up to a minute. In milliseconds. */
const SLEEP_THRESHOLD_MS = 90_000
/** Time in which a stream must show activity after the computer slept, in milliseconds. */
const WAKE_PROBE_MS = 5_000

/**
 * Notices that the computer slept. Meanwhile the monotonic clock stands still on some systems, and the wall clock is ahead
 * afterwards; on others the timer is late. A wall clock that is set forward looks the same; one that is set back changes nothing.
 */
export function noticeSleep(
  machine: Draft,
  { at, now }: ConnectionEvent,
  { idleTimeoutMs }: PolicyOptions,
): void {
  const leapMs = now - at - machine.clockOffset
  machine.clockOffset = now - at
  if (leapMs + Math.max(0, at - machine.timerAt) <= SLEEP_THRESHOLD_MS) return
  // Waiting and being disconnected go on during sleep.
  machine.retryNotBefore -= leapMs
  if (machine.disconnectedAt !== undefined) machine.disconnectedAt -= leapMs
  if (machine.state.status === 'waiting') machine.activeAt -= leapMs
  if (machine.state.status !== 'open' || idleTimeoutMs === false || idleTimeoutMs === Infinity) return
  // The socket may be dead.
  machine.idleOverrideMs ??= WAKE_PROBE_MS
  machine.activeAt = at
}
