import type { Term } from './protocol.ts'

/** Length of what a follower takes before it acknowledges it, in UTF-16 code units. */
const ACK_LENGTH = 2 ** 16

/** Term of another tab that this tab follows. */
export interface Following {
  readonly term: Term
  /** Notes a batch. Returns true if it is the next one, false if one is missing, and `undefined` if it came before. */
  accept(ordinal: number): boolean | undefined
  /** Notes that the tab has taken so much. */
  take(length: number): void
}

/**
 * Begins to follow a leader.
 *
 * @param last Ordinal of the last batch that the tab needs no more.
 * @param acknowledge Tells the leader how much the tab has taken.
 */
export function createFollowing(term: Term, last: number, acknowledge: (length: number) => void): Following {
  let taken = 0
  return {
    term,
    // A repeated batch is harmless, a missing one is not.
    accept: (ordinal) => (ordinal <= last ? undefined : ordinal === ++last),
    take(length) {
      taken += length
      if (taken < ACK_LENGTH) return
      acknowledge(taken)
      taken = 0
    },
  }
}
