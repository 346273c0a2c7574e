import type { Clock } from './platform/clock.ts'
import { refuse, type SseError } from './errors.ts'
import type { LastEventIdStore } from './platform/session-store.ts'
import type { Message } from './protocol/message.ts'
import type { Page } from './platform/page.ts'
import type { PolicyOptions } from './connection/retry-policy.ts'
import type { Effect, ConnectionEvent, Machine } from './connection/state.ts'
import type { Fetch, RedirectRule } from './connection/transport.ts'

/** What a function given as `url`, `headers` or `body` is told of the attempt that it is called for. */
export interface AttemptContext {
  /** 1 for the first attempt since the stream last proved healthy. */
  readonly attempt: number
  /** The id that will be sent as `Last-Event-ID`; `''` if there is none. */
  readonly lastEventId: string
  /** Why the attempt before was lost; `undefined` on the first. */
  readonly error: SseError | undefined
}

/** A value, or a function that is asked for it anew for each attempt. */
export type PerAttempt<Value> = Value | ((context: AttemptContext) => Value | PromiseLike<Value>)

/** The address of a stream: absolute, or relative to the page. */
export type StreamUrl = PerAttempt<string | URL>

/** One step of the machine, for an inspector. */
export interface Step {
  readonly event: ConnectionEvent
  readonly before: Machine
  readonly after: Machine
  readonly effects: readonly Effect[]
}

/** What a connection can be told. Options are read anew whenever they matter, so that they may change under it. */
export interface ConnectionOptions extends PolicyOptions {
  /** The request's method. Default `GET`. */
  readonly method?: string
  /**
   * The request's headers. `Accept` and `Last-Event-ID` are added. A function is asked at once for fresh ones after a 401 or
   * 403, which it sees as `cause.status`; one answer then serves all streams that were given the same function.
   */
  readonly headers?: PerAttempt<HeadersInit | undefined>
  /** The request's body; needs a `method` that has one. */
  readonly body?: PerAttempt<BodyInit | null | undefined>
  /** Whether cookies go along. Default `same-origin`. */
  readonly credentials?: RequestCredentials
  /**
   * Which redirects are followed. `'safe'`, the default: all of a request without a body that has no headers but `Accept`,
   * `Accept-Language`, `Authorization` (which `fetch` leaves behind across origins), `Cache-Control` and `Content-Type`;
   * else none. `'follow'`: all, with what `fetch` takes along. `'error'`: none. What is not followed fails with `redirect`.
   */
  readonly redirect?: RedirectRule
  /** A `fetch` of your own. Default: the global one. */
  readonly fetch?: Fetch
  /** Closes the stream when it is aborted. */
  readonly signal?: AbortSignal
  /** The id to resume from on the first attempt, for instance one that the server rendered. Default none. */
  readonly initialLastEventId?: string
  /** Where the last event id is kept, so that a reload resumes; `initialLastEventId` goes before it. Default none. */
  readonly lastEventIdStore?: LastEventIdStore
  /** The most that one message may take, in bytes of UTF-8; more fails the stream. Default 16 MiB. */
  readonly maxMessageLength?: number
  /** Lets a Node process exit although the stream waits for its next attempt. Default `false`. */
  readonly unref?: boolean
  /** Called with each step that the machine takes; what changes nothing is none. */
  readonly inspect?: (step: Step) => void
  /** The clock to go by. Default: the one on the wall. */
  readonly clock?: Clock
}

/**
 * What a message means for its stream. `true`: it is the server's last word, which ends the stream, and is itself neither
 * folded nor delivered. `'inclusive'`: the same, but it brings data, and is folded and delivered before. An {@link SseError}
 * fails the stream with that cause, for good: no rule of `retry` is asked.
 */
export type UntilResult = boolean | 'inclusive' | SseError

/** What the source of a stream can be told: its connection, and what is done with each thing that it brings. */
export interface SourceOptions extends ConnectionOptions {
  /** Whether a message is the server's last word. What it lets pass, the fold's own `until` is asked about. */
  readonly until?: (message: Message) => UntilResult
  /** Called for each comment line, which servers send as heartbeats. */
  readonly onComment?: (comment: string) => void
  /** The page to go by. Default: the one that this code runs in, if any. */
  readonly page?: Page
}

/**
 * Refuses what cannot work.
 *
 * @throws SseError `invalid-option`, naming the option.
 */
export function checkOptions(
  url: StreamUrl,
  options: SourceOptions & { readonly closeDelayMs?: number; readonly queueLimit?: number },
): void {
  // A relative address is fine where there is a page; whether there is one shows when the stream is opened.
  if (typeof url !== 'function') checkUrl(url, 'http://localhost')
  const { method = 'GET', body, headers, retry, fetch: send } = options
  if (typeof method !== 'string' || !/^[\w!#$%&'*+.^`|~-]+$/.test(method))
    refuse('method', `is no HTTP method: ${method}`)
  if (body != null && /^(get|head)$/i.test(method))
    refuse('body', `cannot go with ${method}; set method: 'POST'`)
  if (send !== undefined && typeof send !== 'function') refuse('fetch', 'must be a function')
  try {
    if (typeof headers !== 'function') new Headers(headers)
  } catch (cause) {
    refuse('headers', `cannot be sent: ${(cause as Error).message}`)
  }
  if (retry && !/^(function|object)$/.test(typeof retry))
    refuse('retry', 'must be a function, an object or false')
  checkNumbers(options, '')
  checkNumbers(retry, 'retry.')
}

/** Options that are numbers, of whatever their name ends in, and the words that may stand for one. */
const NUMBERS = /(Ms|Length|Limit|^attempts)$/
const WORDS: Readonly<Record<string, string>> = { idleTimeoutMs: 'auto' }

function checkNumbers(options: object | false | undefined, prefix: string): void {
  for (const [name, value] of Object.entries(options || {})) {
    const isNumber = typeof value === 'number' && value >= 0
    if (NUMBERS.test(name) && value !== undefined && value !== false && value !== WORDS[name] && !isNumber)
      refuse(prefix + name, `must be a number of 0 or more, not ${value}`)
  }
}

/**
 * The absolute form of an address.
 *
 * @throws SseError `invalid-option` for what no request can be sent to.
 */
export function checkUrl(url: string | URL, base: string | undefined): string {
  let parsed: URL | undefined
  try {
    if (url) parsed = new URL(url, base)
  } catch {
    // No address at all, or a relative one where there is no page.
  }
  if (!parsed || !/^https?:$/.test(parsed.protocol))
    refuse(
      'url',
      `must be an http or https address${base ? '' : ', and absolute where there is no page'}, not ${url}`,
    )
  return parsed.href
}
