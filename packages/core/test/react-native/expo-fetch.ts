import type { NativeRealm } from './globals.ts'

/** The request that the native side gets. */
export interface NativeRequest {
  readonly credentials: string
  readonly headers: { readonly [name: string]: string }
  readonly method: string
  readonly redirect: RequestRedirect
}

interface ExpoInit {
  readonly method?: string
  readonly headers?: { forEach(callback: (value: string, name: string) => void): void }
  readonly body?: string | { readonly parts: readonly string[]; readonly type: string }
  readonly credentials?: string
  readonly redirect?: RequestRedirect
  readonly signal?: AbortSignal
}

export type ExpoFetch = (url: string, init?: ExpoInit) => Promise<unknown>

/**
 * Creates a `fetch` with the contract of `expo/fetch`, over real sockets.
 *
 * - The body is a web stream of `Uint8Array`, read lazily, for every status. The response has the type `default`.
 * - `same-origin` means `include`, which is the default. There is no `cache`. A redirect is followed, refused, or with `manual`
 *   returned with its status and its headers.
 * - A failure is a `FetchError`, whose message begins with `fetch failed:`. An abort rejects the pending read with its reason; before
 *   Expo 58 that read never settled.
 */
export function createExpoFetch(
  realm: NativeRealm,
  { requests = [] as NativeRequest[], abortedReadHangs = false } = {},
): ExpoFetch {
  const failure = (error: unknown) => {
    const { message, cause } = error as Error
    return new realm.Error(`fetch failed: ${(cause as Error | undefined)?.message ?? message}`)
  }
  return async (url, init = {}) => {
    const { body, signal, method = 'GET', redirect = 'follow', credentials = 'include' } = init
    const headers: { [name: string]: string } = {}
    init.headers?.forEach((value, name) => void (headers[name] = value))
    if (body && typeof body === 'object' && !headers['content-type']) headers['content-type'] = body.type
    requests.push({
      method,
      headers,
      redirect,
      credentials: credentials === 'same-origin' ? 'include' : credentials,
    })
    const native = new AbortController()
    signal?.addEventListener('abort', () => native.abort())
    const text = typeof body === 'object' ? body.parts.join('') : body
    const response = await fetch(url, {
      ...{ method, headers, redirect, signal: native.signal },
      ...(text !== undefined && { body: text }),
    }).catch((error: unknown) => {
      throw failure(error)
    })
    return wrap(response, realm, signal, abortedReadHangs, failure)
  }
}

function wrap(
  response: Response,
  realm: NativeRealm,
  signal: AbortSignal | undefined,
  abortedReadHangs: boolean,
  failure: (error: unknown) => Error,
) {
  const reader = response.body?.getReader()
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const chunk = await reader?.read()
          // The bytes belong to the realm of the app.
          if (chunk?.value) controller.enqueue(new realm.Uint8Array(chunk.value))
          else controller.close()
        } catch (error) {
          if (signal?.aborted && abortedReadHangs) return new Promise(() => {})
          controller.error(signal?.aborted ? signal.reason : failure(error))
        }
        return undefined
      },
      cancel: () => reader?.cancel(),
    },
    { highWaterMark: 0 },
  )
  const { status, statusText, url, redirected } = response
  const headers = new (realm as unknown as { Headers: new (init: [string, string][]) => Headers }).Headers([
    ...response.headers,
  ])
  return { type: 'default', status, statusText, url, redirected, headers, body, ok: response.ok }
}
