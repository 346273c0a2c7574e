import { type Clock, MAX_TIMER_MS, msUntil } from '../platform/clock.ts'
import { SseError, type SseErrorCode, type SseErrorDetails } from '../errors.ts'

/** What sends requests. */
export type Fetch = typeof fetch

/**
 * Which redirects are followed. Across origins `fetch` itself leaves `Authorization` behind, but takes every other header
 * and the body along.
 *
 * - `'safe'`: all, unless the request has a body or a header that would be given to a stranger; then none.
 * - `'follow'`: all.
 * - `'error'`: none.
 */
export type RedirectRule = 'safe' | 'follow' | 'error'

/** One request, every option of it resolved. */
export interface TransportRequest {
  /** Absolute. */
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
  /** Judges the response in our stead: one that it does not throw at is read, whatever it is. */
  readonly judge?: ((response: Response) => unknown) | undefined
}

/** A response that was judged to be an event stream. */
export interface Transport {
  readonly response: Response
  /** The next bytes; `undefined` once the server has ended the response. */
  readonly read: () => Promise<Uint8Array | undefined>
}

/** The headers that no stranger can make use of, and the one that `fetch` itself keeps from them. */
const HARMLESS = /^(accept|accept-language|authorization|cache-control|content-type|last-event-id)$/

/** How much is read at once, in bytes: a browser has up to 2 MiB waiting for a slow reader. */
const PIECE_BYTES = 65_536

/** How much of the body of a refusal an error carries, in bytes, and how long that may take to come. */
const EXCERPT_BYTES = 4_096
const EXCERPT_MS = 1_000

/**
 * Sends a request and judges the response: its status and its content type are judged here and nowhere else.
 *
 * [spec] 9.2.2, the EventSource interface: the request's headers and cache mode, and what a response must be.
 *
 * @throws SseError `status`, `content-type`, `redirect`, or `ended` (204); what is no SseError says that the connection is
 * {@link broken}, also when reading.
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
  if (canBeSent(lastEventId)) headers.set('last-event-id', utf8(lastEventId))

  const harmless = body == null && [...headers.keys()].every((name) => HARMLESS.test(name))
  const follows = redirect === 'follow' || (redirect === 'safe' && harmless)
  const init: RequestInit = {
    method,
    headers,
    cache: 'no-store',
    // A redirect that fetch itself refuses could not be told from a network that failed.
    redirect: follows ? 'follow' : 'manual',
    signal,
  }
  if (body != null) init.body = body
  // Some servers' runtimes know no cookies, and refuse even the default.
  if (credentials) init.credentials = credentials
  const response = await send(url, init)
  await (request.judge ?? judge)(response, `${method} ${url}`, clock)
  const reader = response.body?.getReader()
  // Deno keeps the socket of a body that nobody reads until it is cancelled, and a `fetch` of one's own may not heed the signal.
  const cancel = () => void reader?.cancel().catch(() => undefined)
  if (signal.aborted) cancel()
  signal.addEventListener('abort', cancel)
  let rest: Uint8Array | undefined
  return {
    response,
    async read() {
      const piece = rest?.length ? rest : (await reader?.read())?.value
      rest = piece?.subarray(PIECE_BYTES)
      return piece?.subarray(0, PIECE_BYTES)
    },
  }
}

/** Refuses what is no event stream. */
async function judge(response: Response, request: string, clock: Clock): Promise<void> {
  const { status, headers } = response
  const type = headers.get('content-type')
  const location = headers.get('location')
  const streams = /^\s*text\/event-stream\s*(;|$)/i.test(type ?? '')
  if (status === 200 && streams && response.body) return

  const fail = (code: SseErrorCode, why: string, details?: SseErrorDetails) => {
    // A browser tells neither where a redirect leads nor with which status.
    const answer = `The server answered ${status || 'a redirect'} to ${request}`
    throw new SseError(code, answer + why, { status, headers, ...details })
  }
  // [spec] 204 is the server's way to say stop.
  if (status === 204) fail('ended', ': no more to say.')
  if (response.type === 'opaqueredirect' || (location && status >= 300 && status < 400))
    fail(
      'redirect',
      `: a redirect to ${location ?? 'elsewhere'}, which is not followed. Ask there, or set redirect: 'follow'.`,
    )
  const body = await excerpt(response, clock)
  const start = body && `: ${body.slice(0, 100).replaceAll(/\s+/g, ' ').trim()}`
  if (status === 200)
    fail('content-type', ` with content type ${type ?? 'none'}, not text/event-stream${start}`, { body })
  fail('status', start, { body, retryAfterMs: retryAfter(headers.get('retry-after'), clock) })
}

/** The start of a refusal's body. What is slow or endless is cut short. */
async function excerpt(response: Response, clock: Clock): Promise<string> {
  const reader = response.body?.getReader()
  if (!reader) return ''
  const giveUp = () => void reader.cancel().catch(() => undefined)
  const stop = clock.timer(giveUp, EXCERPT_MS)
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
    // A refusal that broke off is still a refusal.
  }
  stop()
  giveUp()
  return text
}

/** Milliseconds from a number of seconds or a date; `undefined` for anything else. */
function retryAfter(value: string | null, clock: Clock): number | undefined {
  if (!value) return undefined
  const ms = value.endsWith('GMT')
    ? msUntil(value, clock.now())
    : /\D/.test(value)
      ? -1
      : Number(value) * 1_000
  return ms >= 0 ? Math.min(ms, MAX_TIMER_MS) : undefined
}

/** What went wrong with a request, where the server has not said it. */
export function broken(what: string, cause: unknown): SseError {
  // Node hides the reason one level down.
  const { message, cause: deeper } = cause as { message?: unknown; cause?: { message?: unknown } }
  const why = String(deeper?.message || message || cause)
  return new SseError('network', `${what}: the connection failed or broke off (${why}).`, { cause })
}

// A header holds bytes: an id in Chinese crosses as UTF-8. [spec] 9.2.2
function utf8(text: string): string {
  return String.fromCharCode(...new TextEncoder().encode(text))
}

/** Whether an id can cross as a header at all; a hostile server may send one with control characters. */
export function canBeSent(id: string): boolean {
  // oxlint-disable-next-line no-control-regex
  return id !== '' && !/[\0-\x08\x0a-\x1f\x7f]/.test(id)
}
