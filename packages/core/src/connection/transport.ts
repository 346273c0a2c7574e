import { type Clock, MAX_TIMER_MS, msUntil } from '../platform/clock.ts'
import { refuse, SseError, type SseErrorCode, type SseErrorDetails } from '../errors.ts'
import { warnOnce } from '../development.ts'
import { encode, readBody, readExcerpt, refuseBody, toBytes, toByteString } from './body.ts'
import { redactUrl } from './url.ts'

export { guard } from '../errors.ts'

declare const process: { readonly env: { readonly NODE_ENV?: string } }

/** Function that sends requests, with the signature of the global `fetch`. */
export type Fetch = typeof fetch

/**
 * Rule for redirects. Across origins `fetch` removes `Authorization`, but forwards every other header and the body.
 *
 * - `'safe'`: follows redirects, unless the request has a body or a header that a cross-origin redirect would expose.
 * - `'follow'`: follows all redirects.
 * - `'error'`: follows none.
 */
export type RedirectRule = 'safe' | 'follow' | 'error'

/** One request, with all its options resolved. */
export interface TransportRequest {
  /** Absolute URL. */
  readonly url: string
  /** Default `GET`. */
  readonly method?: string | undefined
  readonly headers?: HeadersInit | undefined
  readonly body?: BodyInit | null | undefined
  /** Default: that of `fetch`, `same-origin`. */
  readonly credentials?: RequestCredentials | undefined
  /** Default `safe`. */
  readonly redirect?: RedirectRule | undefined
  /** Sent as `Last-Event-ID` unless empty. */
  readonly lastEventId: string
  /** Default: the global `fetch`. */
  readonly fetch?: Fetch | undefined
  /** Replaces the check of status and content type. Throws to reject the response. */
  readonly validate?: ((response: Response) => unknown) | undefined
}

/** Response that was accepted as an event stream. */
export interface Transport {
  readonly response: Response
  /** Reads the next bytes; `undefined` once the server has ended the response. */
  readonly read: () => Promise<Uint8Array | undefined>
}

/** Headers that may be forwarded to another origin, and `Authorization`, which `fetch` itself removes. */
const CROSS_ORIGIN_SAFE_HEADERS =
  /^(accept|accept-language|authorization|cache-control|content-type|last-event-id)$/

/** Largest chunk that `read` returns, in bytes. A browser buffers up to 2 MiB for a slow reader. */
const MAX_CHUNK_BYTES = 65_536

/**
 * Sends a request and checks the response's status and content type. Nothing else checks them.
 *
 * [spec] 9.2.2, the EventSource interface: the request's headers and cache mode, and the requirements for a response.
 *
 * @throws SseError `status`, `content-type`, `redirect`, or `ended` (204). Any other error, also from `read`, means that the
 * connection failed: see {@link networkError}.
 * @example
 * ```ts
 * import { systemClock } from '@headwater/core'
 * import { openTransport } from '@headwater/core/transport'
 *
 * const request = { url: 'https://example.com/prices', lastEventId: '' }
 * const { response, read } = await openTransport(request, new AbortController().signal, systemClock)
 * console.log(response.url, await read())
 * ```
 */
export async function openTransport(
  request: TransportRequest,
  signal: AbortSignal,
  clock: Clock,
): Promise<Transport> {
  const { method = 'GET', credentials, redirect = 'safe', lastEventId, url, body } = request
  const { fetch: send = fetch } = request
  const headers = createHeaders(request.headers)
  if (!headers.has('accept')) headers.set('accept', 'text/event-stream')
  if (isSendableId(lastEventId)) headers.set('last-event-id', toByteString(lastEventId))
  else if (lastEventId) warnUnsentId(url, lastEventId)

  const isSafe = body == null && [...headers.keys()].every((name) => CROSS_ORIGIN_SAFE_HEADERS.test(name))
  const follows = redirect === 'follow' || (redirect === 'safe' && isSafe)
  const init: RequestInit = {
    method,
    headers,
    cache: 'no-store',
    // With 'error', a refused redirect could not be distinguished from a network error.
    redirect: follows ? 'follow' : 'manual',
    signal,
  }
  if (body != null) init.body = body
  // Some server runtimes have no cookies and reject even the default value.
  if (credentials) init.credentials = credentials
  const response = await send(url, init)
  if (!response) refuseBody(response)
  await (request.validate ?? validate)(response, `${method} ${redactUrl(url)}`, clock)
  const reader = readBody(response.body)
  // Deno keeps the socket of an unread body open until it is cancelled, and a custom `fetch` may ignore the signal.
  const cancel = () => void reader?.cancel().catch(() => undefined)
  if (signal.aborted) cancel()
  signal.addEventListener('abort', cancel)
  let rest: Uint8Array | undefined
  return {
    response,
    async read() {
      const chunk = rest ?? toBytes((await reader?.read())?.value)
      const isLong = chunk !== undefined && chunk.length > MAX_CHUNK_BYTES
      rest = isLong ? chunk.subarray(MAX_CHUNK_BYTES) : undefined
      return isLong ? chunk.subarray(0, MAX_CHUNK_BYTES) : chunk
    },
  }
}

/**
 * Creates headers.
 *
 * @throws SseError `invalid-option` for a name or value that cannot be sent.
 */
export function createHeaders(init: HeadersInit | undefined): Headers {
  try {
    return new Headers(init)
  } catch (error) {
    // Its message may contain the value, which may be a secret.
    if ((error as Error).name === 'TypeError')
      refuse('headers', 'has a name or value with a character that HTTP does not allow')
    throw error
  }
}

/** Throws unless the response is an event stream. */
async function validate(response: Response, request: string, clock: Clock): Promise<void> {
  const { status, headers, body: content } = response
  const type = headers.get('content-type')
  const location = headers.get('location')
  const isEventStream = /^\s*text\/event-stream\s*(;|$)/i.test(type ?? '')
  if (status === 200 && isEventStream) {
    if (content) return
    refuseBody(content)
  }

  const fail = (code: SseErrorCode, answer: string | number, properties?: SseErrorDetails) => {
    throw new SseError(code, `${request}: the server answered ${answer}`, { status, headers, ...properties })
  }
  // [spec] 204 tells the client to stop reconnecting.
  if (status === 204) fail('ended', status)
  // A browser hides the status and the target of a redirect.
  if (response.type === 'opaqueredirect' || (location && status >= 300 && status < 400))
    fail(
      'redirect',
      `with a redirect${location ? ` to ${redactUrl(location, response.url || undefined)}` : ''}, which the option redirect refuses`,
    )
  const body = await readExcerpt(content, clock)
  const excerpt = body && `: ${body.slice(0, 100).replaceAll(/\s+/g, ' ').trim()}`
  if (status === 200) fail('content-type', `with the content type ${type + excerpt}`, { body })
  fail('status', status + excerpt, { body, retryAfterMs: retryAfter(headers.get('retry-after'), clock) })
}

/** Parses `Retry-After`, a number of seconds or a date, to milliseconds; `undefined` for anything else. */
function retryAfter(value: string | null, clock: Clock): number | undefined {
  if (!value) return undefined
  const ms = value.endsWith('GMT')
    ? msUntil(value, clock.now())
    : /\D/.test(value)
      ? -1
      : Number(value) * 1_000
  return ms >= 0 ? Math.min(ms, MAX_TIMER_MS) : undefined
}

/**
 * Creates the `network` error for an exception of `fetch` or of reading the body.
 *
 * @param page URL of the page, if there is one and it has got no response: the error then explains CORS.
 * @param lastEventId Id that the request was sent with. Default: none.
 */
export function networkError(url: string, cause: unknown, page?: string, lastEventId = ''): SseError {
  const address = redactUrl(url)
  // Node puts the reason into the cause of its error. Some runtimes repeat the URL.
  const { message, cause: inner } = Object(cause) as { message?: unknown; cause?: { message?: unknown } }
  const reason = String(inner?.message || message || cause).replaceAll(url, address)
  return new SseError(
    'network',
    `${address}: the connection failed (${reason})${suggestCause(address, page, lastEventId)}`,
    { cause },
  )
}

/** Returns a hint for a request that a browser may have refused; `''` in production: see development.ts. */
function suggestCause(address: string, page: string | undefined, lastEventId: string): string {
  try {
    if (process.env.NODE_ENV !== 'production') return crossOriginHint(address, page, lastEventId)
  } catch {
    return crossOriginHint(address, page, lastEventId)
  }
  return ''
}

/** Explains the usual reasons for which a browser refuses a request to another origin. It hides them from the page. */
function crossOriginHint(address: string, page: string | undefined, lastEventId: string): string {
  if (!page) return ''
  const { origin } = new URL(page)
  if (address.startsWith(`${origin}/`)) return ''
  const mixedContent = origin.startsWith('https:') && address.startsWith('http:')
  return (
    (mixedContent ? '. Browsers block http on https pages (mixed content)' : '') +
    `. If the server is up, its response may lack the header Access-Control-Allow-Origin: ${origin} (CORS)` +
    // The first request of the stream has no id, so it succeeds without a preflight.
    (lastEventId &&
      '. The preflight (OPTIONS) needs an answer with Access-Control-Allow-Headers: Last-Event-ID, too')
  )
}

/** Largest id to send, in bytes of UTF-8. Servers limit all headers together, many to 8 or 16 KiB. */
const MAX_ID_BYTES = 4_096

/**
 * Returns true if an id can be sent as a header; a hostile server may send one with control characters. `fetch` trims the values
 * of headers, so a blank id would be sent as an empty one.
 */
export function isSendableId(id: string): boolean {
  // oxlint-disable-next-line no-control-regex
  if (/^[\t ]*$|[\0-\x08\x0a-\x1f\x7f]/.test(id)) return false
  // A UTF-16 code unit takes at most three bytes.
  return id.length * 3 <= MAX_ID_BYTES || encode(id).length <= MAX_ID_BYTES
}

/** Warns about an id that cannot be sent. Does nothing in production: see development.ts. */
function warnUnsentId(url: string, id: string): void {
  try {
    if (process.env.NODE_ENV !== 'production') warn(url, id)
  } catch {
    warn(url, id)
  }
}

function warn(url: string, id: string): void {
  warnOnce(
    'last-event-id',
    `The last event id of ${redactUrl(url)} (${id.length} characters) is not sent: it is blank, has control characters or is longer than 4 KiB.`,
  )
}
