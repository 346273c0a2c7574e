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
  let cancelIdleTimer: (() => void) | undefined

  // Restarted for each chunk: to compare times instead would depend on the clock, which may be set back or forward.
  function restartIdleTimer(): void {
    cancelIdleTimer?.()
    if (idleTimeoutMs < Infinity) cancelIdleTimer = clock.timer(onIdle, idleTimeoutMs)
  }

  function onIdle(): void {
    controller.abort(
      new SseError('idle-timeout', `No data for ${idleTimeoutMs} ms; the connection is considered dead.`),
    )
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
      restartIdleTimer()
      parser.feed(chunk)
    }
  }

  restartIdleTimer()
  run().catch((error) => controller.abort(abortReason(error)))
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => {
      cancelIdleTimer?.()
      resolve(signal.reason)
    })
  })
}

/** Returns the reason to abort with. `abort(undefined)` means "aborted by the user", and `null` is no reason at all. */
export function abortReason(thrown: unknown): unknown {
  return thrown ?? new Error(`The thrown value was ${thrown}.`)
}
