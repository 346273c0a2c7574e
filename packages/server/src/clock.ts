/** Time and timers. Injectable for tests: a fake clock of `@headwater/core/testing` is one. */
export interface Clock {
  /** Returns the time in milliseconds since 1970. */
  now(): number
  /** Returns a random number from 0 up to, but not including, 1. */
  random(): number
  /**
   * Calls back once after `ms` milliseconds. Returns a function that cancels the call.
   *
   * @param unref Lets a Node process exit although the timer is still pending.
   */
  timer(callback: () => void, ms: number, unref?: boolean): () => void
}

/** Time and timers of the system. */
export const systemClock: Clock = {
  now: () => Date.now(),
  random: () => Math.random(),
  timer: (callback, ms, unref) => {
    const timer: unknown = setTimeout(callback, ms)
    if (unref) (timer as { unref?(): void }).unref?.()
    return () => clearTimeout(timer as number)
  },
}

/** Calls back after the current turn of the event loop, so that all that happens in one turn has one effect. */
export const nextTurn = (callback: () => void): void => {
  const { setImmediate } = globalThis as { setImmediate?: (callback: () => void) => void }
  if (setImmediate) setImmediate(callback)
  else setTimeout(callback)
}
