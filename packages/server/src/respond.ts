import type { Feed, Start } from './feed.ts'
import { Reader } from './reader.ts'

/** Response to a fetch server. Bytes are given to the stream only when it pulls. */
class StreamReader extends Reader {
  readonly #controller: ReadableStreamDefaultController<Uint8Array>

  constructor(
    feed: Feed,
    value: unknown,
    start: Start,
    controller: ReadableStreamDefaultController<Uint8Array>,
  ) {
    super(feed, value, start)
    this.#controller = controller
  }

  pull(): void {
    this.ready = true
    this.flush()
  }

  cancel(): void {
    this.leave()
  }

  protected write(bytes: Uint8Array): void {
    // Before enqueue, which may pull again.
    this.ready = false
    this.#controller.enqueue(bytes)
  }

  protected finish(bytes?: Uint8Array): void {
    if (bytes) this.#controller.enqueue(bytes)
    this.#controller.close()
  }

  protected abort(): void {
    if (this.leave()) this.#controller.error(new Error('The client has stopped reading.'))
  }
}

/** Returns the body of a response. */
export const createBody = (
  feed: Feed,
  value: unknown,
  start: Start,
  signal: AbortSignal,
): ReadableStream<Uint8Array> => {
  let reader: StreamReader
  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        reader = new StreamReader(feed, value, start, controller)
        // Some servers abort the request and do not cancel the body. Deno cancels it, and warns of a listener.
        if ('Deno' in globalThis) return
        const stop = () => reader.disconnect()
        if (signal.aborted) stop()
        else signal.addEventListener('abort', stop, { once: true })
      },
      pull: () => reader.pull(),
      cancel: () => reader.cancel(),
    },
    { highWaterMark: 0 },
  )
}
