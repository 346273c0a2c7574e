import type { Clock } from '../platform/clock.ts'
import type { TabLocks } from '../platform/tabs.ts'
import { ANSWER_MS } from './timing.ts'

/** Notices that a tab slept. */
export interface Wakefulness {
  /** Time since the last event, in milliseconds. */
  readonly idleMs: number
  /** Called when the tab has got the lock of the leader. */
  noteHeld(): void
  /**
   * Notes an event. A leader that had none for a while may have been frozen, and replaced. Then it must not relay: returns a promise to
   * wait for, after which it knows.
   */
  wake(isLeader: boolean): Promise<unknown> | undefined
}

/**
 * Creates a check that begins awake.
 *
 * @param name Name of the lock of the leader.
 * @param onLost Called if the tab slept, and no longer has the lock.
 */
export function createWakefulness(
  clock: Clock,
  locks: TabLocks,
  name: string,
  onLost: () => void,
): Wakefulness {
  let activeAt = clock.monotonic()
  let checking: Promise<unknown> | undefined
  /** Holder of the lock when this tab had got it: this tab. */
  let self: string | undefined
  const idleMs = () => clock.monotonic() - activeAt
  const findHolder = async () => (await locks.query()).held?.find((lock) => lock.name === name)?.clientId
  const check = async () => {
    const holder = await findHolder().catch(() => undefined)
    checking = undefined
    if (holder === undefined || holder !== self) onLost()
  }
  return {
    get idleMs() {
      return idleMs()
    },
    noteHeld() {
      self = undefined
      findHolder().then(
        (holder) => (self = holder),
        () => undefined,
      )
    },
    wake(isLeader) {
      // A browser may report a lock that was taken away later than it answers, so the answer itself must tell.
      if (isLeader && idleMs() > ANSWER_MS) checking ??= check()
      activeAt += idleMs()
      return checking
    },
  }
}
