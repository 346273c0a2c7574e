import { type Clock, type Message, type RetryRule, SseError, systemClock } from '@headwater/core'
import { createParser } from '@headwater/core/parser'
import { networkError, type Fetch, type RedirectRule, type TransportRequest } from '@headwater/core/transport'
import { readStream } from './read-stream.ts'

/** Options of an {@link EventSource}. All but `withCredentials` go beyond the specification and are off by default. */
export interface EventSourceInit {
  /** Sends cookies to other origins too. Default `false`. */
  readonly withCredentials?: boolean
  /** Request headers, or a function that returns them; it is called for each attempt. Default: none. */
  readonly headers?: HeadersInit | (() => HeadersInit | PromiseLike<HeadersInit>)
  /**
   * Redirects to follow. Default `'safe'`: all, unless the request has headers that another origin must not receive.
   * `'follow'`: all. `'error'`: none.
   */
  readonly redirect?: RedirectRule
  /** Custom `fetch`. Default: the global one. */
  readonly fetch?: Fetch
  /**
   * Returns the delay before the next attempt, in milliseconds, or `false` to give up: for instance `exponential()` from
   * `@headwater/core`. Called only where the specification reconnects. Default: the server's `retry`, else 3,000 ms.
   */
  readonly retry?: RetryRule
  /** Delays an attempt while the browser is offline. Default `false`. */
  readonly waitForNetwork?: boolean
  /** Longest time without data, in milliseconds, before the connection is considered dead. Default: no limit. */
  readonly idleTimeoutMs?: number
  /** Timers and randomness; replace it in tests. Default: the system's. */
  readonly clock?: Clock
}

/** Hooks for a class that extends `EventSource`. */
export interface EventSourceHooks {
  /** Returns the request to send in place of the given one. */
  transformRequest?(request: TransportRequest): TransportRequest
  /** Adds details of the outcome to an `open` or `error` event, and returns the event. */
  extendEvent?(event: Event, outcome: Response | SseError): Event
}

/** Callbacks of a connection. None is called after the connection is closed. */
export interface ConnectionListener {
  open(response: Response): void
  /** The page enters the back-forward cache. The stream opens again when the page returns. */
  pause(): void
  message(message: Message, origin: string): void
  /** The connection is lost. `willReconnect` is true if another attempt follows. */
  error(error: SseError, willReconnect: boolean): void
}

/**
 * Keeps a stream open by the rules of the specification.
 *
 * [spec] 9.2.3, processing model: announce, reestablish and fail the connection.
 *
 * @param transformRequest Changes the request of each attempt.
 * @returns a function that closes the connection.
 */
export function connect(
  url: string,
  init: EventSourceInit,
  listener: ConnectionListener,
  transformRequest: (request: TransportRequest) => TransportRequest = (request) => request,
): () => void {
  const { clock = systemClock, headers, idleTimeoutMs, redirect, fetch, retry, waitForNetwork } = init
  const credentials = init.withCredentials ? 'include' : undefined
  let closed = false
  /** Ends the current attempt or wait. */
  let cancelCurrent: () => void
  let origin = ''
  let retryMs: number | undefined
  let failures = 0
  let failingSince = 0
  const parser = createParser({
    onMessage(message) {
      failures = 0
      listener.message(message, origin)
    },
    onRetry: (ms) => (retryMs = ms),
  })

  const prepare = async () =>
    transformRequest({
      url,
      headers: typeof headers === 'function' ? await callHeaders(headers) : headers,
      credentials,
      redirect,
      fetch,
      lastEventId: parser.lastEventId,
    })

  function onOpen(response: Response): void {
    // [spec] Messages have the origin of the final URL after redirects. A reconnection uses the original URL.
    ;({ origin } = new URL(response.url || url))
    listener.open(response)
  }

  const nextPageEvent = (type: string) =>
    new Promise<unknown>((resolve) => {
      addEventListener(type, resolve, { once: true })
      cancelCurrent = () => removeEventListener(type, resolve)
    })

  async function run(): Promise<void> {
    for (;;) {
      const controller = new AbortController()
      cancelCurrent = () => controller.abort()
      // A page in the back-forward cache must not hold a connection. It reconnects without an event or a delay on its return.
      const onPageHide = () => controller.abort(onPageHide)
      globalThis.addEventListener?.('pagehide', onPageHide)
      const reason = await readStream(prepare, parser, controller, { clock, idleTimeoutMs, onOpen })
      globalThis.removeEventListener?.('pagehide', onPageHide)
      if (closed) return
      if (reason === onPageHide) {
        listener.pause()
        await nextPageEvent('pageshow')
        continue
      }
      if (++failures === 1) failingSince = clock.now()
      const error = reason instanceof SseError ? reason : networkError(url, reason)
      const { status } = error
      const elapsedMs = clock.now() - failingSince
      const context = { attempt: failures, error, status, retryMs, elapsedMs, jitter: clock.random() }
      const delayMs = isRetryable(error, url) && (retry ? retry(context) : (retryMs ?? 3_000))
      listener.error(error, delayMs !== false)
      if (closed || delayMs === false) return
      await new Promise<void>((resolve) => (cancelCurrent = clock.timer(resolve, delayMs)))
      if (waitForNetwork && globalThis.navigator?.onLine === false) await nextPageEvent('online')
    }
  }

  void run()
  return () => {
    closed = true
    parser.close()
    cancelCurrent()
  }
}

async function callHeaders(headers: () => HeadersInit | PromiseLike<HeadersInit>): Promise<HeadersInit> {
  try {
    return await headers()
  } catch (cause) {
    throw new SseError('option-failed', `Option headers threw: ${String(cause)}`, {
      option: 'headers',
      cause,
    })
  }
}

/**
 * Returns true if the specification reconnects after the error.
 *
 * [spec] 9.2.3: an end of the stream and a network error reestablish the connection, except an "aborted network error", such as
 * a page that the user stops. Everything else fails the connection.
 */
function isRetryable({ code, status, cause }: SseError, url: string): boolean {
  if (code === 'network') return /^https?:/.test(url) && (cause as Error | undefined)?.name !== 'AbortError'
  return status === undefined && code !== 'message-too-large' && code !== 'invalid-option'
}
