import type { Clock } from '../platform/clock.ts'

/** A clock for tests. Its time changes only through {@link FakeClock.advance} and {@link FakeClock.jump}. */
export interface FakeClock extends Clock {
  /**
   * Advances the time by `ms` milliseconds. Fires each timer that is due, in order of time, and waits for pending promises
   * after each one. `advance(0)` fires the timers that are due already and waits for pending promises.
   */
  advance(ms: number): Promise<void>
  /** Renders a frame: calls all callbacks that are waiting for one, and waits for pending promises. */
  showFrame(): Promise<void>
  /**
   * Changes `now()` by `ms` milliseconds, but neither `monotonic()` nor timers, as on a computer that was asleep or whose clock
   * was set. A negative number sets the clock back.
   */
  jump(ms: number): void
  /** Number of running timers. */
  readonly timers: number
  /** Number of callbacks that are waiting for a frame. */
  readonly frames: number
  /** Value that `random()` returns, from 0 up to, not including, 1. Default 0: delays have no jitter. */
  chance: number
}

/**
 * Creates a clock for tests.
 *
 * @param now Start time, in milliseconds since 1970. Default 1,000,000.
 * @example
 * ```ts
 * import { createEventStream } from '@headwater/core'
 * import { createFakeClock, createFakeServer } from '@headwater/core/testing'
 *
 * const clock = createFakeClock()
 * const server = createFakeServer()
 * const stream = createEventStream('https://example.com/news', { clock, fetch: server.fetch })
 * stream.open()
 * const request = await server.nextRequest()
 * request.refuse(503)
 * await clock.advance(1_000) // the second attempt begins
 * ```
 */
export function createFakeClock(now = 1_000_000): FakeClock {
  interface Timer {
    readonly dueAt: number
    readonly callback: () => void
  }
  const timers = new Set<Timer>()
  /** Milliseconds advanced since the clock was created. */
  let elapsed = 0
  let frameCallbacks = new Set<() => void>()

  async function advance(ms: number): Promise<void> {
    const end = elapsed + ms
    await settle()
    for (;;) {
      const [timer] = [...timers].filter(({ dueAt }) => dueAt <= end).sort((a, b) => a.dueAt - b.dueAt)
      if (!timer) break
      timers.delete(timer)
      advanceTo(timer.dueAt)
      timer.callback()
      await settle()
    }
    advanceTo(end)
  }

  function advanceTo(time: number): void {
    if (time <= elapsed) return
    now += time - elapsed
    elapsed = time
  }

  return {
    chance: 0,
    now: () => now,
    monotonic: () => elapsed,
    random() {
      return this.chance
    },
    timer(callback, ms) {
      const timer = { dueAt: elapsed + Math.max(0, ms), callback }
      timers.add(timer)
      return () => void timers.delete(timer)
    },
    frame(callback) {
      // A function of its own: the same callback may wait twice.
      const entry = () => callback()
      frameCallbacks.add(entry)
      return () => void frameCallbacks.delete(entry)
    },
    advance,
    async showFrame() {
      const due = frameCallbacks
      frameCallbacks = new Set()
      for (const callback of due) callback()
      await settle()
    },
    jump(ms) {
      now += ms
    },
    get timers() {
      return timers.size
    },
    get frames() {
      return frameCallbacks.size
    },
  }
}

/** Waits until promises that depend only on other promises are settled. No chain in this package has close to 64 steps. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 64; turn++) await Promise.resolve()
}
