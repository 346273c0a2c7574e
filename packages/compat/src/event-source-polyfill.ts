import { SseError } from '@headwater/core'
import type { Fetch, RedirectRule } from '@headwater/core/transport'
import type { EventSourceHooks } from './connection.ts'
import { EventSource, type EventSourceInit } from './event-source.ts'

/** Options of an {@link EventSourcePolyfill}. */
export interface EventSourcePolyfillInit {
  /** Request headers. A change of `source.headers` takes effect with the next attempt. Default: none. */
  readonly headers?: { [name: string]: string } | undefined
  /**
   * Longest time without data, in milliseconds, before the connection is considered dead. Default 45,000; values are limited to
   * 1,000 to 18,000,000.
   */
  readonly heartbeatTimeout?: number | undefined
  /** Sends cookies to other origins too. Default `false`. */
  readonly withCredentials?: boolean | undefined
  /** Name of the query parameter that carries the last event ID. Default `lastEventId`. */
  readonly lastEventIdQueryParameterName?: string | undefined
  /**
   * Redirects to follow. Default `'safe'`: all, unless the request has headers that another origin must not receive.
   * `'follow'`: all. `'error'`: none.
   */
  readonly redirect?: RedirectRule | undefined
  /** Custom `fetch`. Default: the global one. */
  readonly fetch?: Fetch | undefined
  /** Not supported: the only transport is `fetch`. */
  readonly Transport?: undefined
}

/** An `open` or `error` event of an {@link EventSourcePolyfill}. */
export interface EventSourcePolyfillEvent extends Event {
  /** HTTP status; `undefined` if there was no response. */
  readonly status: number | undefined
  /** Reason phrase of an HTTP/1 response; `''` for an error. */
  readonly statusText: string
  /** Response headers; `undefined` if there was no response. */
  readonly headers: Headers | undefined
  /** In an `error` event, the reason why the connection is lost or failed. */
  readonly error: SseError | undefined
}

const clampMs = (ms: number) => Math.min(Math.max(ms, 1_000), 18_000_000)

/**
 * An {@link EventSource} with request headers, an idle timeout and exponential backoff. It sends the last event ID in the query.
 *
 * @throws SseError `invalid-option` for the option `Transport`.
 * @throws DOMException `SyntaxError` if the URL cannot be parsed.
 * @example
 * ```ts
 * import { EventSourcePolyfill } from '@headwater/compat'
 *
 * const source = new EventSourcePolyfill('https://example.com/news', {
 *   headers: { authorization: 'Bearer demo' },
 *   heartbeatTimeout: 120_000,
 * })
 * source.onmessage = (event) => console.log(event.data)
 * ```
 */
export class EventSourcePolyfill extends EventSource {
  #current: { headers: { [name: string]: string } }

  constructor(url: string | URL, init: EventSourcePolyfillInit = {}) {
    if (init.Transport)
      throw new SseError(
        'invalid-option',
        'Option Transport is not supported: every stream is read with fetch. Use option fetch.',
        { option: 'Transport' },
      )
    const { headers = {}, heartbeatTimeout = 45_000, lastEventIdQueryParameterName: parameter } = init
    const current = { headers }
    const hooks: EventSourceHooks = {
      transformRequest(request) {
        const requestUrl = new URL(request.url)
        if (request.lastEventId) requestUrl.searchParams.set(parameter || 'lastEventId', request.lastEventId)
        return { ...request, url: requestUrl.href, lastEventId: '' }
      },
      extendEvent(event, outcome) {
        const { status, headers } = outcome
        const error = outcome instanceof SseError ? outcome : undefined
        const statusText = outcome instanceof SseError ? '' : outcome.statusText
        return Object.assign(event, { status, statusText, headers, error })
      },
    }
    super(url, {
      ...(init as EventSourceInit),
      headers: () => current.headers,
      idleTimeoutMs: clampMs(heartbeatTimeout),
      retry: ({ attempt, retryMs = 1_000 }) => clampMs(clampMs(retryMs) * Math.min(16, 2 ** (attempt - 1))),
      ...hooks,
    })
    this.#current = current
  }

  /** Headers of the next attempt. */
  get headers(): { [name: string]: string } {
    return this.#current.headers
  }

  set headers(headers: { [name: string]: string }) {
    this.#current.headers = headers
  }
}

/** The platform's own `EventSource`; `undefined` where there is none. */
export const NativeEventSource: typeof globalThis.EventSource | undefined = /* @__PURE__ */ Reflect.get(
  globalThis,
  'EventSource',
)

export { EventSource } from './event-source.ts'
