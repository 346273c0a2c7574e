import type { EventStream } from './contract.ts'
import type { AnyMessage } from './decode.ts'
import type { SseError } from './errors.ts'

/** Reads a stream message by message. It joins the stream with its first `next()`, and leaves it with `return()`. */
export function iterateMessages<Each extends AnyMessage>(
  stream: EventStream<unknown, Each>,
  limit: number,
): AsyncIterableIterator<Each> {
  const done: IteratorResult<Each> = { value: undefined, done: true }
  let queue: Each[] = []
  let askers: PromiseWithResolvers<IteratorResult<Each>>[] = []
  /** Pending while the queue is full: the socket is not read meanwhile. */
  let room: PromiseWithResolvers<void> | undefined
  let leave: (() => void) | undefined
  let over = false
  let failure: SseError | undefined

  function join(): void {
    const leaveMessages = stream.onMessage((message) => {
      const asker = askers.shift()
      if (asker) return asker.resolve({ value: message, done: false })
      queue.push(message)
      return queue.length < limit ? undefined : (room ??= withResolvers()).promise
    })
    const leaveState = stream.subscribe(look)
    leave = () => {
      leaveMessages()
      leaveState()
    }
    look()
  }

  /** A stream that is closed has no more to say; what is queued may still be read. */
  function look(): void {
    const state = stream.getSnapshot()
    if (state.status !== 'closed') return
    if (state.reason === 'failed') failure = state.cause
    finish()
  }

  function finish(): void {
    over = true
    leave?.()
    room?.resolve()
    for (const asker of askers) {
      if (failure) asker.reject(failure)
      else asker.resolve(done)
      failure = undefined
    }
    askers = []
  }

  return {
    next() {
      if (!leave && !over) join()
      const value = queue.shift()
      if (queue.length < limit) {
        room?.resolve()
        room = undefined
      }
      if (value) return Promise.resolve({ value, done: false })
      const asker = withResolvers<IteratorResult<Each>>()
      askers.push(asker)
      if (over) finish()
      return asker.promise
    },
    return() {
      queue = []
      failure = undefined
      finish()
      return Promise.resolve(done)
    },
    [Symbol.asyncIterator]() {
      return this
    },
  }
}

interface PromiseWithResolvers<Value> {
  readonly promise: Promise<Value>
  resolve(value: Value): void
  reject(reason: unknown): void
}

// Promise.withResolvers came with Node 22.
function withResolvers<Value>(): PromiseWithResolvers<Value> {
  let resolve!: (value: Value) => void
  let reject!: (reason: unknown) => void
  const promise = new Promise<Value>((...settlers) => ([resolve, reject] = settlers))
  return { promise, resolve, reject }
}
