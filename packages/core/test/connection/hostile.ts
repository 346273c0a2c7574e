import type { IncomingMessage, ServerResponse } from 'node:http'
import { type BaseServer, createBaseServer } from './base-server.ts'

/** A server that means no good, or is broken: what it does, and how many attempts a client may make in 15 seconds. */
export interface Hostile {
  readonly name: string
  readonly most: number
  /** With a socket that was just accepted; it is over then. */
  readonly greet?: true
  /** Nobody listens. */
  readonly refuses?: true
  handle?(request: IncomingMessage, response: ServerResponse): void
}

const stream = { 'content-type': 'text/event-stream' }
const always = (status: number, headers = {}, body = 'no') => ({
  handle: (_: IncomingMessage, response: ServerResponse) =>
    void response.writeHead(status, headers).end(body),
})
const says = (text: string) => always(200, stream, text)

/** Ends the socket in the middle of a response that has begun. */
const breaksOff = (text: string) => ({
  handle(request: IncomingMessage, response: ServerResponse) {
    response.writeHead(200, stream)
    response.write(text || ':')
    setImmediate(() => request.socket.resetAndDestroy())
  },
})

export const HOSTILE: readonly Hostile[] = [
  { name: 'nobody listens', most: 10, refuses: true },
  { name: 'accepts, and closes at once', most: 10, greet: true },
  {
    name: 'resets in the middle of the head',
    most: 10,
    handle: (request) => void request.socket.resetAndDestroy(),
  },
  { name: 'always 500', most: 10, ...always(500) },
  { name: 'always 503', most: 10, ...always(503) },
  { name: 'always 503, `Retry-After: 0`', most: 10, ...always(503, { 'retry-after': '0' }) },
  { name: 'always 503, `Retry-After: -1`', most: 10, ...always(503, { 'retry-after': '-1' }) },
  { name: 'always 503, `Retry-After: 5`', most: 10, ...always(503, { 'retry-after': '5' }) },
  {
    name: 'always 429, `Retry-After` of a thousand years',
    most: 1,
    ...always(429, { 'retry-after': '31536000000' }),
  },
  { name: 'always 408', most: 10, ...always(408) },
  { name: 'always 425', most: 10, ...always(425) },
  { name: '200, then ends', most: 10, ...says('') },
  { name: '200, a comment, then ends', most: 10, ...says(': hello\n\n') },
  { name: '200, an id without data, then ends', most: 10, ...says('id: 1\n\n') },
  { name: '200, half a message, then breaks off', most: 10, ...breaksOff('data: half') },
  { name: '200, then breaks off', most: 10, ...breaksOff('') },
  { name: '`retry: 0`, then ends', most: 10, ...says('retry: 0\n\n') },
  { name: '`retry: -5`, then ends', most: 10, ...says('retry: -5\n\n') },
  { name: '`retry: 50abc`, then ends', most: 10, ...says('retry: 50abc\n\n') },
  { name: '`retry: 999999999999999`, then ends', most: 1, ...says('retry: 999999999999999\n\n') },
  { name: '`retry: 2147483648`, then ends', most: 1, ...says('retry: 2147483648\n\n') },
  { name: 'a message, then ends', most: 15, ...says('data: x\n\n') },
  { name: 'a message and `retry: 0`, then ends', most: 15, ...says('retry: 0\ndata: x\n\n') },
  {
    name: 'a message with an id and `retry: 0`, then breaks off',
    most: 15,
    ...breaksOff('retry: 0\nid: 1\ndata: x\n\n'),
  },
  {
    name: 'a message and `retry: 0`, and 1 s later ends',
    most: 15,
    handle(_, response) {
      response.writeHead(200, stream)
      response.write('retry: 0\ndata: x\n\n')
      setTimeout(() => response.end(), 1.5 * IDLE_MS)
    },
  },
  { name: 'an id that no header can carry', most: 15, ...says('id: \u0001\u{1f30a}\ndata: x\n\n') },
  { name: 'an id in Chinese', most: 15, ...says('id: 消息\ndata: x\n\n') },
  { name: 'a redirect to itself, for ever', most: 10, ...always(302, { location: '/' }) },
  {
    name: 'a redirect to ever new addresses',
    most: 10,
    handle: (request, response) => void response.writeHead(307, { location: `${request.url}x` }).end(),
  },
  { name: 'a redirect to what is no address', most: 10, ...always(302, { location: 'http://[' }) },
  { name: 'a redirect without an address', most: 1, ...always(302) },
  {
    name: 'claims to be gzip, and is not',
    most: 10,
    ...always(200, { ...stream, 'content-encoding': 'gzip' }, 'data: x\n\n'),
  },
  {
    name: 'ends before the length that it named',
    most: 10,
    handle(_, response) {
      response.writeHead(200, { ...stream, 'content-length': '99' }).write('data: half')
      setImmediate(() => response.destroy())
    },
  },
  {
    name: 'is no HTTP server',
    most: 10,
    handle: (request) => void request.socket.end('220 mail.example.com ESMTP\r\n'),
  },
  { name: 'no answer', most: 10, handle: () => undefined },
  { name: '204', most: 1, ...always(204) },
  { name: '401', most: 1, ...always(401) },
  { name: '404', most: 1, ...always(404, stream) },
  { name: '410', most: 1, ...always(410) },
  { name: '200 with `text/html`', most: 1, ...always(200, { 'content-type': 'text/html' }) },
  { name: '206 with an event stream', most: 1, ...always(206, stream, 'data: x\n\n') },
]

/** After how long without anything to do a client's clock is set ahead by a second. */
export const IDLE_MS = 100

/** Starts a hostile server. */
export async function startHostile({ handle, greet, refuses }: Hostile): Promise<BaseServer> {
  const nothing = () => undefined
  const server = await createBaseServer(
    (request, response) => {
      response.setHeader('connection', 'close')
      ;(handle ?? nothing)(request, response)
    },
    greet && (() => true),
  )
  if (refuses) await server.close()
  return server
}
