import type { Clock } from '@headwater/core'

/** Attempts that last less than this, in milliseconds, count as short. */
const SHORT_MS = 1_000
/** Number of short attempts in a row after which the floor applies. */
const MAX_SHORT_ATTEMPTS = 3
/** Shortest delay after that, in milliseconds. */
const FLOOR_MS = 100
/** Longest delay of `setTimeout`, in milliseconds. A longer one fires immediately. */
const MAX_TIMER_MS = 2 ** 31 - 1

/** Limits the delays before reconnections, so that no delay can cause a hot loop. */
export interface DelayLimits {
  /** Call it when an attempt begins. */
  start(): void
  /**
   * Returns the delay to wait after the attempt, in milliseconds.
   *
   * @param wantedMs Result of a callback. If it is not a number from 0 up, `defaultMs` takes its place.
   */
  limit(wantedMs: unknown, defaultMs: number): number
}

/** Creates the limits for one stream. */
export function createDelayLimits(clock: Clock): DelayLimits {
  let startedAt = 0
  let shortAttempts = 0
  return {
    start() {
      startedAt = clock.monotonic()
    },
    limit(wantedMs, defaultMs) {
      shortAttempts = clock.monotonic() - startedAt < SHORT_MS ? shortAttempts + 1 : 0
      const delayMs = typeof wantedMs === 'number' && wantedMs >= 0 ? wantedMs : defaultMs
      return Math.min(Math.max(delayMs, shortAttempts < MAX_SHORT_ATTEMPTS ? 0 : FLOOR_MS), MAX_TIMER_MS)
    },
  }
}
