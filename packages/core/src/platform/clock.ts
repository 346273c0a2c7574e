/**
 * Timers and randomness. Injectable for tests.
 *
 * @example
 * ```ts
 * import { createEventStream } from '@headwater/core'
 * import { createFakeClock } from '@headwater/core/testing'
 *
 * const clock = createFakeClock()
 * const stream = createEventStream('https://example.com/news', { clock })
 * await clock.advance(1_000) // one second passes immediately
 * ```
 */
export interface Clock {
  /** Returns the time in milliseconds since 1970, as `Date.now()` does. */
  now(): number
  /**
   * Returns the time in milliseconds since any fixed moment, as `performance.now()` does: unlike `now()`, it never jumps. All
   * durations and timers follow it; `now()` serves to notice that the computer slept, and for times that people see.
   */
  monotonic(): number
  /** Returns a random number from 0 up to, but not including, 1. */
  random(): number
  /**
   * Calls back once after `ms` milliseconds. Returns a function that cancels the call.
   *
   * @param unref Lets a Node process exit although the timer is still pending.
   */
  timer(callback: () => void, ms: number, unref?: boolean): () => void
  /** Calls back before the next frame of the page. Returns a function that cancels the call. Needs a page. */
  frame(callback: () => void): () => void
}

/** Longest delay of `setTimeout`, in milliseconds. A longer one overflows and fires immediately. */
export const MAX_TIMER_MS: number = 2 ** 31 - 1

/** Timers and randomness of the system. */
export const systemClock: Clock = {
  now: (): number => Date.now(),
  monotonic: (): number => performance.now(),
  random: (): number => Math.random(),
  timer(callback: () => void, ms: number, unref?: boolean): () => void {
    const timer: unknown = setTimeout(callback, Math.min(ms, MAX_TIMER_MS))
    if (unref) (timer as { unref?(): void }).unref?.()
    return () => clearTimeout(timer as number)
  },
  frame(callback: () => void): () => void {
    const frame = requestAnimationFrame(callback)
    return () => cancelAnimationFrame(frame)
  },
}

/** Returns the time until an HTTP date, in milliseconds; `NaN` if the text is not a date. */
export function msUntil(date: string, now: number): number {
  return Date.parse(date) - now
}
