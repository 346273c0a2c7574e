import { combine, DELIVERED, type DeliveryResult, ENDED } from '../connection/delivery.ts'
import { report } from '../errors.ts'
import { addListener, type Listeners } from './listeners.ts'

type MessageListener<Each> = (message: Each) => unknown

/** Listeners of a stream's messages. */
export interface Dispatcher<Each> {
  readonly hasListeners: boolean
  /** Adds a listener. Returns a function that removes it. */
  onMessage(listener: MessageListener<Each>): () => void
  /** Calls `first`, if it is given, and then the listeners, until one of them closes the stream. */
  dispatch(message: Each, first: MessageListener<Each> | undefined): DeliveryResult
}

/** Tells if messages may be delivered. */
export interface Gate {
  /** False once a listener has closed the stream. */
  isOpen: boolean
}

/** Creates a dispatcher. */
export function createDispatcher<Each>(gate: Gate): Dispatcher<Each> {
  const listeners: Listeners<MessageListener<Each>> = { current: [] }
  // Last thenable of a listener, and its result. A full queue returns the same promise for each message.
  let lastThenable: unknown
  let lastResult = DELIVERED

  /** Calls a listener. A promise or another thenable that it returns holds back reading. */
  function call(listener: MessageListener<Each>, message: Each): DeliveryResult {
    let result
    // Not guard(): a message costs no closure.
    try {
      result = listener(message)
    } catch (error) {
      report(error)
    }
    if (result == null || typeof (result as PromiseLike<unknown>).then !== 'function') return DELIVERED
    if (result !== lastThenable) {
      lastThenable = result
      lastResult = { ended: false, waitFor: Promise.resolve(result).catch(report) }
    }
    return lastResult
  }

  return {
    get hasListeners() {
      return listeners.current.length > 0
    },
    onMessage: (listener) => addListener(listeners, listener),
    dispatch(message, first) {
      // A view that was notified of the message may have closed the stream already.
      let result = first && gate.isOpen ? call(first, message) : DELIVERED
      for (const { listener } of listeners.current)
        if (gate.isOpen) result = combine(result, call(listener, message))
      return gate.isOpen ? result : combine(result, ENDED)
    },
  }
}
