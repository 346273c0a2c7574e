import { DELIVERED, type DeliveryResult } from '../connection/delivery.ts'
import { guard, report, type SseError } from '../errors.ts'
import type { Message } from '../protocol/message.ts'
import type { EventStreamOptions } from './contract.ts'
import { type AnyMessage, decode, type Schemas } from './decode.ts'

/** Decodes the messages of a stream by its option `events`, and counts those that do not match. */
export interface MessageDecoder {
  readonly invalidCount: number
  /** Returns the decoded message; `undefined` for one that is not delivered. */
  decode(raw: Message, events: Schemas, onInvalid: OnInvalid): AnyMessage | undefined
  /** Returns the delivery result of a message that is not delivered. */
  skip(): DeliveryResult
}

// oxlint-disable-next-line typescript/no-explicit-any
type OnInvalid = EventStreamOptions<any, any>['onInvalid']

/**
 * Creates a message decoder.
 *
 * @param onChange Called when the number of invalid messages has changed.
 */
export function createMessageDecoder(onChange: () => void): MessageDecoder {
  let invalidCount = 0
  /** Error of a message for which `onInvalid` has returned 'fail'. */
  let failure: SseError | undefined

  return {
    get invalidCount() {
      return invalidCount
    },
    decode(raw, events, onInvalid) {
      try {
        return decode(raw, events)
      } catch (thrown) {
        const error = thrown as SseError
        invalidCount++
        onChange()
        // Only the first one is reported, so that a flood of them does not hide other errors.
        if (!onInvalid && invalidCount === 1) report(error)
        if (guard(() => onInvalid?.(error, raw)) === 'fail') failure = error
        return undefined
      }
    },
    skip() {
      const error = failure
      failure = undefined
      return error ? { ended: true, error } : DELIVERED
    },
  }
}
