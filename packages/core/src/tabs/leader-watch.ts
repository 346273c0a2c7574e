import type { Clock } from '../platform/clock.ts'
import type { TabsPlatform } from '../platform/tabs.ts'
import { ANSWER_MS, SILENCE_MS } from './timing.ts'

/** Watches if the leader is alive. */
export interface LeaderWatch {
  /** True if there seems to be another leader. */
  readonly hasLeader: boolean
  /** True if the leader was asked something, and has said nothing since. */
  readonly isWaiting: boolean
  /** Notes that the leader was asked something. */
  noteQuestion(): void
  /** Notes that a leader has said something, or that the watch begins again; and if there seems to be another leader. */
  note(hasLeader: boolean): void
  /**
   * Decides if it is time to ask, or if the leader is considered dead. Only a visible tab considers a leader dead.
   *
   * @param sleptMs Time since the last event of this tab, in milliseconds.
   * @param hasSocket True if the tab follows no leader. Then it asks even if it is hidden.
   */
  judge(sleptMs: number, hasSocket: boolean): 'ask' | 'dead' | undefined
}

/** Creates a watch that begins now. */
export function createLeaderWatch(clock: Clock, platform: TabsPlatform): LeaderWatch {
  let hasLeader = false
  let heardAt = clock.monotonic()
  /** Time of the first question that was not answered. */
  let askedAt: number | undefined
  return {
    get hasLeader() {
      return hasLeader
    },
    get isWaiting() {
      return askedAt !== undefined
    },
    noteQuestion: () => void (askedAt ??= clock.monotonic()),
    note(nowHasLeader) {
      hasLeader = nowHasLeader
      heardAt = clock.monotonic()
      askedAt = undefined
    },
    judge(sleptMs, hasSocket) {
      const now = clock.monotonic()
      const isVisible = platform.isVisible()
      // Timers of a hidden tab are late, and so are those of one that slept: it may have missed the answer.
      if (!isVisible || sleptMs > ANSWER_MS) askedAt = undefined
      if (askedAt !== undefined) return now - askedAt >= ANSWER_MS ? 'dead' : undefined
      return now - heardAt >= SILENCE_MS && (hasSocket || isVisible) ? 'ask' : undefined
    },
  }
}
