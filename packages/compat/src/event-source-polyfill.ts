import { SseError } from '@headwater/core'
import type { Fetch, RedirectRule } from '@headwater/core/transport'
import { EventSource, type EventSourceInit } from './event-source.ts'
import type { Variation } from './stay-connected.ts'

/** What an {@link EventSourcePolyfill} can be told. */
export interface EventSourcePolyfillInit {
  /** Headers to send. `source.headers` may be changed later; each attempt sends what it holds then. */
  readonly headers?: { [name: string]: string } | undefined
  /** How long nothing may come, in milliseconds, before the connection is taken for dead. Default 45,000; at least 1,000. */
  readonly heartbeatTimeout?: number | undefined
  /** Whether cookies go along across origins. Default `false`. */
  readonly withCredentials?: boolean | undefined
  /** The name under which the last event id is sent in the address. Default `lastEventId`. */
  readonly lastEventIdQueryParameterName?: string | undefined
  /**
   * Which redirects are followed. Default `'safe'`: all, unless there are headers that a stranger must not see; `'follow'`: all.
   */
  readonly redirect?: RedirectRule | undefined
  /** A `fetch` of your own. Default: the global one. */
  readonly fetch?: Fetch | undefined
  /** Not supported: there is one transport, `fetch`. */
  readonly Transport?: undefined
}

/** What an `open` or `error` event of an {@link EventSourcePolyfill} knows. */
export interface EventSourcePolyfillEvent extends Event {
  /** The HTTP status; `undefined` where there was no response. */
  readonly status: number | undefined
  /** What HTTP/1 says beside the status; `''` for an error. */
  readonly statusText: string
  /** The headers of the response; `undefined` where there was none. */
  readonly headers: Headers | undefined
  /** Of an `error` event: why the connection was lost, or failed for good. */
  readonly error: SseError | undefined
}

const within = (ms: number) => Math.min(Math.max(ms, 1_000), 18_000_000)

/**
 * An {@link EventSource} with headers, that takes a silent connection for dead, waits longer from loss to loss and sends the
 * last event id in the address.
 *
 * @throws SseError `invalid-option` for the option `Transport`.
 * @throws DOMException `SyntaxError` for a url that cannot be parsed.
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
  #held: { headers: { [name: string]: string } }

  constructor(url: string | URL, init: EventSourcePolyfillInit = {}) {
    if (init.Transport)
      throw new SseError(
        'invalid-option',
        'Option Transport is not supported: fetch carries every stream. Use option fetch.',
        { option: 'Transport' },
      )
    const { headers = {}, heartbeatTimeout = 45_000, lastEventIdQueryParameterName: name } = init
    const held = { headers }
    const variation: Variation = {
      vary(request) {
        const address = new URL(request.url)
        if (request.lastEventId) address.searchParams.set(name || 'lastEventId', request.lastEventId)
        return { ...request, url: address.href, lastEventId: '' }
      },
      describe(event, outcome) {
        const { status, headers } = outcome
        const lost = outcome instanceof SseError
        const statusText = lost ? '' : outcome.statusText
        return Object.assign(event, { status, statusText, headers, error: lost ? outcome : undefined })
      },
    }
    super(url, {
      ...(init as EventSourceInit),
      headers: () => held.headers,
      idleTimeoutMs: within(heartbeatTimeout),
      retry: ({ attempt, retryMs = 1_000 }) => within(within(retryMs) * Math.min(16, 2 ** (attempt - 1))),
      ...variation,
    })
    this.#held = held
  }

  /** What the next attempt sends. */
  get headers(): { [name: string]: string } {
    return this.#held.headers
  }

  set headers(headers: { [name: string]: string }) {
    this.#held.headers = headers
  }
}

/** The platform's own class, where it has one. */
export const NativeEventSource: typeof globalThis.EventSource | undefined = /* @__PURE__ */ (() =>
  globalThis.EventSource)()

export { EventSource } from './event-source.ts'
