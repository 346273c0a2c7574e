import { SseError } from '../errors.ts'
import { type AttemptContext, resolveOption } from '../options.ts'
import type { ConnectionOptions, PerAttempt, StreamUrl } from '../options.ts'
import type { Clock } from '../platform/clock.ts'
import type { Page } from '../platform/page.ts'
import { type Continuity, continuityOf } from './continuity.ts'
import type { RelayTransport } from './relay.ts'
import { networkError, type openTransport } from './transport.ts'
import { checkUrl, redactUrl } from './url.ts'

/** Longest time that chunks may keep a page from painting, in milliseconds. */
const MAX_BUSY_MS = 8

/** Input of one attempt, and its callbacks. None of the callbacks may throw, except `onChunk`, which fails the attempt. */
export interface Attempt {
  readonly context: AttemptContext
  readonly url: () => StreamUrl
  readonly options: () => ConnectionOptions
  readonly resolveHeaders: (
    headers: PerAttempt<HeadersInit | undefined>,
    context: AttemptContext,
  ) => Promise<HeadersInit | undefined>
  readonly signal: AbortSignal
  readonly clock: Clock
  readonly page: Page
  /** Opens the transport. */
  readonly open: (...parameters: Parameters<typeof openTransport>) => Promise<RelayTransport>
  /** Called with the URL before the request is sent. */
  onRequest(url: string): void
  /** Called when the server has accepted the request, with its answer to the id that was sent, if it gave one. */
  onAccepted(continuity: Continuity | undefined): void
  /** Called with each chunk. Reading continues when the promise that it returns has settled. */
  onChunk(chunk: Uint8Array | string): PromiseLike<unknown> | undefined
  /** Called before and after waiting for such a promise. */
  onBackpressure(active: boolean): void
}

/** Runs one attempt. Resolves with the error that ended it, or with `undefined` after an abort. */
export async function runAttempt(attempt: Attempt): Promise<SseError | undefined> {
  const { signal, page } = attempt
  let address = 'The stream'
  let pageUrl: string | undefined
  try {
    // An abort in the same task must not call functions given as options.
    await undefined
    if (signal.aborted) return undefined
    const { context, options } = attempt
    const [url, headers, body] = await Promise.all([
      resolveOption('url', attempt.url(), context),
      attempt.resolveHeaders(options().headers, context),
      resolveOption('body', options().body, context),
    ])
    if (signal.aborted) return undefined
    pageUrl = page.address()
    address = checkUrl(url, pageUrl)
    attempt.onRequest(address)
    const { lastEventId } = context
    const request = { ...options(), url: address, headers, body, lastEventId }
    const { read, response } = await attempt.open(request, signal, attempt.clock)
    if (signal.aborted) return undefined
    // A browser hides a response that CORS refuses, so what follows is no matter of CORS.
    pageUrl = undefined
    attempt.onAccepted(continuityOf(response.headers, lastEventId))
    await readChunks(read, attempt)
    if (signal.aborted) return undefined
    return new SseError('ended', `${redactUrl(address)}: the server ended the response`)
  } catch (error) {
    if (error instanceof SseError) return error
    return networkError(address, error, pageUrl, attempt.context.lastEventId)
  }
}

/** Reads until the response ends or the attempt is aborted. */
async function readChunks(
  read: RelayTransport['read'],
  { signal, clock, page, onChunk, onBackpressure }: Attempt,
): Promise<void> {
  for (let busyMs = 0; ;) {
    // Buffered data is read without a task in between, however much it is, so the page could not paint.
    if (busyMs >= MAX_BUSY_MS) {
      await page.pause?.()
      busyMs = 0
    }
    const chunk = await read()
    if (signal.aborted || !chunk) return
    const start = clock.monotonic()
    const waitFor = onChunk(chunk)
    busyMs += clock.monotonic() - start
    if (!waitFor) continue
    onBackpressure(true)
    await waitFor
    onBackpressure(false)
  }
}
