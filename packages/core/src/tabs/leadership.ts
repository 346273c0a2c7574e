import { type Entry, type LeaderMessage, lengthOf, type TabMessage, type Term } from './protocol.ts'
import type { Ring } from './ring.ts'

/** Most text that a follower may have got and not acknowledged, in UTF-16 code units. */
export const WINDOW: number = 2 ** 20

/** One term of a leader. */
export interface Leadership {
  readonly term: Term
  /** Tells all tabs of the leader. */
  announce(): void
  /** Answers a message of another tab. */
  answer(message: TabMessage): void
  /** Sends a batch to the followers, if there are any. Drops those that are too slow. */
  relay(entries: readonly Entry[]): void
  /** Tells all tabs that the term is over. */
  end(failed: boolean): void
}

/** Begins a term. */
export function createLeadership(
  term: Term,
  ring: Ring,
  postMessage: (message: LeaderMessage) => void,
): Leadership {
  /** Length of what each follower has not acknowledged. */
  const unacknowledged = new Map<string, number>()
  let ordinal = 0
  const announce = () => postMessage({ type: 'here', term })
  return {
    term,
    announce,
    answer(message) {
      const { from: to } = message
      if (message.type === 'ack') {
        const length = unacknowledged.get(to)
        if (length !== undefined) unacknowledged.set(to, Math.max(0, length - message.length))
        return
      }
      const { after } = message
      if (after === undefined) return announce()
      const entries = ring.after(after)
      if (entries) unacknowledged.set(to, lengthOf(entries))
      postMessage({ type: 'join', term, to, after, ordinal, entries })
    },
    relay(entries) {
      if (unacknowledged.size === 0) return
      postMessage({ type: 'batch', term, ordinal: ++ordinal, entries })
      for (const [to, before] of unacknowledged) {
        const length = before + lengthOf(entries)
        unacknowledged.set(to, length)
        if (length <= WINDOW) continue
        unacknowledged.delete(to)
        postMessage({ type: 'drop', term, to })
      }
    },
    end: (failed) => postMessage({ type: 'bye', term, failed }),
  }
}
