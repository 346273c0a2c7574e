import { settle } from './fake-clock.ts'

/** A request that reached a fake server, and the ways to answer it. */
export interface FakeRequest {
  readonly url: string
  readonly method: string
  readonly headers: Headers
  readonly body: BodyInit | null | undefined
  /** Whether the client holds the connection: not before the answer, not after its end. */
  readonly open: boolean
  /** Whether the client gave the request up, before the answer or after it. */
  readonly aborted: boolean
  /** Answers 200 with an event stream that stays open. */
  accept(headers?: HeadersInit): Promise<void>
  /** Answers with a status, and a body that ends. */
  refuse(status: number, headers?: HeadersInit, body?: string): Promise<void>
  /** Sends text or bytes as they are; accepts first if need be. */
  send(chunk: string | Uint8Array): Promise<void>
  /** Ends the answer as a server does that has finished. */
  end(): Promise<void>
  /** Breaks the connection off, before the answer or in the middle of it. */
  fail(): Promise<void>
}

/** A server in memory. Every promise resolves when the client has dealt with what was done. */
export interface FakeServer {
  /** To give to a stream as its `fetch`. */
  readonly fetch: typeof fetch
  /** Every request so far, in order. */
  readonly requests: readonly FakeRequest[]
  /** How many connections clients hold, answered or not. */
  readonly connections: number
  /** The next request that nobody has asked for yet. */
  nextRequest(): Promise<FakeRequest>
}

/**
 * Makes a server for tests.
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
  const requests: FakeRequest[] = []
  const askers: ((request: FakeRequest) => void)[] = []
  let asked = 0
  let connections = 0

  function receive(input: string | URL | Request, init: RequestInit = {}): Promise<Response> {
    const { signal, method = 'GET', body } = init
    return new Promise((resolve, reject) => {
      let controller: ReadableStreamDefaultController<Uint8Array> | undefined
      let state: 'asked' | 'open' | 'over' | 'aborted' = 'asked'
      const leave = (next: 'over' | 'aborted') => {
        if (state === 'asked' || state === 'open') connections--
        state = next
      }
      const abort = () => {
        if (state === 'asked') reject(signal?.reason)
        else if (state === 'open') controller?.error(signal?.reason)
        leave('aborted')
      }
      const answer = (status: number, headers: HeadersInit | undefined, content: BodyInit | null) => {
        if (state !== 'asked') throw new Error(`this request is ${state} already: it cannot be answered`)
        resolve(new Response(content, headers ? { status, headers } : { status }))
        return settle()
      }
      const request: FakeRequest = {
        url: String(input instanceof Request ? input.url : input),
        method,
        headers: new Headers(init.headers),
        body,
        get open() {
          return state === 'open'
        },
        get aborted() {
          return state === 'aborted'
        },
        accept(headers) {
          const all = new Headers(headers)
          if (!all.has('content-type')) all.set('content-type', 'text/event-stream')
          const content = new ReadableStream<Uint8Array>({
            start: (given) => void (controller = given),
            cancel: () => leave('aborted'),
          })
          const answered = answer(200, all, content)
          state = 'open'
          return answered
        },
        refuse(status, headers, content = '') {
          const empty = status === 204 || status === 205 || status === 304
          const answered = answer(status, headers, empty ? null : content)
          leave('over')
          return answered
        },
        async send(chunk) {
          if (state === 'asked') await request.accept()
          if (state !== 'open') return
          controller?.enqueue(typeof chunk === 'string' ? new TextEncoder().encode(chunk) : chunk)
          await settle()
        },
        async end() {
          if (state === 'asked') await request.accept()
          if (state === 'open') controller?.close()
          leave('over')
          await settle()
        },
        async fail() {
          const reason = new TypeError('fetch failed')
          if (state === 'asked') reject(reason)
          else if (state === 'open') controller?.error(reason)
          leave('over')
          await settle()
        },
      }
      connections++
      requests.push(request)
      if (signal?.aborted) abort()
      else signal?.addEventListener('abort', abort, { once: true })
      const asker = askers.shift()
      if (asker) {
        asked++
        asker(request)
      }
    })
  }

  return {
    fetch: receive as typeof fetch,
    requests,
    get connections() {
      return connections
    },
    nextRequest() {
      const request = requests[asked]
      if (!request) return new Promise((resolve) => askers.push(resolve))
      asked++
      return Promise.resolve(request)
    },
  }
}
