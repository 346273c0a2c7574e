import type { SseError } from '@headwater/core'
import { ServerMessage } from './server-message.ts'
import { type EventSourceInit, stayConnected, type Variation } from './stay-connected.ts'

export type { EventSourceInit } from './stay-connected.ts'

/** What an `error` event knows beside the specification's nothing. */
export interface EventSourceError extends Event {
  /** Why the connection was lost, or failed for good. */
  readonly error: SseError
  /** What happened, in words. */
  readonly message: string
  /** The HTTP status, if that was it. */
  readonly code: number | undefined
}

const CONNECTING = 0
const OPEN = 1
const CLOSED = 2

/** The platform's own type, which this class is assignable to. */
type Standard = globalThis.EventSource

type Handler<Type extends Event> = ((this: Standard, event: Type) => unknown) | null

/** The events that are no message. */
export interface EventSourceEventMap {
  open: Event
  message: MessageEvent
  error: EventSourceError
}

// Types alone: at run time it is the platform's own method.
// oxlint-disable-next-line typescript/no-unsafe-declaration-merging
export interface EventSource {
  /** Listens no more. */
  removeEventListener<Type extends keyof EventSourceEventMap>(
    type: Type,
    listener: (this: Standard, event: EventSourceEventMap[Type]) => unknown,
    options?: boolean | EventListenerOptions,
  ): void
  removeEventListener(
    type: string,
    listener: (this: Standard, event: MessageEvent) => unknown,
    options?: boolean | EventListenerOptions,
  ): void
  removeEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject | null,
    options?: boolean | EventListenerOptions,
  ): void
}

/**
 * The `EventSource` of the specification, for browsers, workers, Node, Bun and Deno. What fails is told by the `error` event's
 * `cause`; everything that goes beyond the specification is an option, and off.
 *
 * [spec] 9.2.2, the EventSource interface; 9.2.3, processing model.
 *
 * @throws DOMException `SyntaxError` for a url that cannot be parsed.
 * @example
 * ```ts
 * import { EventSource } from '@headwater/compat'
 *
 * const source = new EventSource('https://example.com/prices')
 * source.onmessage = (event) => console.log(event.lastEventId, event.data)
 * source.addEventListener('halt', (event) => console.log(event.data))
 * source.onerror = () => console.log(source.readyState === EventSource.CLOSED ? 'over' : 'back in a moment')
 * ```
 */
export class EventSource extends EventTarget {
  static get CONNECTING(): 0 {
    return CONNECTING
  }

  static get OPEN(): 1 {
    return OPEN
  }

  static get CLOSED(): 2 {
    return CLOSED
  }

  #url: string
  #withCredentials: boolean
  #readyState = CONNECTING
  /** The types that were ever listened to: for any other no event is made, which costs more than to parse a message. */
  #heard = new Set<string>()
  #handlers: { [type: string]: Handler<any> } = {}
  #disconnect: () => void

  constructor(url: string | URL, init?: EventSourceInit) {
    super()
    if (arguments.length === 0) throw new TypeError('EventSource needs a url.')
    this.#url = parse(`${url}`)
    this.#withCredentials = !!init?.withCredentials
    const { vary, describe = (event) => event } = (init ?? {}) as Variation
    this.#disconnect = stayConnected(
      this.#url,
      init ?? {},
      {
        open: (response) => {
          this.#readyState = OPEN
          this.dispatchEvent(describe(new Event('open'), response))
        },
        away: () => {
          this.#readyState = CONNECTING
        },
        message: ({ type, data, id }, origin) => {
          if (this.#heard.has(type)) this.dispatchEvent(new ServerMessage(type, data, origin, id))
        },
        lost: (cause, comesBack) => {
          this.#readyState = comesBack ? CONNECTING : CLOSED
          const { message, status: code } = cause
          this.dispatchEvent(
            describe(Object.assign(new Event('error'), { error: cause, message, code }), cause),
          )
        },
      },
      vary,
    )
  }

  /** The address, made absolute. */
  get url(): string {
    return this.#url
  }

  /** Whether cookies go along across origins. */
  get withCredentials(): boolean {
    return this.#withCredentials
  }

  /** 0 while it connects, again after a loss too; 1 while it is open; 2 when it is over. */
  get readyState(): number {
    return this.#readyState
  }

  get CONNECTING(): 0 {
    return CONNECTING
  }

  get OPEN(): 1 {
    return OPEN
  }

  get CLOSED(): 2 {
    return CLOSED
  }

  /** Called when a connection is there. */
  get onopen(): Handler<Event> {
    return this.#handlers['open'] ?? null
  }

  set onopen(handler: Handler<Event>) {
    this.#setHandler('open', handler)
  }

  /** Called for each message without an `event` field. */
  get onmessage(): Handler<MessageEvent> {
    return this.#handlers['message'] ?? null
  }

  set onmessage(handler: Handler<MessageEvent>) {
    this.#setHandler('message', handler)
  }

  /** Called when the connection is lost, or, with `readyState` 2, will not come back. */
  get onerror(): Handler<Event> {
    return this.#handlers['error'] ?? null
  }

  set onerror(handler: Handler<Event>) {
    this.#setHandler('error', handler)
  }

  get [Symbol.toStringTag](): string {
    return 'EventSource'
  }

  /** Ends it: no event follows, not even from what has come already. */
  close(): void {
    this.#readyState = CLOSED
    this.#disconnect()
  }

  /** Listens to the messages whose `event` field is `type`, or to `open`, `message` and `error`. */
  override addEventListener<Type extends keyof EventSourceEventMap>(
    type: Type,
    listener: (this: Standard, event: EventSourceEventMap[Type]) => unknown,
    options?: boolean | AddEventListenerOptions,
  ): void
  override addEventListener(
    type: string,
    listener: (this: Standard, event: MessageEvent) => unknown,
    options?: boolean | AddEventListenerOptions,
  ): void
  override addEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject | null,
    options?: boolean | AddEventListenerOptions,
  ): void
  override addEventListener(...all: [type: string, listener: unknown, options?: unknown]): void {
    this.#heard.add(`${all[0]}`)
    super.addEventListener(...(all as unknown as Parameters<EventTarget['addEventListener']>))
  }

  #handle = (event: Event): unknown => this.#handlers[event.type]?.call(this, event)

  // [spec] 8.1.8.1, event handlers: one keeps its place among the listeners until it is set to null.
  #setHandler(type: string, handler: Handler<any>): void {
    const before = this.#handlers[type]
    const after = (this.#handlers[type] = typeof handler === 'function' ? handler : null)
    if (!after) this.removeEventListener(type, this.#handle)
    else if (!before) this.addEventListener(type, this.#handle)
  }
}

/** @throws DOMException `SyntaxError` */
function parse(url: string): string {
  try {
    const { href, hostname } = new URL(url, globalThis.document?.baseURI ?? globalThis.location?.href)
    // [spec] URL, "forbidden domain code point": Chromium lets some of them pass, escaped.
    if (!hostname.includes('%')) return href
  } catch {}
  throw new DOMException(`EventSource needs a url, which this is not: ${url}`, 'SyntaxError')
}
