import type { SseError } from '../errors.ts'
import type { EventStream } from './contract.ts'
import type { AnyMessage } from './decode.ts'

/** Iterates over the messages of a stream. Subscribes with the first `next()` and unsubscribes with `return()`. */
export function iterateMessages<Each extends AnyMessage>(
  stream: EventStream<unknown, Each>,
  limit: number,
): AsyncIterableIterator<Each> {
  type Result = IteratorResult<Each>
  const done: Result = { value: undefined, done: true }
  let queue: Each[] = []
  /** Messages that were queued before, and the index of the next one to return. Removing each from an array would be slow. */
  let batch: readonly Each[] = []
  let index = 0
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
      if (queue.length + batch.length - index >= limit)
        return (full ??= new Promise((resolve) => (resume = resolve)))
    })
    const removeObserver = stream.subscribe(checkState)
    unsubscribe = () => {
      removeListener()
      removeObserver()
    }
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
    if (index === batch.length) {
      batch = queue
      queue = []
      index = 0
    }
    const message = batch[index++]
    if (full && queue.length + batch.length - index < limit) {
      resume?.()
      full = resume = undefined
    }
    if (message) return { value: message, done: false }
    index = 0
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
      index = 0
      failure = undefined
      end()
      return done
    },
    [Symbol.asyncIterator]() {
      return this
    },
  }
}
