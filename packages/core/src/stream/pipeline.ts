import { combine, DELIVERED, type DeliveryResult, ENDED } from '../connection/delivery.ts'
import { guard, report, SseError } from '../errors.ts'
import type { Message } from '../protocol/message.ts'
import type { EventStreamOptions } from './contract.ts'
import { type AnyMessage, decode, type MessageOf } from './decode.ts'
import { createFoldRunner } from './folds/fold-runner.ts'
import { addListener, type Listeners } from './listeners.ts'
import type { MessageHandler } from './shared-connection.ts'

/** Steps that each message of a stream takes: decode, fold, listeners. */
export interface Pipeline<Data, Each> extends MessageHandler {
  /** Latest data of the fold. */
  readonly data: Data
  /** Number of messages that did not match their schema. */
  readonly invalidCount: number
  /** Decodes and folds the message that came before a late subscriber, if the fold wants it. Calls no listener. */
  replayLast(message: Message | undefined): DeliveryResult
  /** Adds a listener. Returns a function that removes it. */
  onMessage(listener: (message: Each) => unknown): () => void
}

/**
 * Creates a pipeline.
 *
 * @param isOpen Returns true while messages may be delivered: no listener has closed the stream.
 * @param isClosing Returns true while the connection outlives its last subscriber. Data is kept up to date, but callbacks are not
 * called.
 * @param onChange Called when the data or the number of invalid messages has changed.
 * @throws SseError `invalid-option` for a wrong fold.
 */
export function createPipeline<Data, Events>(
  latestOptions: () => EventStreamOptions<Data, Events>,
  isOpen: () => boolean,
  isClosing: () => boolean,
  onChange: () => void,
): Pipeline<Data, MessageOf<Events>> {
  let options = latestOptions()
  let invalidCount = 0
  const folds = createFoldRunner(options)
  const listeners: Listeners<(message: MessageOf<Events>) => unknown> = { current: [] }

  /** Decodes and folds a message. Returns nothing for one that is not delivered, and an error that ends the stream. */
  function applyMessage(raw: Message): AnyMessage | SseError | undefined {
    const message = options.events ? decodeMessage(raw) : raw
    if (!message || message instanceof SseError) return message
    folds.add(message)
    onChange()
    return message
  }

  function decodeMessage(raw: Message): AnyMessage | SseError | undefined {
    const { events = {}, onInvalid } = options
    try {
      return decode(raw, events)
    } catch (thrown) {
      const error = thrown as SseError
      invalidCount++
      onChange()
      // Only the first one is reported, so that a flood of them does not hide other errors.
      if (!onInvalid && invalidCount === 1) report(error)
      return guard(() => onInvalid?.(error, raw)) === 'fail' ? error : undefined
    }
  }

  return {
    get data() {
      return folds.data
    },
    get invalidCount() {
      return invalidCount
    },
    refreshOptions() {
      options = latestOptions()
      guard(folds.refreshOptions, options)
    },
    until: (message) => options.until?.(message) || folds.until(message),
    deliver(raw) {
      const message = applyMessage(raw)
      if (!message) return DELIVERED
      if (message instanceof SseError) return { ended: true, error: message }
      let result = DELIVERED
      if (!isClosing()) {
        const { current } = listeners
        // A loop without a list or a closure per message; index -1 is the option onMessage.
        for (let index = -1; index < current.length && isOpen(); index++) {
          const listener = index < 0 ? options.onMessage : current[index]
          if (listener) result = combine(result, call(listener, message as MessageOf<Events>))
        }
      }
      return isOpen() ? result : combine(result, ENDED)
    },
    replayLast(message) {
      const error = message && folds.wantsLast ? applyMessage(message) : undefined
      return error instanceof SseError ? { ended: true, error } : DELIVERED
    },
    onMessage: (listener) => addListener(listeners, (message) => listener(message)),
  }
}

/** Calls a listener. A promise or another thenable that it returns holds back reading. */
function call<Value>(listener: (value: Value) => unknown, value: Value): DeliveryResult {
  const result = guard(listener, value)
  if (result == null || typeof (result as PromiseLike<unknown>).then !== 'function') return DELIVERED
  return { ended: false, waitFor: Promise.resolve(result).catch(report) }
}
