import type { Clock } from '../platform/clock.ts'
import type { TabLocks } from '../platform/tabs.ts'
import { ANSWER_MS } from './timing.ts'

/** Notices that a tab slept. */
export interface Wakefulness {
  /** Time since the last event, in milliseconds. */
  readonly idleMs: number
  /**
   * Notes an event. A leader that had none for a while may have been frozen, and replaced. Then it must not relay: returns a promise to
   * wait for, after which it knows.
   */
  wake(isLeader: boolean): Promise<unknown> | undefined
}

/** Creates a check that begins awake. */
export function createWakefulness(clock: Clock, locks: TabLocks): Wakefulness {
  let activeAt = clock.monotonic()
  let checking: Promise<unknown> | undefined
  const checked = () => void (checking = undefined)
  const idleMs = () => clock.monotonic() - activeAt
  return {
    get idleMs() {
      return idleMs()
    },
    wake(isLeader) {
      // A lock that was taken away is reported before the answer.
      if (isLeader && idleMs() > ANSWER_MS) checking ??= locks.query().then(checked, checked)
      activeAt += idleMs()
      return checking
    },
  }
}
