import type { SseError } from '../errors.ts'
import type { EventStream } from './contract.ts'
import type { AnyMessage } from './decode.ts'
import { hold } from './listeners.ts'

/** Iterates over the messages of a stream. Subscribes with the first `next()` and unsubscribes with `return()`. */
export function iterateMessages<Each extends AnyMessage>(
  stream: EventStream<unknown, Each>,
  limit: number,
): AsyncIterableIterator<Each> {
  type Result = IteratorResult<Each>
  const done: Result = { value: undefined, done: true }
  let queue: Each[] = []
  /** Messages that were queued before, newest first: to remove each from the start of an array would be slow. */
  let batch: Each[] = []
  /** Resolvers of pending `next()` calls. */
  const pending: ((result: Result | Promise<Result>) => void)[] = []
  /** Promise that holds back reading while the queue is full. */
  let full: Promise<void> | undefined
  let resume: (() => void) | undefined
  let unsubscribe: (() => void) | undefined
  let ended = false
  let failure: SseError | undefined

  function subscribe(): void {
    const removeListener = stream.onMessage((message) => {
      if (pending.length > 0) return pending.shift()!({ value: message, done: false })
      queue.push(message)
      if (queue.length + batch.length >= limit) return (full ??= new Promise((resolve) => (resume = resolve)))
    })
    unsubscribe = hold(removeListener, stream.subscribe(checkState))
    checkState()
  }

  /** Ends the iteration when the stream is closed. Queued messages can still be read. */
  function checkState(): void {
    const state = stream.getSnapshot()
    if (state.status !== 'closed') return
    if (state.reason === 'failed') failure = state.error
    end()
  }

  function end(): void {
    ended = true
    unsubscribe?.()
    resume?.()
    for (const resolve of pending.splice(0)) resolve(take()!)
  }

  /** Returns the next result: a message, then the error, once, then the end; `undefined` if there is none yet. */
  function take(): Result | Promise<Result> | undefined {
    if (batch.length === 0) {
      batch = queue.toReversed()
      queue = []
    }
    const message = batch.pop()
    if (queue.length + batch.length < limit) {
      resume?.()
      full = resume = undefined
    }
    if (message) return { value: message, done: false }
    if (!ended) return undefined
    const error = failure
    failure = undefined
    return error ? Promise.reject(error) : done
  }

  return {
    next() {
      if (!unsubscribe && !ended) subscribe()
      const result = take()
      return result ? Promise.resolve(result) : new Promise((resolve) => pending.push(resolve))
    },
    async return() {
      queue = batch = []
      failure = undefined
      end()
      return done
    },
    [Symbol.asyncIterator]() {
      return this
    },
  }
}
