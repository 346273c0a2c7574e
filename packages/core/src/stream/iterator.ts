import type { EventStream } from './contract.ts'
import type { AnyMessage } from './decode.ts'
import type { SseError } from '../errors.ts'

/** Reads a stream message by message. It joins the stream with its first `next()`, and leaves it with `return()`. */
export function iterateMessages<Each extends AnyMessage>(
  stream: EventStream<unknown, Each>,
  limit: number,
): AsyncIterableIterator<Each> {
  type Result = IteratorResult<Each>
  const done: Result = { value: undefined, done: true }
  let queue: Each[] = []
  const askers: ((result: Result | Promise<Result>) => void)[] = []
  /** Pending while the queue is full: the socket is not read meanwhile. */
  let room: Promise<void> | undefined
  let makeRoom: (() => void) | undefined
  let leave: (() => void) | undefined
  let over = false
  let failure: SseError | undefined

  function join(): void {
    const leaveMessages = stream.onMessage((message) => {
      const asker = askers.shift()
      if (asker) return asker({ value: message, done: false })
      queue.push(message)
      if (queue.length >= limit) return (room ??= new Promise((resolve) => (makeRoom = resolve)))
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
    if (state.reason === 'failed') failure = state.error
    finish()
  }

  function finish(): void {
    over = true
    leave?.()
    makeRoom?.()
    for (const asker of askers.splice(0)) asker(take()!)
  }

  /** What there is to give: a message, then the failure, once, then the end. */
  function take(): Result | Promise<Result> | undefined {
    const message = queue.shift()
    if (queue.length < limit) {
      makeRoom?.()
      room = makeRoom = undefined
    }
    if (message) return { value: message, done: false }
    if (!over) return undefined
    const cause = failure
    failure = undefined
    return cause ? Promise.reject(cause) : done
  }

  return {
    next() {
      if (!leave && !over) join()
      const result = take()
      return result ? Promise.resolve(result) : new Promise((resolve) => askers.push(resolve))
    },
    async return() {
      queue = []
      failure = undefined
      finish()
      return done
    },
    [Symbol.asyncIterator]() {
      return this
    },
  }
}
