import { SseError, systemClock } from '@headwater/core'
import { createParser } from '@headwater/core/parser'
import type { Fetch } from '@headwater/core/transport'
import { attempt } from './attempt.ts'

/** The content type of an event stream. */
export const EventStreamContentType = 'text/event-stream'

/** What the server said. */
export interface EventSourceMessage {
  /** The last event id: the message's own, or the one that a message before it set; `''` if there was none. */
  id: string
  /** The value of the `event` field; `''` if there was none. */
  event: string
  /** The `data` lines, joined by line feeds. */
  data: string
  /** What a `retry` field before its end asked for, in milliseconds. */
  retry?: number
}

/** The request, and what is called as its answer comes in. */
export interface FetchEventSourceInit extends Omit<RequestInit, 'headers' | 'signal'> {
  /** The request's headers, or a function that is asked for them anew for each attempt. */
  headers?: HeadersInit | (() => HeadersInit | PromiseLike<HeadersInit>) | undefined
  /** Ends it: the promise is fulfilled, and nothing is called any more. */
  signal?: AbortSignal | null | undefined
  /** Judges the response: what it throws goes to `onerror`. Default: its status must be 200, its type that of an event stream. */
  onopen?: ((response: Response) => Promise<void> | void) | undefined
  /** Called for each message. What it throws ends the attempt, and goes to `onerror`. */
  onmessage?: ((message: EventSourceMessage) => void) | undefined
  /** Called when the server has ended its answer; the promise is then fulfilled. What it throws goes to `onerror`. */
  onclose?: (() => void) | undefined
  /**
   * Called when an attempt is lost. What it returns is how long to wait before the next, in milliseconds; without it, what the
   * server asked for with `retry`, else 1,000. What it throws ends it all, and the promise is rejected with that.
   */
  onerror?: ((error: any) => number | null | undefined | void) | undefined
  /**
   * Whether the connection is kept while the page is hidden. Default `false`: it is given up, and taken up when the page is
   * shown, unless that would send a request again that is no GET or HEAD and has no id to resume from.
   */
  openWhenHidden?: boolean | undefined
  /** A `fetch` of your own. Default: the global one. */
  fetch?: Fetch | undefined
}

/** Why an attempt is over that the page or the signal ended. */
const STOPPED = 'stopped'

/**
 * Sends a request of any method, reads its answer as an event stream, and sends it again when it is lost, until the server ends
 * it.
 *
 * @returns a promise that is fulfilled when the server has ended its answer or `signal` is aborted, and rejected with what
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
 *     throw error // sent once
 *   },
 * })
 * ```
 */
export async function fetchEventSource(input: RequestInfo | URL, init: FetchEventSourceInit): Promise<void> {
  const { signal, headers, onopen, onmessage, onclose, onerror, openWhenHidden, fetch, ...rest } = init
  if (signal?.aborted) return
  const request = typeof input === 'object' && 'url' in input ? input : undefined
  const { method = request?.method ?? 'GET', body } = rest
  const page = openWhenHidden ? undefined : globalThis.document
  let end: () => void = () => undefined
  let waits = false
  let fail: (error: unknown) => void
  let intervalMs = 1_000
  let retry: number | undefined

  const parser = createParser({
    defaultType: '',
    onMessage({ id, type, data }) {
      const message: EventSourceMessage = { id, event: type, data }
      if (retry !== undefined) message.retry = retry
      retry = undefined
      try {
        onmessage?.(message)
      } catch (error) {
        fail(error)
      }
    },
    onRetry: (ms) => (intervalMs = retry = ms),
  })

  const mayRepeat = () => /^(get|head)$/i.test(method) || parser.lastEventId !== ''
  const isAway = () => page?.visibilityState === 'hidden' && mayRepeat()
  const stop = () => end()
  const look = () => {
    if (waits || isAway()) end()
  }

  /** Waits for the time, or until the page is shown, and then for as long as it is away; not where the signal is aborted. */
  async function wait(ms?: number): Promise<void> {
    if (signal?.aborted || (ms === undefined && !isAway())) return
    waits = true
    let cancel: (() => void) | undefined
    await new Promise<void>((resolve) => {
      end = resolve
      if (ms !== undefined) cancel = systemClock.timer(resolve, ms)
    })
    cancel?.()
    waits = false
    await wait()
  }

  const prepare = async () => ({
    url: request?.url ?? String(input),
    method,
    body,
    headers: typeof headers === 'function' ? await headers() : headers,
    lastEventId: parser.lastEventId,
    redirect: 'follow' as const,
    validate: onopen,
    // What only `fetch` knows goes to `fetch`; a request that was sent is used up.
    fetch: (_: unknown, own?: RequestInit) =>
      (fetch ?? globalThis.fetch)(request?.clone() ?? input, {
        ...own,
        ...rest,
        headers: own!.headers!,
        signal: own!.signal!,
      }),
  })

  signal?.addEventListener('abort', stop)
  page?.addEventListener('visibilitychange', look)
  try {
    for (;;) {
      const controller = new AbortController()
      fail = (reason) => {
        parser.close()
        controller.abort(reason)
      }
      end = () => fail(STOPPED)
      let error = await attempt(prepare, parser, controller, { clock: systemClock })
      if (signal?.aborted) return
      if (error instanceof SseError && error.code === 'ended') {
        try {
          return onclose?.()
        } catch (thrown) {
          error = thrown
        }
      }
      await wait(error === STOPPED ? undefined : (onerror?.(error) ?? intervalMs))
      if (signal?.aborted) return
    }
  } finally {
    signal?.removeEventListener('abort', stop)
    page?.removeEventListener('visibilitychange', look)
  }
}
