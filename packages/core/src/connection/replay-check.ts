import { warnOnce } from '../warn.ts'
import { isSendableId } from './transport.ts'

/** Check for a server that ignores `Last-Event-ID`. */
export interface ReplayCheck {
  /** Starts a response to a request that was sent with this id; `''` if there is nothing to check. */
  start(lastEventId: string): void
  /** True until the response has had two ids. */
  isPending: boolean
  /** Checks the id of a message, while the check is pending. */
  check(id: string): void
}

/**
 * Creates a check that warns if a response begins with the same two ids as the first one, although the stream was past them. A
 * single id would not do: some servers greet each client with the same one. A server that sends no old messages goes unnoticed.
 */
export function createReplayCheck(): ReplayCheck {
  let first: string | undefined
  let sentId = ''
  let ids: string[] = []
  const check: ReplayCheck = {
    isPending: true,
    start(lastEventId) {
      sentId = lastEventId
      ids = []
      check.isPending = true
    },
    check(id) {
      if (id === ids[0] || ids.push(id) < 2) return
      check.isPending = false
      const names = ids.join(' and ')
      if (first === names && isSendableId(sentId) && !ids.includes(sentId))
        warnOnce(
          'replay',
          `The server seems to ignore Last-Event-ID: ${sentId}. Its response begins with the ids ${names} again.`,
        )
      first ??= names
    },
  }
  return check
}
