import { type Clock, SseError } from '@headwater/core'
import type { Parser } from '@headwater/core/parser'
import { openTransport, type TransportRequest } from '@headwater/core/transport'

/** Whom an attempt tells, and what it goes by. */
export interface AttemptListener {
  readonly clock: Clock
  /** How long it may bring nothing, in milliseconds; without it, for ever. */
  readonly idleTimeoutMs?: number | undefined
  /** The response was judged to be a stream. */
  onOpen?(response: Response): void
}

/**
 * Sends one request and feeds a parser what it brings.
 *
 * @param controller ends it, and is aborted when it is over, so that no socket is kept.
 * @returns why it is over: the reason of the abort, which is given at once, whatever else takes its time.
 */
export function attempt(
  prepare: () => TransportRequest | PromiseLike<TransportRequest>,
  parser: Parser,
  controller: AbortController,
  { clock, idleTimeoutMs = Infinity, onOpen }: AttemptListener,
): Promise<unknown> {
  const { signal } = controller
  let byteAt = clock.now()
  let unwatch: (() => void) | undefined

  // One timer sees to a whole stretch of chunks: it goes off when the first of them would be too long ago, and looks again.
  function watch(ms: number): void {
    unwatch = clock.timer(() => {
      const leftMs = byteAt + idleTimeoutMs - clock.now()
      if (leftMs > 0) watch(leftMs)
      else controller.abort(new SseError('idle-timeout', `Nothing came for ${idleTimeoutMs} ms.`))
    }, ms)
  }

  async function run(): Promise<never> {
    // Whoever closes at once, and whoever sets handlers after this, finds nothing begun.
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
      if (!chunk) throw new SseError('ended', `The server ended its answer to ${request.url}.`)
      byteAt = clock.now()
      parser.feed(chunk)
    }
  }

  if (idleTimeoutMs < Infinity) watch(idleTimeoutMs)
  run().catch((error) => controller.abort(error))
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => {
      unwatch?.()
      resolve(signal.reason)
    })
  })
}
