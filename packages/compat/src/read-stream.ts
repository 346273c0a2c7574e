import { type Clock, SseError } from '@headwater/core'
import type { Parser } from '@headwater/core/parser'
import { openTransport, type TransportRequest } from '@headwater/core/transport'

/** Options of {@link readStream}. */
export interface ReadStreamOptions {
  readonly clock: Clock
  /** Longest time without a byte, in milliseconds, from the start of the request. Default: no limit. */
  readonly idleTimeoutMs?: number | undefined
  /** Called when the response is accepted as an event stream. */
  onOpen?(response: Response): void
}

/**
 * Sends one request and feeds the response to a parser.
 *
 * @param prepare Returns the request. Called in a later microtask, unless the attempt is aborted before.
 * @param controller Aborting it ends the attempt. It is also aborted when the attempt ends by itself, which frees the socket.
 * @returns a promise that fulfils with the reason of the abort as soon as the attempt is over. It never rejects.
 */
export function readStream(
  prepare: () => TransportRequest | PromiseLike<TransportRequest>,
  parser: Parser,
  controller: AbortController,
  { clock, idleTimeoutMs = Infinity, onOpen }: ReadStreamOptions,
): Promise<unknown> {
  const { signal } = controller
  let lastByteAt = clock.now()
  let cancelIdleTimer: (() => void) | undefined

  // A chunk does not restart the timer. When the timer fires, it is started again for the time that is left.
  function startIdleTimer(ms: number): void {
    cancelIdleTimer = clock.timer(() => {
      const leftMs = lastByteAt + idleTimeoutMs - clock.now()
      if (leftMs > 0) startIdleTimer(leftMs)
      else
        controller.abort(
          new SseError('idle-timeout', `No data for ${idleTimeoutMs} ms; the connection is considered dead.`),
        )
    }, ms)
  }

  async function run(): Promise<never> {
    // Lets the caller set handlers, or close, before anything is called.
    await undefined
    const request = await prepare()
    signal.throwIfAborted()
    const { response, read } = await openTransport(request, signal, clock)
    signal.throwIfAborted()
    parser.reset()
    onOpen?.(response)
    for (;;) {
      const chunk = await read()
      signal.throwIfAborted()
      if (!chunk) throw new SseError('ended', 'The server ended the response.')
      lastByteAt = clock.now()
      parser.feed(chunk)
    }
  }

  if (idleTimeoutMs < Infinity) startIdleTimer(idleTimeoutMs)
  run().catch((error) => controller.abort(error))
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => {
      cancelIdleTimer?.()
      resolve(signal.reason)
    })
  })
}
