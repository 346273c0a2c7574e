import { settle } from './fake-clock.ts'
import { defineMissingGlobals } from './web-globals.ts'

/** A request that a {@link FakeServer} received, with methods to answer it. */
export interface FakeRequest {
  /** URL as the client passed it to `fetch`. */
  readonly url: string
  /** HTTP method. Default `GET`. */
  readonly method: string
  readonly headers: Headers
  readonly body: BodyInit | null | undefined
  /** True from the accepted response until its end; false before it, and once the client has aborted. */
  readonly open: boolean
  /** True if the client aborted the request, before the response or during it. */
  readonly aborted: boolean
  /**
   * Answers with status 200 and an event stream that stays open.
   *
   * @throws Error if the request is already answered or aborted.
   */
  accept(headers?: HeadersInit): Promise<void>
  /**
   * Answers with a status and a complete body. Default body: empty.
   *
   * @throws Error if the request is already answered or aborted.
   */
  refuse(status: number, headers?: HeadersInit, body?: string): Promise<void>
  /** Sends text or bytes as one chunk; accepts the request first if it is unanswered. Does nothing after the end. */
  send(chunk: string | Uint8Array): Promise<void>
  /** Ends the response; accepts the request first if it is unanswered. */
  end(): Promise<void>
  /** Breaks the connection, before the response or during it. */
  fail(): Promise<void>
}

/** A server in memory. Its promises fulfil once the client has handled the result. */
export interface FakeServer {
  /** Pass it to a stream as the option `fetch`. */
  readonly fetch: typeof fetch
  /** All requests so far, in order. */
  readonly requests: readonly FakeRequest[]
  /** Number of open connections, with or without a response. */
  readonly connections: number
  /** Returns the next request in order, or waits for it. Each call returns another request. */
  nextRequest(): Promise<FakeRequest>
}

/**
 * Creates a server for tests. In Jest's jsdom environment, it also defines `Response`, `ReadableStream`, `TextDecoder` and
 * `TextEncoder`, which are missing there.
 *
 * @example
 * ```ts
 * import { createEventStream } from '@headwater/core'
 * import { createFakeServer } from '@headwater/core/testing'
 *
 * const server = createFakeServer()
 * const stream = createEventStream('https://example.com/news', { fetch: server.fetch })
 * stream.onMessage((message) => console.log(message.data))
 * const request = await server.nextRequest()
 * await request.send('id: 1\ndata: hello\n\n')
 * ```
 */
export function createFakeServer(): FakeServer {
  defineMissingGlobals()
  const requests: FakeRequest[] = []
  /** Calls of `nextRequest` that wait for a request. */
  const waiters: ((request: FakeRequest) => void)[] = []
  /** Number of requests that `nextRequest` has returned. */
  let taken = 0
  let connections = 0

  function receive(input: string | URL | Request, init: RequestInit = {}): Promise<Response> {
    return new Promise((resolve, reject) => {
      const request = createFakeRequest(input, init, { resolve, reject, onEnd: () => connections-- })
      connections++
      requests.push(request)
      const waiter = waiters.shift()
      if (!waiter) return
      taken++
      waiter(request)
    })
  }

  return {
    fetch: receive as typeof fetch,
    requests,
    get connections() {
      return connections
    },
    nextRequest() {
      const request = requests[taken]
      if (!request) return new Promise((resolve) => waiters.push(resolve))
      taken++
      return Promise.resolve(request)
    },
  }
}

function createFakeRequest(
  input: string | URL | Request,
  init: RequestInit,
  callbacks: ConnectionCallbacks,
): FakeRequest {
  const { signal, method = 'GET', body } = init
  const headers = new Headers(init.headers)
  const url = typeof input === 'object' && 'url' in input ? input.url : String(input)
  const connection = new FakeConnection(url, callbacks)
  const request: FakeRequest = {
    url,
    method,
    headers,
    body,
    get open() {
      return connection.state === 'open'
    },
    get aborted() {
      return connection.state === 'aborted'
    },
    accept: (headers) => connection.accept(headers),
    refuse(status, headers, content = '') {
      // A response with one of these statuses must not have a body.
      const isBodiless = status === 204 || status === 205 || status === 304
      // Firefox reads text in tasks of its own, and a stream in microtasks.
      const stream = new ReadableStream<Uint8Array>({
        start(controller) {
          if (content) controller.enqueue(encode(content))
          controller.close()
        },
      })
      const settled = connection.respond(status, headers, isBodiless ? null : stream)
      connection.finish('ended')
      return settled
    },
    async send(chunk) {
      if (connection.state === 'pending') await request.accept()
      if (connection.state !== 'open') return
      connection.stream?.enqueue(typeof chunk === 'string' ? encode(chunk) : chunk)
      await settle()
    },
    async end() {
      if (connection.state === 'pending') await request.accept()
      if (connection.state === 'open') connection.stream?.close()
      connection.finish('ended')
      await settle()
    },
    async fail() {
      connection.break(new TypeError('fetch failed'), 'ended')
      await settle()
    },
  }
  const onAbort = () => connection.break(signal?.reason, 'aborted')
  if (signal?.aborted) onAbort()
  else signal?.addEventListener('abort', onAbort, { once: true })
  return request
}

const encode = (text: string) => new TextEncoder().encode(text)

interface ConnectionCallbacks {
  /** Fulfils the promise that `fetch` returned. */
  resolve(response: Response): void
  /** Rejects the promise that `fetch` returned. */
  reject(reason: unknown): void
  /** Called once, when the client or the server ends the connection. */
  onEnd(): void
}

class FakeConnection {
  state: 'pending' | 'open' | 'ended' | 'aborted' = 'pending'
  /** Body of the accepted response. */
  stream: ReadableStreamDefaultController<Uint8Array> | undefined
  #url: string
  #callbacks: ConnectionCallbacks

  constructor(url: string, callbacks: ConnectionCallbacks) {
    this.#url = url
    this.#callbacks = callbacks
  }

  accept(headers: HeadersInit | undefined): Promise<void> {
    const allHeaders = new Headers(headers)
    if (!allHeaders.has('content-type')) allHeaders.set('content-type', 'text/event-stream')
    const content = new ReadableStream<Uint8Array>({
      start: (controller) => void (this.stream = controller),
      cancel: () => this.finish('aborted'),
    })
    const settled = this.respond(200, allHeaders, content)
    this.state = 'open'
    return settled
  }

  respond(status: number, headers: HeadersInit | undefined, content: BodyInit | null): Promise<void> {
    if (this.state !== 'pending')
      throw new Error(`Cannot answer the request to ${this.#url}: it is already ${this.state}.`)
    this.#callbacks.resolve(new Response(content, headers ? { status, headers } : { status }))
    return settle()
  }

  /** Fails the request or the response with `reason`. */
  break(reason: unknown, next: 'ended' | 'aborted'): void {
    if (this.state === 'pending') this.#callbacks.reject(reason)
    else if (this.state === 'open') this.stream?.error(reason)
    this.finish(next)
  }

  finish(next: 'ended' | 'aborted'): void {
    if (this.state === 'pending' || this.state === 'open') this.#callbacks.onEnd()
    this.state = next
  }
}
