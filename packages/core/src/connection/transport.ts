import { type Clock, MAX_TIMER_MS, msUntil } from '../platform/clock.ts'
import { SseError, type SseErrorCode, type SseErrorDetails } from '../errors.ts'

export { guard } from '../errors.ts'

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

/** Limits for the start of a rejected response's body, which the error carries. */
const EXCERPT_BYTES = 4_096
const EXCERPT_MS = 1_000

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
  const headers = new Headers(request.headers)
  if (!headers.has('accept')) headers.set('accept', 'text/event-stream')
  if (isSendableId(lastEventId)) headers.set('last-event-id', toByteString(lastEventId))

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
  await (request.validate ?? validate)(response, `${method} ${url}`, clock)
  const reader = response.body?.getReader()
  // Deno keeps the socket of an unread body open until it is cancelled, and a custom `fetch` may ignore the signal.
  const cancel = () => void reader?.cancel().catch(() => undefined)
  if (signal.aborted) cancel()
  signal.addEventListener('abort', cancel)
  let rest: Uint8Array | undefined
  return {
    response,
    async read() {
      const chunk = rest?.length ? rest : (await reader?.read())?.value
      rest = chunk?.subarray(MAX_CHUNK_BYTES)
      return chunk?.subarray(0, MAX_CHUNK_BYTES)
    },
  }
}

/** Throws unless the response is an event stream. */
async function validate(response: Response, request: string, clock: Clock): Promise<void> {
  const { status, headers } = response
  const type = headers.get('content-type')
  const location = headers.get('location')
  const isEventStream = /^\s*text\/event-stream\s*(;|$)/i.test(type ?? '')
  if (status === 200 && isEventStream && response.body) return

  const fail = (code: SseErrorCode, details: string, properties?: SseErrorDetails) => {
    // A browser hides the status and the target of a redirect.
    const answer = `${request}: the server answered ${status || 'with a redirect'}`
    throw new SseError(code, answer + details, { status, headers, ...properties })
  }
  // [spec] 204 tells the client to stop reconnecting.
  if (status === 204) fail('ended', ', which ends the stream.')
  if (response.type === 'opaqueredirect' || (location && status >= 300 && status < 400))
    fail(
      'redirect',
      `, to ${location ?? 'a URL that the browser hides'}. It is not followed. Use that URL, or set redirect: 'follow'.`,
    )
  const body = await readExcerpt(response, clock)
  const excerpt = body && `: ${body.slice(0, 100).replaceAll(/\s+/g, ' ').trim()}`
  if (status === 200)
    fail('content-type', ` with content type ${type ?? 'none'} instead of text/event-stream${excerpt}`, {
      body,
    })
  fail('status', excerpt, { body, retryAfterMs: retryAfter(headers.get('retry-after'), clock) })
}

/** Reads the start of a rejected response's body. Stops at a limit of size and time. */
async function readExcerpt(response: Response, clock: Clock): Promise<string> {
  const reader = response.body?.getReader()
  if (!reader) return ''
  const cancel = () => void reader.cancel().catch(() => undefined)
  const clearTimer = clock.timer(cancel, EXCERPT_MS)
  const decoder = new TextDecoder()
  let text = ''
  try {
    for (let left = EXCERPT_BYTES; left > 0;) {
      const { value } = await reader.read()
      if (!value) break
      text += decoder.decode(value.subarray(0, left), { stream: true })
      left -= value.length
    }
  } catch {
    // The status is known, even if the body broke off.
  }
  clearTimer()
  cancel()
  return text
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

/** Creates the `network` error for an exception of `fetch` or of reading the body. */
export function networkError(url: string, cause: unknown): SseError {
  // Node puts the reason into the cause of its error.
  const { message, cause: inner } = cause as { message?: unknown; cause?: { message?: unknown } }
  const reason = String(inner?.message || message || cause)
  return new SseError('network', `${url}: the connection failed or broke off (${reason}).`, { cause })
}

// A header holds bytes, so an id with other characters is sent as UTF-8. [spec] 9.2.2
function toByteString(text: string): string {
  return String.fromCharCode(...new TextEncoder().encode(text))
}

/** Returns true if an id can be sent as a header; a hostile server may send one with control characters. */
export function isSendableId(id: string): boolean {
  // oxlint-disable-next-line no-control-regex
  return id !== '' && !/[\0-\x08\x0a-\x1f\x7f]/.test(id)
}
