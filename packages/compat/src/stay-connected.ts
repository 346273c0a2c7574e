import { type Clock, type Message, type RetryRule, SseError, systemClock } from '@headwater/core'
import { createParser } from '@headwater/core/parser'
import { networkError, type Fetch, type RedirectRule, type TransportRequest } from '@headwater/core/transport'
import { attempt } from './attempt.ts'

/** What an {@link EventSource} can be told: what the specification has, and what is off unless it is given. */
export interface EventSourceInit {
  /** Whether cookies go along across origins. Default `false`. */
  readonly withCredentials?: boolean
  /** Headers to send, or a function that is asked for them anew for each attempt. Default none. */
  readonly headers?: HeadersInit | (() => HeadersInit | PromiseLike<HeadersInit>)
  /**
   * Which redirects are followed. Default `'safe'`: all, unless there are headers that a stranger must not see; `'follow'`:
   * all; `'error'`: none.
   */
  readonly redirect?: RedirectRule
  /** A `fetch` of your own. Default: the global one. */
  readonly fetch?: Fetch
  /**
   * How long to wait before the next attempt, or `false` to give up, for instance `exponential()` from `@headwater/core`.
   * Asked only where the specification has another attempt. Default: what the server asked for with `retry`, else 3,000 ms.
   */
  readonly retry?: RetryRule
  /** Whether an attempt waits until the browser knows of a network. Default `false`. */
  readonly waitForNetwork?: boolean
  /** How long the server may say nothing, in milliseconds, before the connection is taken for dead. Default: for ever. */
  readonly idleTimeoutMs?: number
  /** The clock to go by. Default: the one on the wall. */
  readonly clock?: Clock
}

/** What a class built on `EventSource` changes. */
export interface Variation {
  /** The request of an attempt. */
  vary?(request: TransportRequest): TransportRequest
  /** Adds to an `open` or `error` event what came of the attempt. */
  describe?(event: Event, outcome: Response | SseError): Event
}

/** Whom the connection tells. */
export interface Told {
  open(response: Response): void
  /** The page is kept for later; what follows its return is another opening. */
  away(): void
  message(message: Message, origin: string): void
  /** The connection is lost; `comesBack` tells whether another attempt follows. */
  lost(cause: SseError, comesBack: boolean): void
}

/**
 * Keeps a stream open, by the specification's rules alone.
 *
 * [spec] 9.2.3, processing model: announce, reestablish and fail the connection.
 *
 * @param vary changes the request of each attempt.
 * @returns what closes it; nothing is told after that.
 */
export function stayConnected(
  url: string,
  init: EventSourceInit,
  told: Told,
  vary: (request: TransportRequest) => TransportRequest = (request) => request,
): () => void {
  const { clock = systemClock, headers, idleTimeoutMs, redirect, fetch, retry, waitForNetwork } = init
  const credentials = init.withCredentials ? 'include' : undefined
  let closed = false
  /** Ends the attempt or the wait at hand. */
  let end: () => void
  let origin = ''
  let retryMs: number | undefined
  let failures = 0
  let failingSince = 0
  const parser = createParser({
    onMessage(message) {
      failures = 0
      told.message(message, origin)
    },
    onRetry: (ms) => (retryMs = ms),
  })

  const prepare = async () =>
    vary({
      url,
      headers: typeof headers === 'function' ? await ask(headers) : headers,
      credentials,
      redirect,
      fetch,
      lastEventId: parser.lastEventId,
    })

  function onOpen(response: Response): void {
    // [spec] The origin is that of the final address; the address to come back to is the first.
    ;({ origin } = new URL(response.url || url))
    told.open(response)
  }

  /** Waits for an event of the page. */
  const event = (type: string) =>
    new Promise<unknown>((resolve) => {
      addEventListener(type, resolve, { once: true })
      end = () => removeEventListener(type, resolve)
    })

  async function run(): Promise<void> {
    for (;;) {
      const controller = new AbortController()
      end = () => controller.abort()
      // A page that is kept for later lets go without a word, and goes on without delay when it is back.
      const leave = () => controller.abort(leave)
      globalThis.addEventListener?.('pagehide', leave)
      const error = await attempt(prepare, parser, controller, { clock, idleTimeoutMs, onOpen })
      globalThis.removeEventListener?.('pagehide', leave)
      if (closed) return
      if (error === leave) {
        told.away()
        await event('pageshow')
        continue
      }
      if (++failures === 1) failingSince = clock.now()
      const cause = error instanceof SseError ? error : networkError(url, error)
      const { status } = cause
      const elapsedMs = clock.now() - failingSince
      const context = { attempt: failures, error: cause, status, retryMs, elapsedMs, jitter: clock.random() }
      const delayMs = isWorthAnother(cause, url) && (retry ? retry(context) : (retryMs ?? 3_000))
      told.lost(cause, delayMs !== false)
      if (closed || delayMs === false) return
      await new Promise<void>((resolve) => (end = clock.timer(resolve, delayMs)))
      if (waitForNetwork && globalThis.navigator?.onLine === false) await event('online')
    }
  }

  void run()
  return () => {
    closed = true
    parser.close()
    end()
  }
}

async function ask(headers: () => HeadersInit | PromiseLike<HeadersInit>): Promise<HeadersInit> {
  try {
    return await headers()
  } catch (cause) {
    throw new SseError('option-failed', `Option headers threw: ${String(cause)}`, {
      option: 'headers',
      cause,
    })
  }
}

// [spec] A lost network and an end are followed by another attempt; whatever else the server said, and what cannot get
// better, fails for good. What was stopped from outside is an "aborted network error".
function isWorthAnother({ code, status, cause }: SseError, url: string): boolean {
  if (code === 'network') return /^https?:/.test(url) && (cause as Error | undefined)?.name !== 'AbortError'
  return status === undefined && code !== 'message-too-large'
}
