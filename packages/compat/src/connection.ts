import { type Clock, type Message, type RetryRule, SseError, systemClock } from '@headwater/core'
import { createParser } from '@headwater/core/parser'
import { guard, networkError, type RedirectRule, type TransportRequest } from '@headwater/core/transport'
import { adaptFetch, type FetchLike } from './fetch-like.ts'
import { readStream } from './read-stream.ts'
import { createDelayLimits } from './reconnect-delay.ts'

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
  /** Custom `fetch`. It gets the headers as an object that can be spread. Default: the global one. */
  readonly fetch?: FetchLike
  /**
   * Returns the delay before the next attempt, in milliseconds, or `false` to give up: for instance `exponential()` from
   * `@headwater/core`. Called only where the specification reconnects. Default: the server's `retry`, else 3,000 ms.
   *
   * If it throws, the exception is reported. The default applies then, and for a result that is not a number from 0 up. After
   * three attempts in a row that each lasted less than a second, every delay is at least 100 ms, also one of the server.
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
  // Some server runtimes have no cookies and reject even the default value.
  const credentials = init.withCredentials ? 'include' : 'window' in globalThis ? 'same-origin' : undefined
  let closed = false
  /** Ends the current attempt or wait. */
  let cancelCurrent: () => void
  let origin = ''
  const retries = createRetries(url, retry, clock)
  const parser = createParser({
    onMessage(message) {
      retries.onMessage()
      listener.message(message, origin)
    },
    onRetry: retries.onRetry,
  })

  async function prepare(): Promise<TransportRequest> {
    // The global `fetch` refuses such a URL each time, with an error that contains the password.
    if (!fetch && /^https?:\/\/[^/]*@/.test(url)) refuseCredentials()
    return transformRequest({
      url,
      headers: typeof headers === 'function' ? await callHeaders(headers) : headers,
      credentials,
      redirect,
      fetch: fetch && adaptFetch(fetch),
      lastEventId: parser.lastEventId,
    })
  }

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
      retries.start()
      const reason = await readStream(prepare, parser, controller, { clock, idleTimeoutMs, onOpen })
      globalThis.removeEventListener?.('pagehide', onPageHide)
      if (closed) return
      if (reason === onPageHide) {
        listener.pause()
        await nextPageEvent('pageshow')
        continue
      }
      const error = reason instanceof SseError ? reason : networkError(url, reason)
      const delayMs = retries.delayAfter(error)
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

/** @throws SseError `invalid-option` */
function refuseCredentials(): never {
  const message = 'The URL contains a user name or password. Send them in the header Authorization.'
  throw new SseError('invalid-option', message, { option: 'url' })
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

/** Decides on the delay after each attempt. */
function createRetries(url: string, rule: RetryRule | undefined, clock: Clock) {
  const delays = createDelayLimits(clock)
  let retryMs: number | undefined
  let failures = 0
  let failingSince = 0
  return {
    start: delays.start,
    onMessage: () => void (failures = 0),
    onRetry: (ms: number) => void (retryMs = ms),
    /** Returns `false` if no attempt follows. */
    delayAfter(error: SseError): number | false {
      if (++failures === 1) failingSince = clock.monotonic()
      if (!isRetryable(error, url)) return false
      const { status } = error
      const elapsedMs = clock.monotonic() - failingSince
      const context = { attempt: failures, error, status, retryMs, elapsedMs, jitter: clock.random() }
      const wantedMs = rule && guard(rule, context)
      return wantedMs !== false && delays.limit(wantedMs, retryMs ?? 3_000)
    },
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
