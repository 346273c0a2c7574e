/**
 * The only door to time and chance, so that a test can hold both in its hand.
 *
 * @example
 * ```ts
 * import { createEventStream } from '@headwater/core'
 * import { createFakeClock } from '@headwater/core/testing'
 *
 * const clock = createFakeClock()
 * const stream = createEventStream('https://example.com/news', { clock })
 * clock.advance(1_000) // one second goes by, at once
 * ```
 */
export interface Clock {
  /** Milliseconds since 1970, as `Date.now()` tells them. */
  now(): number
  /** A number from 0 up to, not including, 1. */
  random(): number
  /**
   * Calls back once after `ms` milliseconds; what it returns takes the call back.
   *
   * @param unref lets a Node process exit although the timer is still to come.
   */
  timer(callback: () => void, ms: number, unref?: boolean): () => void
  /** Calls back before the next frame of the page; what it returns takes the call back. Needs a page. */
  frame(callback: () => void): () => void
}

/** The most that `setTimeout` holds; more overflows and fires at once. */
export const MAX_TIMER_MS: number = 2 ** 31 - 1

/** The clock on the wall. */
export const systemClock: Clock = {
  now: (): number => Date.now(),
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

/** How long until a date as HTTP writes it, in milliseconds; `NaN` where the text is none. */
export function msUntil(date: string, now: number): number {
  return Date.parse(date) - now
}
