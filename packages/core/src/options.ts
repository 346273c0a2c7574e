import { createHeaders } from './connection/transport.ts'
import { checkUrl } from './connection/url.ts'
import { refuse, SseError } from './errors.ts'
import { suggest } from './similar-name.ts'
import type { PolicyOptions } from './connection/retry-policy.ts'
import type { ConnectionEvent, ConnectionSnapshot, Effect } from './connection/state.ts'
import type { Fetch, RedirectRule } from './connection/transport.ts'
import type { Clock } from './platform/clock.ts'
import type { Page } from './platform/page.ts'
import type { LastEventIdStore } from './platform/session-store.ts'
import type { Message } from './protocol/message.ts'

/** Information about an attempt, passed to functions given as `url`, `headers` or `body`. */
export interface AttemptContext {
  /** Number of the attempt; 1 is the first since the stream was last healthy. */
  readonly attempt: number
  /** Id that will be sent as `Last-Event-ID`; `''` if there is none. */
  readonly lastEventId: string
  /** Error of the previous attempt; `undefined` on the first one. */
  readonly error: SseError | undefined
}

/** Value, or a function that is called before each attempt. */
export type PerAttempt<Value> = Value | ((context: AttemptContext) => Value | PromiseLike<Value>)

/** URL of a stream: absolute, or relative to the page; without user name and password. */
export type StreamUrl = PerAttempt<string | URL>

/** One transition of the connection's state machine, for an inspector. */
export interface Step {
  readonly event: ConnectionEvent
  readonly before: ConnectionSnapshot
  readonly after: ConnectionSnapshot
  readonly effects: readonly Effect[]
  /**
   * Present once for a stream, on the step that shows it: a proxy buffers the stream, because three pauses of 2 s or more in a row
   * were in the middle of a message. Send `X-Accel-Buffering: no`, or set `proxy_buffering off` in nginx.
   */
  readonly hint?: 'buffered-by-proxy'
}

/** Options of a connection. They are read again whenever they are used, so they may change while it is open. */
export interface ConnectionOptions extends PolicyOptions {
  /** HTTP method. Default `GET`. */
  readonly method?: string
  /**
   * Request headers. `Accept` and `Last-Event-ID` are added. A function is called again immediately after a 401 or 403, with
   * the status in `error.status`; one result then serves all streams that were given the same function.
   */
  readonly headers?: PerAttempt<HeadersInit | undefined>
  /** Request body. Needs a `method` that allows one. */
  readonly body?: PerAttempt<BodyInit | null | undefined>
  /** Cookie mode of the request, as for `fetch`. Default `same-origin`. */
  readonly credentials?: RequestCredentials
  /**
   * Redirects to follow. `'safe'`, the default: all, if the request has no body and no headers but `Accept`,
   * `Accept-Language`, `Authorization` (which `fetch` removes across origins), `Cache-Control` and `Content-Type`; else
   * none. `'follow'`: all, with every header that `fetch` forwards. `'error'`: none. A redirect that is not followed fails the
   * stream with the code `redirect`.
   */
  readonly redirect?: RedirectRule
  /**
   * Replacement for the global `fetch`. The body of its response may be a web stream or another async iterable of bytes, such as a
   * `Readable` of Node.
   */
  readonly fetch?: Fetch
  /** Closes the stream when it is aborted. */
  readonly signal?: AbortSignal
  /**
   * Id to resume from on the first attempt, for instance one that the server rendered. An id that is blank, has control characters or is
   * longer than 4 KiB is not sent. Default none.
   */
  readonly initialLastEventId?: string
  /** Storage for the last event id, so that a reload resumes. `initialLastEventId` takes precedence. Default none. */
  readonly lastEventIdStore?: LastEventIdStore
  /** Largest message, in UTF-16 code units (the length of a string). A longer one fails the stream. Default 16 Mi. */
  readonly maxMessageLength?: number
  /** Lets a Node process exit while the stream waits for its next attempt. Default `false`. */
  readonly unref?: boolean
  /** Called after each transition of the state machine. */
  readonly inspect?: (step: Step) => void
  /** Timers and randomness. Default: those of the system. */
  readonly clock?: Clock
}

/**
 * Meaning of a message for its stream. `true`: it ends the stream and is not delivered. `'inclusive'`: it ends the stream after
 * it has been folded and delivered. An {@link SseError}: the stream fails with that error and does not retry.
 */
export type UntilResult = boolean | 'inclusive' | SseError

/** Options of a connection that several streams may share. */
export interface SharedConnectionOptions extends ConnectionOptions {
  /** Decides if a message ends the stream. If it returns false, the fold's own `until` is checked next. */
  readonly until?: (message: Message) => UntilResult
  /** Called for each comment line. Servers send comments as heartbeats. */
  readonly onComment?: (comment: string) => void
  /** Page whose visibility and network state are observed. Default: the one that this code runs in, if any. */
  readonly page?: Page
}

/**
 * Checks options.
 *
 * @throws SseError `invalid-option`, with the name of the option.
 */
export function checkOptions(
  url: StreamUrl,
  options: SharedConnectionOptions & { readonly closeDelayMs?: number; readonly queueLimit?: number },
): void {
  // A relative URL works in a page. Where there is none, opening the stream fails.
  if (typeof url !== 'function') checkUrl(url, 'http://localhost')
  const { method = 'GET', body, headers, retry, fetch: send } = options
  if (typeof method !== 'string' || !/^[\w!#$%&'*+.^`|~-]+$/.test(method))
    refuse('method', `is not an HTTP method: ${method}`)
  if (body != null && /^(get|head)$/i.test(method)) refuse('body', `is not allowed with ${method}`)
  if (send !== undefined && typeof send !== 'function') refuse('fetch', 'must be a function')
  if (headers && typeof headers !== 'function') createHeaders(headers)
  if (retry && !/^(function|object)$/.test(typeof retry))
    refuse('retry', 'must be a function, an object or false')
  checkEach(options, OPTIONS, '')
  checkEach(retry, RETRY_OPTIONS, 'retry.')
}

/** Names of all options. A test compares them with the types. */
const OPTIONS =
  'autoConnect body clock closeDelayMs connectTimeoutMs credentials enabled events fetch fold headers idempotent idleTimeoutMs initialData initialLastEventId inspect key lastEventIdStore maxMessageLength method notify onClose onComment onGap onInvalid onMessage onReconnect page pauseWhenHiddenMs queueLimit redirect retry select share signal unref until'
const RETRY_OPTIONS = 'attempts baseMs capMs elapsedMs when'

/** Numeric options, matched by name suffix, and the values allowed in place of a number. */
const NUMERIC_OPTIONS = /(Ms|Length|Limit|^attempts|^notify)$/
const KEYWORDS: Readonly<Record<string, readonly unknown[]>> = {
  idleTimeoutMs: ['auto', false],
  notify: ['frame', 'microtask', 'sync'],
}

/** Checks the names and the numbers of options. */
function checkEach(options: object | false | undefined, known: string, prefix: string): void {
  const names = known.split(' ')
  for (const [name, value] of Object.entries(options || {})) {
    if (value === undefined) continue
    if (!names.includes(name)) refuse(prefix + name, `is unknown${suggest(prefix, name, names)}`)
    const keywords = KEYWORDS[name] ?? [false]
    if (NUMERIC_OPTIONS.test(name) && !keywords.includes(value) && !(typeof value === 'number' && value >= 0))
      refuse(prefix + name, `must be ${keywords.join(', ')} or a number of 0 or more, not ${value}`)
  }
}

/**
 * Returns the value of an option that may be a function of the attempt.
 *
 * @throws SseError `option-failed` if the function throws or rejects.
 */
export async function resolveOption<Value>(
  option: string,
  value: PerAttempt<Value>,
  context: AttemptContext,
): Promise<Value> {
  if (typeof value !== 'function') return value
  try {
    return await (value as (context: AttemptContext) => Value | PromiseLike<Value>)(context)
  } catch (cause) {
    throw new SseError('option-failed', `Option ${option} threw: ${String(cause)}`, {
      option,
      cause,
    })
  }
}
