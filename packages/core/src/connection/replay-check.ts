import { warnOnce } from '../development.ts'
import { isSendableId } from './transport.ts'

declare const process: { readonly env: { readonly NODE_ENV?: string } }

/** Check for a server that ignores `Last-Event-ID`. */
export interface ReplayCheck {
  /** Starts a response to a request that was sent with this id; `''` if there is nothing to check. */
  start(lastEventId: string): void
  /** Checks the id of a message; `''` if it has none. */
  check(id: string): void
}

/** Returns a check for one stream; `undefined` in production: see development.ts. */
export function createReplayCheck(): ReplayCheck | undefined {
  try {
    if (process.env.NODE_ENV !== 'production') return createCheck()
  } catch {
    return createCheck()
  }
  return undefined
}

/**
 * Creates a check that warns if a response begins with the same two ids as the first one, although the stream was past them. A
 * single id would not do: some servers greet each client with the same one. A server that sends no old messages goes unnoticed.
 */
function createCheck(): ReplayCheck {
  let first: string | undefined
  let sentId = ''
  /** Two different ids that the response began with. */
  let ids: string[] = []
  return {
    start(lastEventId) {
      sentId = lastEventId
      ids = []
    },
    check(id) {
      if (ids.length === 2 || id === '' || id === ids[0] || ids.push(id) < 2) return
      const names = ids.join(' and ')
      if (first === names && isSendableId(sentId) && !ids.includes(sentId))
        warnOnce(
          'replay',
          `The server seems to ignore Last-Event-ID: ${sentId}. Its response begins with the ids ${names} again.`,
        )
      first ??= names
    },
  }
}
