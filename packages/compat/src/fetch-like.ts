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

/** Names of headers that `eventsource` passes, by their names in lower case. */
const NAMES: { readonly [name: string]: string } = {
  accept: 'Accept',
  'last-event-id': 'Last-Event-ID',
}

/** Adapts a {@link FetchLike} to the transport. */
export function adaptFetch(fetch: FetchLike): Fetch {
  return (url, init) => {
    const headers: { [name: string]: string } = {}
    new Headers(init?.headers).forEach((value, name) => (headers[NAMES[name] ?? name] = value))
    const response = fetch(url as string, { ...(init as object), mode: 'cors', headers } as FetchLikeInit)
    return response as Promise<Response>
  }
}
