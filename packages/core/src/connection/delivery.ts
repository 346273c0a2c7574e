import type { SseError } from '../errors.ts'

/** Result of delivering a message; the only thing that flows back to the connection. */
export interface DeliveryResult {
  /** True if the message ended the stream, or if a listener closed it. The rest of the chunk is not delivered. */
  readonly ended: boolean
  /** Error that the message made the stream fail with. */
  readonly error?: SseError | undefined
  /** Promise of a slow listener: reading continues once it has settled. */
  readonly waitFor?: PromiseLike<unknown> | undefined
}

/** Result of a message that changes nothing for the connection. A constant, so that a message costs no object. */
export const DELIVERED: DeliveryResult = { ended: false }

/** Result of a message after which the stream is over. */
export const ENDED: DeliveryResult = { ended: true }

/** Combines the results of two listeners, two subscribers or two messages. */
export function combine(one: DeliveryResult, other: DeliveryResult): DeliveryResult {
  if (other === DELIVERED || other === one) return one
  if (one === DELIVERED) return other
  return {
    ended: one.ended || other.ended,
    error: one.error ?? other.error,
    waitFor:
      one.waitFor && other.waitFor
        ? Promise.allSettled([one.waitFor, other.waitFor])
        : (one.waitFor ?? other.waitFor),
  }
}
