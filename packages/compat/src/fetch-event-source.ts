import { SseError, systemClock } from '@headwater/core'
import { createParser } from '@headwater/core/parser'
import { type Fetch, isSendableId, type TransportRequest } from '@headwater/core/transport'
import { abortReason, readStream } from './read-stream.ts'
import { createDelayLimits } from './reconnect-delay.ts'

/** Content type of an event stream. */
export const EventStreamContentType = 'text/event-stream'

/** A message of the server. */
export interface EventSourceMessage {
  /** Last event ID: the ID of this message, or else of the latest message that had one; `''` if none had. */
  id: string
  /** Value of the `event` field; `''` if the message has none. */
  event: string
  /** The `data` lines, joined by line feeds. */
  data: string
  /** Value of a `retry` field that came since the message before, in milliseconds. */
  retry?: number
}

/** Request options and callbacks of {@link fetchEventSource}. */
export interface FetchEventSourceInit extends Omit<RequestInit, 'headers' | 'signal'> {
  /** Request headers, or a function that returns them; it is called for each attempt. */
  headers?: HeadersInit | (() => HeadersInit | PromiseLike<HeadersInit>) | undefined
  /** Ends the stream when it is aborted: the promise fulfils, and no callback is called any more. */
  signal?: AbortSignal | null | undefined
  /**
   * Called with each response; throw to reject the response. The error goes to `onerror`. Default: requires status 200 and the
   * content type of an event stream.
   */
  onopen?: ((response: Response) => Promise<void> | void) | undefined
  /** Called for each message. If it throws, the attempt ends and the error goes to `onerror`. */
  onmessage?: ((message: EventSourceMessage) => void) | undefined
  /** Called when the server ends the response, before the promise fulfils. If it throws, the error goes to `onerror`. */
  onclose?: (() => void) | undefined
  /**
   * Called when an attempt fails. It returns the delay before the next attempt, in milliseconds; default, also for a result that
   * is not a number from 0 up: the server's `retry`, else 1,000. After three attempts in a row that each lasted less than a second,
   * every delay is at least 100 ms. If it throws, no attempt follows and the promise rejects with the thrown error.
   */
  onerror?: ((error: any) => number | null | undefined | void) | undefined
  /**
   * Keeps the connection while the page is hidden. Default `false`: the connection is closed while the page is hidden, and
   * opened again when it is visible. A request other than GET and HEAD is closed only if there is an ID to resume from.
   */
  openWhenHidden?: boolean | undefined
  /** Custom `fetch`. Default: the global one. */
  fetch?: Fetch | undefined
}

/** Abort reason of an attempt that the page or the signal ends. */
const STOPPED = 'stopped'

/**
 * Sends a request of any method, reads the response as an event stream, and reconnects after an error until the server ends the
 * response.
 *
 * @returns a promise that fulfils when the server ends the response or `signal` is aborted. It rejects with the error that
 * `onerror` throws.
 * @example
 * ```ts
 * import { fetchEventSource } from '@headwater/compat'
 *
 * await fetchEventSource('https://example.com/chat', {
 *   method: 'POST',
 *   headers: { 'content-type': 'application/json' },
 *   body: JSON.stringify({ question: 'Why?' }),
 *   onmessage: (message) => console.log(message.data),
 *   onerror(error) {
 *     throw error // do not send the request again
 *   },
 * })
 * ```
 */
export function fetchEventSource(input: RequestInfo | URL, init: FetchEventSourceInit): Promise<void> {
  // Not async: much code calls it with `new`, which an async function does not allow. `new` returns the promise.
  return run(input, init)
}

async function run(input: RequestInfo | URL, init: FetchEventSourceInit): Promise<void> {
  const { signal, headers, onopen, onmessage, onclose, onerror, openWhenHidden, fetch, ...rest } = init
  if (signal?.aborted) return
  const { method, createRequest } = createRequests(input, rest, { headers, onopen, fetch })
  const page = openWhenHidden ? undefined : globalThis.document
  /** Ends the current attempt or wait. */
  let cancelCurrent: () => void = () => undefined
  let isWaiting = false
  let failAttempt: (error: unknown) => void
  let delayMs = 1_000
  let retry: number | undefined
  const delays = createDelayLimits(systemClock)

  const parser = createParser({
    defaultType: '',
    onMessage({ id, type, data }) {
      const message: EventSourceMessage = { id, event: type, data }
      if (retry !== undefined) message.retry = retry
      retry = undefined
      try {
        onmessage?.(message)
      } catch (error) {
        failAttempt(error)
      }
    },
    onRetry: (ms) => (delayMs = retry = ms),
  })

  const canResend = () => /^(get|head)$/i.test(method) || isSendableId(parser.lastEventId)
  const shouldPause = () => page?.visibilityState === 'hidden' && canResend()
  const onAbort = () => cancelCurrent()
  const onVisibilityChange = () => {
    if (isWaiting || shouldPause()) cancelCurrent()
  }

  /** Waits for `ms` milliseconds or a change of visibility, then until the page is visible. An aborted signal ends the wait. */
  async function wait(ms?: number): Promise<void> {
    if (signal?.aborted || (ms === undefined && !shouldPause())) return
    isWaiting = true
    let cancelTimer: (() => void) | undefined
    await new Promise<void>((resolve) => {
      cancelCurrent = resolve
      if (ms !== undefined) cancelTimer = systemClock.timer(resolve, ms)
    })
    cancelTimer?.()
    isWaiting = false
    await wait()
  }

  signal?.addEventListener('abort', onAbort)
  page?.addEventListener('visibilitychange', onVisibilityChange)
  try {
    for (;;) {
      const controller = new AbortController()
      failAttempt = (reason) => {
        parser.close()
        controller.abort(abortReason(reason))
      }
      cancelCurrent = () => failAttempt(STOPPED)
      const prepare = () => createRequest(parser.lastEventId)
      delays.start()
      let error = await readStream(prepare, parser, controller, { clock: systemClock })
      if (signal?.aborted) return
      if (error instanceof SseError && error.code === 'ended') {
        try {
          return onclose?.()
        } catch (thrown) {
          error = thrown
        }
      }
      await wait(error === STOPPED ? undefined : delays.limit(onerror?.(error), delayMs))
      if (signal?.aborted) return
    }
  } finally {
    signal?.removeEventListener('abort', onAbort)
    page?.removeEventListener('visibilitychange', onVisibilityChange)
  }
}

interface Requests {
  readonly method: string
  /** Returns the request of the next attempt. */
  createRequest(lastEventId: string): Promise<TransportRequest>
}

function createRequests(
  input: RequestInfo | URL,
  requestInit: RequestInit,
  { headers, onopen, fetch }: Pick<FetchEventSourceInit, 'headers' | 'onopen' | 'fetch'>,
): Requests {
  const request = typeof input === 'object' && 'url' in input ? input : undefined
  const { method = request?.method ?? 'GET', body } = requestInit
  return {
    method,
    createRequest: async (lastEventId) => ({
      url: request?.url ?? String(input),
      method,
      body,
      headers: typeof headers === 'function' ? await headers() : headers,
      lastEventId,
      redirect: 'follow',
      validate: onopen,
      // `fetch` gets all options of the caller, and a clone of a `Request`, whose body can be sent only once.
      fetch: (_, transportInit) =>
        (fetch ?? globalThis.fetch)(request?.clone() ?? input, {
          ...transportInit,
          ...requestInit,
          headers: transportInit!.headers!,
          signal: transportInit!.signal!,
        }),
    }),
  }
}
