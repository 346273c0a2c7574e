import type { Fetch } from '@headwater/core/transport'

/** The part of the global `fetch` that a stream needs. The `FetchLike` of the package `eventsource` is assignable to it. */
export type FetchLike = (url: string | URL, init: FetchLikeInit) => Promise<FetchLikeResponse>

/** Request options that a {@link FetchLike} is called with. */
export interface FetchLikeInit {
  /** All request headers, in an object that can be spread. */
  readonly headers: { [name: string]: string; Accept: 'text/event-stream' }
  readonly mode: 'cors'
  /** Set where there is a `window`, and with `withCredentials`. Some server runtimes reject the option. */
  readonly credentials?: 'include' | 'same-origin'
  readonly cache: 'no-store'
  readonly redirect: 'follow' | 'manual'
  readonly signal: AbortSignal
}

/** The part of a `Response` that a stream needs. */
export interface FetchLikeResponse {
  readonly status: number
  /** Final URL, after redirects. Default: the URL of the request. */
  readonly url: string
  readonly headers: { get(name: string): string | null }
  readonly body: { getReader(): ReaderLike } | Response['body'] | null
}

/** The part of a `ReadableStreamDefaultReader` that a stream needs. */
export interface ReaderLike {
  read(): Promise<{
    readonly done: boolean
    readonly value?: Uint8Array | DataView | ArrayBuffer | undefined
  }>
  cancel(): Promise<void>
}

/** Adapts a {@link FetchLike} to the transport. */
export function adaptFetch(fetch: FetchLike): Fetch {
  return ((url: string, init: RequestInit) => {
    const headers: { [name: string]: string } = {}
    // `eventsource` spells these two with capitals; a caller may replace them by name.
    new Headers(init.headers).forEach((value, name) => {
      headers[{ accept: 'Accept', 'last-event-id': 'Last-Event-ID' }[name] ?? name] = value
    })
    return fetch(url, { ...init, mode: 'cors', headers } as FetchLikeInit)
  }) as Fetch
}
