import type { DeliveryResult } from '../connection/delivery.ts'
import { guard } from '../errors.ts'
import type { Message } from '../protocol/message.ts'
import type { EventStreamOptions } from './contract.ts'
import type { MessageOf } from './decode.ts'
import { createDispatcher, type Gate } from './dispatcher.ts'
import { createFoldRunner, type FoldRunner } from './folds/fold-runner.ts'
import { createMessageDecoder } from './message-decoder.ts'
import type { MessageHandler } from './shared-connection.ts'
import { createUnusedCheck } from './unused-check.ts'

/** Steps that each message of a stream takes: decode, fold, listeners. */
export interface Pipeline<Data, Each> extends MessageHandler {
  /** Fold of the stream, with its data. */
  readonly folds: FoldRunner<Data>
  /** Number of messages that did not match their schema. */
  readonly invalidCount: number
  /** Forgets the data and starts again. */
  reset(): void
  /** Decodes and folds the message that came before a late subscriber, if the fold wants it. Calls no listener. */
  replayLast(message: Message | undefined): DeliveryResult
  /** Adds a listener. Returns a function that removes it. */
  onMessage(listener: (message: Each) => unknown): () => void
}

/**
 * Creates a pipeline.
 *
 * @param isClosing Returns true while the connection outlives its last subscriber. Data is kept up to date, but callbacks are not
 * called.
 * @param onChange Called when the data or the number of invalid messages has changed.
 * @throws SseError `invalid-option` for a wrong fold.
 */
export function createPipeline<Data, Events>(
  latestOptions: () => EventStreamOptions<Data, Events>,
  gate: Gate,
  isClosing: () => boolean,
  onChange: () => void,
): Pipeline<Data, MessageOf<Events>> {
  let options = latestOptions()
  let until: MessageHandler['until']
  let decoder = createMessageDecoder(onChange)
  const folds = createFoldRunner(options)
  const dispatcher = createDispatcher<MessageOf<Events>>(gate)
  const checkUnused = createUnusedCheck(() =>
    options.events
      ? folds.hasData || decoder.invalidCount > 0
      : options.onMessage !== undefined || dispatcher.hasListeners,
  )

  /** Decodes and folds a message. Returns `undefined` for one that is not delivered. */
  function applyMessage(raw: Message): MessageOf<Events> | undefined {
    const message = options.events ? decoder.decode(raw, options.events, options.onInvalid) : raw
    if (message && folds.add(message)) onChange()
    else checkUnused?.(raw, options.events)
    return message as MessageOf<Events> | undefined
  }

  return {
    folds,
    get invalidCount() {
      return decoder.invalidCount
    },
    reset() {
      folds.restart(true)
      decoder = createMessageDecoder(onChange)
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
      if (!message) return decoder.skip()
      const { onMessage } = options
      return dispatcher.dispatch(message, onMessage && !isClosing() ? onMessage : undefined)
    },
    replayLast(message) {
      if (message && folds.wantsLast) applyMessage(message)
      return decoder.skip()
    },
    onMessage: dispatcher.onMessage,
  }
}

/** Combines the option `until` with the fold's own: if the option returns false, the fold decides. */
function combineUntil(one: MessageHandler['until'], other: MessageHandler['until']): MessageHandler['until'] {
  return one && other ? (message) => one(message) || other(message) : (one ?? other)
}
