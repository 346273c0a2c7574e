import type { IncomingMessage, ServerResponse } from 'node:http'
import { type BaseServer, createBaseServer } from './base-server.ts'

/** A hostile or broken server. */
export interface HostileServer {
  readonly name: string
  /** Number of attempts that a client may make in 15 seconds. */
  readonly maxAttempts: number
  /** Closes each new socket. */
  readonly closesSockets?: true
  /** Does not listen at all. */
  readonly refuses?: true
  handle?(request: IncomingMessage, response: ServerResponse): void
}

const stream = { 'content-type': 'text/event-stream' }
const always = (status: number, headers = {}, body = 'no') => ({
  handle: (_: IncomingMessage, response: ServerResponse) =>
    void response.writeHead(status, headers).end(body),
})
const streams = (text: string) => always(200, stream, text)

/** Resets the socket in the middle of the response. */
const breaksOff = (text: string) => ({
  handle(request: IncomingMessage, response: ServerResponse) {
    response.writeHead(200, stream)
    response.write(text || ':')
    setImmediate(() => request.socket.resetAndDestroy())
  },
})

// docs/servers/protocol.md has a table row for each of these, with the same name.
export const HOSTILE_SERVERS: readonly HostileServer[] = [
  { name: 'refuses connections', maxAttempts: 10, refuses: true },
  { name: 'closes each connection immediately', maxAttempts: 10, closesSockets: true },
  {
    name: 'resets the connection after the request',
    maxAttempts: 10,
    handle: (request) => void request.socket.resetAndDestroy(),
  },
  { name: 'always 500', maxAttempts: 10, ...always(500) },
  { name: 'always 503', maxAttempts: 10, ...always(503) },
  { name: 'always 503, `Retry-After: 0`', maxAttempts: 10, ...always(503, { 'retry-after': '0' }) },
  { name: 'always 503, `Retry-After: -1`', maxAttempts: 10, ...always(503, { 'retry-after': '-1' }) },
  { name: 'always 503, `Retry-After: 5`', maxAttempts: 10, ...always(503, { 'retry-after': '5' }) },
  {
    name: 'always 429, `Retry-After` of a thousand years',
    maxAttempts: 1,
    ...always(429, { 'retry-after': '31536000000' }),
  },
  { name: 'always 408', maxAttempts: 10, ...always(408) },
  { name: 'always 425', maxAttempts: 10, ...always(425) },
  { name: '200, then ends', maxAttempts: 10, ...streams('') },
  { name: '200, a comment, then ends', maxAttempts: 10, ...streams(': hello\n\n') },
  { name: '200, an id without data, then ends', maxAttempts: 10, ...streams('id: 1\n\n') },
  { name: '200, half a message, then breaks off', maxAttempts: 10, ...breaksOff('data: half') },
  { name: '200, then breaks off', maxAttempts: 10, ...breaksOff('') },
  { name: '`retry: 0`, then ends', maxAttempts: 10, ...streams('retry: 0\n\n') },
  { name: '`retry: -5`, then ends', maxAttempts: 10, ...streams('retry: -5\n\n') },
  { name: '`retry: 50abc`, then ends', maxAttempts: 10, ...streams('retry: 50abc\n\n') },
  { name: '`retry: 999999999999999`, then ends', maxAttempts: 1, ...streams('retry: 999999999999999\n\n') },
  { name: '`retry: 2147483648`, then ends', maxAttempts: 1, ...streams('retry: 2147483648\n\n') },
  { name: 'a message, then ends', maxAttempts: 15, ...streams('data: x\n\n') },
  { name: 'a message and `retry: 0`, then ends', maxAttempts: 15, ...streams('retry: 0\ndata: x\n\n') },
  {
    name: 'a message with an id and `retry: 0`, then breaks off',
    maxAttempts: 15,
    ...breaksOff('retry: 0\nid: 1\ndata: x\n\n'),
  },
  {
    name: 'a message and `retry: 0`, then ends after 1 s',
    maxAttempts: 15,
    handle(_, response) {
      response.writeHead(200, stream)
      response.write('retry: 0\ndata: x\n\n')
      setTimeout(() => response.end(), 1.5 * IDLE_MS)
    },
  },
  {
    name: 'an id that is not a valid header value',
    maxAttempts: 15,
    ...streams('id: \u0001\u{1f30a}\ndata: x\n\n'),
  },
  { name: 'an id in Chinese', maxAttempts: 15, ...streams('id: 消息\ndata: x\n\n') },
  { name: 'an endless redirect to itself', maxAttempts: 10, ...always(302, { location: '/' }) },
  {
    name: 'an endless chain of redirects',
    maxAttempts: 10,
    handle: (request, response) => void response.writeHead(307, { location: `${request.url}x` }).end(),
  },
  { name: 'a redirect to an invalid URL', maxAttempts: 10, ...always(302, { location: 'http://[' }) },
  { name: 'a redirect without `Location`', maxAttempts: 1, ...always(302) },
  {
    name: 'invalid gzip content',
    maxAttempts: 10,
    ...always(200, { ...stream, 'content-encoding': 'gzip' }, 'data: x\n\n'),
  },
  {
    name: 'ends before its `Content-Length`',
    maxAttempts: 10,
    handle(_, response) {
      response.writeHead(200, { ...stream, 'content-length': '99' }).write('data: half')
      setImmediate(() => response.destroy())
    },
  },
  {
    name: 'does not speak HTTP',
    maxAttempts: 10,
    handle: (request) => void request.socket.end('220 mail.example.com ESMTP\r\n'),
  },
  { name: 'no answer', maxAttempts: 10, handle: () => undefined },
  { name: '204', maxAttempts: 1, ...always(204) },
  { name: '401', maxAttempts: 1, ...always(401) },
  { name: '404', maxAttempts: 1, ...always(404, stream) },
  { name: '410', maxAttempts: 1, ...always(410) },
  { name: '200 with `text/html`', maxAttempts: 1, ...always(200, { 'content-type': 'text/html' }) },
  { name: '206 with an event stream', maxAttempts: 1, ...always(206, stream, 'data: x\n\n') },
]

/** Real time without activity after which a test advances the client's clock by a second, in milliseconds. */
export const IDLE_MS = 100

export async function startHostileServer({
  handle,
  closesSockets,
  refuses,
}: HostileServer): Promise<BaseServer> {
  const ignore = () => undefined
  const server = await createBaseServer(
    (request, response) => {
      response.setHeader('connection', 'close')
      ;(handle ?? ignore)(request, response)
    },
    closesSockets && (() => true),
  )
  if (refuses) await server.close()
  return server
}
