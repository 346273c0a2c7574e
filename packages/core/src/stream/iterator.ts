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
      const resolve = pending.shift()
      if (resolve) return resolve({ value: message, done: false })
      queue.push(message)
      if (queue.length >= limit) return (full ??= new Promise((resolve) => (resume = resolve)))
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
    const message = queue.shift()
    if (queue.length < limit) {
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
      queue = []
      failure = undefined
      end()
      return done
    },
    [Symbol.asyncIterator]() {
      return this
    },
  }
}
