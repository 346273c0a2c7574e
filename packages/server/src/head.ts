/** Origins that may read a channel: all, one, several, or those for which a function returns true. */
export type AllowedOrigins = '*' | string | readonly string[] | ((origin: string) => boolean)

/** Cross-origin access, for clients on other origins. */
export interface CorsOptions {
  readonly origin: AllowedOrigins
  /** Allows cookies. Default false. */
  readonly credentials?: boolean
}

/** Parts of a request that an answer depends on. */
export interface RequestHead {
  readonly method: string
  /** URL, or its path and query. */
  readonly url: string
  readonly isHttp2: boolean
  header(name: string): string | undefined
}

/** Status and headers of a response. */
export interface ResponseHead {
  readonly status: number
  readonly headers: Record<string, string>
}

/** Returns the parts of a request that an answer depends on. */
export const fetchHead = ({ method, url, headers }: Request): RequestHead => ({
  method,
  url,
  isHttp2: false,
  header: (name) => headers.get(name) ?? undefined,
})

/** Returns the id that the client resumes from: of the header, or else of the query, which serves the first request of a native client. */
export const lastEventIdOf = ({ url, header }: RequestHead): string | undefined => {
  const query = url.indexOf('?')
  const id =
    header('last-event-id') || (query < 0 ? '' : new URLSearchParams(url.slice(query)).get('last_event_id'))
  return id || undefined
}

/** Returns the headers of an event stream. `gap` is undefined if the client has named no position. */
export const streamHeaders = (resume: string | undefined): Record<string, string> => ({
  'content-type': 'text/event-stream',
  'cache-control': 'no-store, no-transform',
  'x-accel-buffering': 'no',
  ...(resume && { 'sse-resume': resume, 'access-control-expose-headers': 'SSE-Resume' }),
})

/** Returns the headers that allow another origin to read the response. Without `cors`, none. */
export const corsHeaders = (
  { header }: RequestHead,
  cors: CorsOptions | undefined,
): Record<string, string> => {
  if (!cors) return {}
  const origin = header('origin')
  const vary = { vary: 'Origin' }
  if (origin === undefined || !allows(cors.origin, origin)) return vary
  return {
    ...vary,
    'access-control-allow-origin': cors.origin === '*' && !cors.credentials ? '*' : origin,
    ...(cors.credentials && { 'access-control-allow-credentials': 'true' }),
  }
}

const allows = (allowed: AllowedOrigins, origin: string): boolean =>
  typeof allowed === 'function' ? allowed(origin) : allowed === '*' || [allowed].flat().includes(origin)

/** Returns the answer to a preflight. A reconnect has one even if the first request had none: `Last-Event-ID` is not CORS-safelisted. */
export const preflight = (request: RequestHead, cors: CorsOptions | undefined): ResponseHead => ({
  status: 204,
  headers: {
    ...corsHeaders(request, cors),
    'access-control-allow-methods': 'GET, POST',
    'access-control-allow-headers': request.header('access-control-request-headers') ?? 'Last-Event-ID',
    'access-control-max-age': '7200',
    vary: 'Origin, Access-Control-Request-Headers',
  },
})

/** Returns the answer of a channel that cannot serve now. */
export const unavailable = (request: RequestHead, retryAfterS: number): ResponseHead => ({
  status: 503,
  headers: {
    'cache-control': 'no-store',
    'retry-after': String(retryAfterS),
    // [spec] HTTP/2 has no Connection header.
    ...(!request.isHttp2 && { connection: 'close' }),
  },
})

/** Returns headers of two sources. Their names are in lower case. The second one wins, except that both may expose headers. */
export const mergeHeaders = (
  one: Readonly<Record<string, string>>,
  other: Readonly<Record<string, string>> = {},
): Record<string, string> => {
  const merged = { ...one }
  for (const [key, value] of Object.entries(other)) {
    const name = key.toLowerCase()
    const before = merged[name]
    merged[name] = name.endsWith('-expose-headers') && before ? `${before}, ${value}` : value
  }
  return merged
}
