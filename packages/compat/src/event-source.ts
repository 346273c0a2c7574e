import type { SseError } from '@headwater/core'
import { connect, type EventSourceHooks, type EventSourceInit } from './connection.ts'
import { ServerMessage } from './server-message.ts'

export type { EventSourceInit } from './connection.ts'
export type { FetchLike, FetchLikeInit, FetchLikeResponse, ReaderLike } from './fetch-like.ts'

/** An `error` event with details that the specification does not have. */
export interface EventSourceError extends Event {
  /** The reason why the connection is lost or failed. */
  readonly error: SseError
  /** The message of `error`. */
  readonly message: string
  /** HTTP status of the response that caused the error; `undefined` for other errors. */
  readonly code: number | undefined
}

const CONNECTING = 0
const OPEN = 1
const CLOSED = 2

/** The platform's own type, which this class is assignable to. */
type Standard = globalThis.EventSource

type Handler<Type extends Event> = ((this: Standard, event: Type) => unknown) | null

/** Types of the events that have a fixed name. An event of any other name is a `MessageEvent`. */
export interface EventSourceEventMap {
  open: Event
  message: MessageEvent
  error: EventSourceError
}

// Types only: at run time this is the method of EventTarget.
// oxlint-disable-next-line typescript/no-unsafe-declaration-merging
interface Source {
  /** Removes a listener. */
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

class Source extends EventTarget {
  declare static readonly CONNECTING: 0
  declare static readonly OPEN: 1
  declare static readonly CLOSED: 2
  declare readonly CONNECTING: 0
  declare readonly OPEN: 1
  declare readonly CLOSED: 2

  #url: string
  #withCredentials: boolean
  #readyState = CONNECTING
  /** Event types that have had a listener. No event is created for other types: that costs more than parsing the message. */
  #listenedTypes = new Set<string>()
  #handlers: { [type: string]: Handler<any> } = {}
  #closeConnection: () => void

  constructor(url: string | URL, init: EventSourceInit = {}) {
    super()
    if (arguments.length === 0) throw new TypeError('EventSource requires a URL.')
    this.#url = parseUrl(`${url}`)
    this.#withCredentials = !!init?.withCredentials
    const { transformRequest, extendEvent = (event) => event } = (init ?? {}) as EventSourceHooks
    this.#closeConnection = connect(
      this.#url,
      init ?? {},
      {
        open: (response) => {
          this.#readyState = OPEN
          this.dispatchEvent(extendEvent(new Event('open'), response))
        },
        pause: () => {
          this.#readyState = CONNECTING
        },
        message: ({ type, data, id }, origin) => {
          if (this.#listenedTypes.has(type)) this.dispatchEvent(new ServerMessage(type, data, origin, id))
        },
        error: (error, willReconnect) => {
          this.#readyState = willReconnect ? CONNECTING : CLOSED
          const { message, status: code } = error
          this.dispatchEvent(extendEvent(Object.assign(new Event('error'), { error, message, code }), error))
        },
      },
      transformRequest,
    )
  }

  /** Absolute URL of the stream. */
  get url(): string {
    return this.#url
  }

  /** True if cookies are sent to other origins too. */
  get withCredentials(): boolean {
    return this.#withCredentials
  }

  /** State of the connection: 0 while connecting or reconnecting, 1 while open, 2 once closed. */
  get readyState(): number {
    return this.#readyState
  }

  /** Called when a connection opens, also after a reconnection. */
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

  /** Called when the connection is lost. With `readyState` 2 no reconnection follows. */
  get onerror(): Handler<Event> {
    return this.#handlers['error'] ?? null
  }

  set onerror(handler: Handler<Event>) {
    this.#setHandler('error', handler)
  }

  /** Closes the connection. No event follows, even for messages that have arrived already. */
  close(): void {
    this.#readyState = CLOSED
    this.#closeConnection()
  }

  /** Adds a listener for the messages whose `event` field is `type`, or for `open`, `message` or `error`. */
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
  override addEventListener(...args: [type: string, listener: unknown, options?: unknown]): void {
    this.#listenedTypes.add(`${args[0]}`)
    super.addEventListener(...(args as unknown as Parameters<EventTarget['addEventListener']>))
  }

  #callHandler = (event: Event): unknown => this.#handlers[event.type]?.call(this, event)

  // [spec] 8.1.8.1, event handlers: a handler keeps its place among the listeners until it is set to null.
  #setHandler(type: string, handler: Handler<any>): void {
    const previous = this.#handlers[type]
    const next = (this.#handlers[type] = typeof handler === 'function' ? handler : null)
    if (!next) this.removeEventListener(type, this.#callHandler)
    else if (!previous) this.addEventListener(type, this.#callHandler)
  }
}

/**
 * The `EventSource` of the specification, for browsers, workers, Node, Bun and Deno. An `error` event has the reason in its
 * `error` property. Features beyond the specification are options, and off by default.
 *
 * [spec] 9.2.2, the EventSource interface; 9.2.3, processing model.
 *
 * @throws TypeError if called without a URL.
 * @throws DOMException `SyntaxError` if the URL cannot be parsed.
 * @example
 * ```ts
 * import { EventSource } from '@headwater/compat'
 *
 * const source = new EventSource('https://example.com/prices')
 * source.onmessage = (event) => console.log(event.lastEventId, event.data)
 * source.addEventListener('halt', (event) => console.log(event.data))
 * source.onerror = () => console.log(source.readyState === EventSource.CLOSED ? 'closed' : 'reconnecting')
 * ```
 */
export const EventSource: typeof Source = /* @__PURE__ */ defineInterface(Source)
export type EventSource = Source

// [spec] WebIDL: members are enumerable, and constants cannot be changed.
function defineInterface(Class: typeof Source): typeof Source {
  const { prototype } = Class
  const define = Object.defineProperty
  for (const name of Object.getOwnPropertyNames(prototype))
    define(prototype, name, { enumerable: name !== 'constructor' })
  for (const target of [Class, prototype])
    for (const [name, value] of Object.entries({ CONNECTING, OPEN, CLOSED }))
      define(target, name, { value, enumerable: true })
  define(prototype, Symbol.toStringTag, { value: 'EventSource', configurable: true })
  return define(Class, 'name', { value: 'EventSource' })
}

/** @throws DOMException `SyntaxError` */
function parseUrl(url: string): string {
  try {
    const { href, hostname } = new URL(url, globalThis.document?.baseURI ?? globalThis.location?.href)
    // [spec] URL, "forbidden domain code point": Chromium escapes some of them instead of rejecting the URL.
    if (!hostname.includes('%')) return href
  } catch {}
  throw new DOMException(`EventSource cannot parse the URL ${url}.`, 'SyntaxError')
}
