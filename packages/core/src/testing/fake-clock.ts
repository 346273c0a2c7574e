import type { Clock } from '../platform/clock.ts'

/** A clock that stands still until it is told how much time goes by. */
export interface FakeClock extends Clock {
  /**
   * Lets `ms` milliseconds go by: calls back every timer that falls due, in order, and lets the promises that hang on it
   * settle before the next. `advance(0)` just lets promises settle.
   */
  advance(ms: number): Promise<void>
  /** Shows a frame: calls back everyone who waits for one. */
  showFrame(): Promise<void>
  /**
   * Sets the clock ahead, as a machine that sleeps does, or back, as one whose clock is put right. Timers do not notice:
   * they still run for as long as they were set.
   */
  jump(ms: number): void
  /** How many timers are running. */
  readonly timers: number
  /** How many callbacks wait for a frame. */
  readonly frames: number
  /** What `random()` gives from now on: a number from 0 up to 1. Begins with 0, so that delays have no jitter. */
  chance: number
}

/**
 * Makes a clock for tests.
 *
 * @param now Milliseconds since 1970 to begin with. Default 1,000,000.
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
    readonly at: number
    readonly callback: () => void
  }
  const timers = new Set<Timer>()
  /** Since the clock was made, jumps aside: what timers go by. */
  let elapsed = 0
  let frames = new Set<() => void>()

  async function advance(ms: number): Promise<void> {
    const end = elapsed + ms
    await settle()
    for (;;) {
      const [timer] = [...timers].filter(({ at }) => at <= end).sort((one, other) => one.at - other.at)
      if (!timer) break
      timers.delete(timer)
      pass(timer.at)
      timer.callback()
      await settle()
    }
    pass(end)
  }

  function pass(to: number): void {
    if (to <= elapsed) return
    now += to - elapsed
    elapsed = to
  }

  return {
    chance: 0,
    now: () => now,
    random() {
      return this.chance
    },
    timer(callback, ms) {
      const timer = { at: elapsed + Math.max(0, ms), callback }
      timers.add(timer)
      return () => void timers.delete(timer)
    },
    frame(callback) {
      const once = () => callback()
      frames.add(once)
      return () => void frames.delete(once)
    },
    advance,
    async showFrame() {
      const due = frames
      frames = new Set()
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
      return frames.size
    },
  }
}

/** Lets promises settle that depend on nothing but other promises: no chain of ours is nearly as long. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 64; turn++) await Promise.resolve()
}
