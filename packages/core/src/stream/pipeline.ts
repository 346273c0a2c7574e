import { DELIVERED, type DeliveryResult } from '../connection/delivery.ts'
import { guard, report, type SseError } from '../errors.ts'
import type { Message } from '../protocol/message.ts'
import type { EventStreamOptions } from './contract.ts'
import { type AnyMessage, decode, type MessageOf, type Schemas } from './decode.ts'
import { createDispatcher } from './dispatcher.ts'
import { createFoldRunner } from './folds/fold-runner.ts'
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
  let until: MessageHandler['until']
  const dispatcher = createDispatcher<MessageOf<Events>>(isOpen)

  /** Error of a message for which `onInvalid` has returned 'fail'. */
  let failure: SseError | undefined

  /** Decodes and folds a message. Returns `undefined` for one that is not delivered. */
  function applyMessage(raw: Message): MessageOf<Events> | undefined {
    const message = options.events ? decodeMessage(raw, options.events) : raw
    if (!message) return undefined
    folds.add(message)
    onChange()
    return message as MessageOf<Events>
  }

  function decodeMessage(raw: Message, events: Schemas): AnyMessage | undefined {
    const { onInvalid } = options
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
  }

  /** Returns the result of a message that is not delivered. */
  function skip(): DeliveryResult {
    const error = failure
    failure = undefined
    return error ? { ended: true, error } : DELIVERED
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
      until = combineUntil(options.until, folds.until)
    },
    get until() {
      return until
    },
    deliver(raw) {
      const message = applyMessage(raw)
      if (!message) return skip()
      const { onMessage } = options
      return dispatcher.dispatch(message, onMessage && !isClosing() ? onMessage : undefined)
    },
    replayLast(message) {
      if (message && folds.wantsLast) applyMessage(message)
      return skip()
    },
    onMessage: dispatcher.onMessage,
  }
}

/** Combines the option `until` with the fold's own: if the option returns false, the fold decides. */
function combineUntil(one: MessageHandler['until'], other: MessageHandler['until']): MessageHandler['until'] {
  return one && other ? (message) => one(message) || other(message) : (one ?? other)
}
