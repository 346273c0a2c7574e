import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** Two origins with the same routes. The first one also serves the files of a test. */
export interface PlatformServer {
  readonly home: string
  readonly otherOrigin: string
  close(): Promise<void>
}

export interface File {
  readonly type: string
  readonly body: string
}

type Route = (request: IncomingMessage, response: ServerResponse, query: URLSearchParams) => unknown

const stream = { 'content-type': 'text/event-stream' }

/** Number of requests with each `key`. */
const requestCounts = new Map<string, number>()
const preflights = new Map<string, string>()

function count(query: URLSearchParams): number {
  const key = query.get('key') ?? ''
  const before = requestCounts.get(key) ?? 0
  requestCounts.set(key, before + 1)
  return before
}

/** Decodes a header as UTF-8. Node decodes headers as Latin-1. */
const decodeUtf8 = (header: string | string[] | undefined) =>
  Buffer.from(String(header ?? ''), 'latin1').toString()

const routes: Record<string, Route> = {
  '/stream': (_, response, query) =>
    response
      .writeHead(200, { 'content-type': query.get('type') ?? 'text/event-stream' })
      .end((query.get('text') ?? 'data: data') + (query.get('end') ?? '\n\n')),
  // Stays open until the client disconnects.
  '/open-stream': (_, response, query) => {
    response.writeHead(200, stream)
    response.write(query.get('text') ?? 'data: data\n\n')
  },
  // Sends no response.
  '/no-response': () => undefined,
  '/status': (_, response, query) =>
    response.writeHead(Number(query.get('status')), stream).end('data: data\n\n'),
  '/redirect': (_, response, query) =>
    response.writeHead(Number(query.get('status') ?? 302), { location: query.get('to') ?? '/stream' }).end(),
  '/headers': ({ headers }, response, query) =>
    response.writeHead(200, stream).end(`data: ${String(headers[query.get('name')!] ?? 'none')}\n\n`),
  // Sends an ID on the first connection, and the Last-Event-ID of the client on each later one.
  '/id': ({ headers }, response, query) => {
    const last = decodeUtf8(headers['last-event-id'])
    const first = `id: ${query.get('id') ?? '…'}\nretry: 50\ndata: hello\n\n`
    response.writeHead(200, stream).end(last ? `data: ${last}\n\n` : first)
  },
  // Sends one of the texts on each connection, then status 204.
  '/sequence': (_, response, query) => {
    const texts = query.getAll('text')
    const text = texts[count(query)]
    if (text === undefined) return response.writeHead(204).end()
    return response.writeHead(200, stream).end(text)
  },
  '/cookie': ({ headers }, response, query) => {
    const key = query.get('key')!
    const hasCookie = headers.cookie?.includes(`${key}=yes`)
    const text = `retry: 50\ndata: ${count(query) === 0 ? 'first' : 'second'} ${hasCookie ? 'cookie' : 'none'}\n\n`
    response.writeHead(200, { ...stream, 'set-cookie': `${key}=yes; path=/` }).end(text)
  },
  '/preflight': ({ headers, method }, response, query) => {
    const key = query.get('key')!
    if (method === 'OPTIONS') {
      preflights.set(key, String(headers['access-control-request-headers']))
      return response.writeHead(204).end()
    }
    const last = headers['last-event-id']
    const message = last && `event: ${preflights.get(key) ?? 'none'}\ndata: ${String(last)}\n\n`
    return response
      .writeHead(200, stream)
      .end(message ?? `id: ${query.get('id')!}\nretry: 50\ndata: first\n\n`)
  },
}

async function listen(files: Readonly<Record<string, File>>, allowOrigins: boolean) {
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url!, 'http://localhost')
    response.on('error', () => undefined)
    const file = files[pathname]
    if (file) return void response.writeHead(200, { 'content-type': file.type }).end(file.body)
    const { origin } = request.headers
    const allowed = searchParams.get('allow') ?? origin
    if (allowOrigins && origin && allowed !== 'none') {
      response.setHeader('access-control-allow-origin', allowed!)
      response.setHeader('access-control-allow-credentials', 'true')
      response.setHeader('access-control-allow-headers', 'last-event-id')
    }
    const route = routes[`/${pathname.split('/').at(-1)!}`]
    if (route) route(request, response, searchParams)
    else response.writeHead(404).end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

/** Starts both origins on the loopback interface. */
export async function startPlatformServer(
  files: Readonly<Record<string, File>> = {},
): Promise<PlatformServer> {
  const [home, otherOrigin] = await Promise.all([listen(files, true), listen({}, true)])
  return {
    home: home.origin,
    otherOrigin: otherOrigin.origin,
    close: async () => void (await Promise.all([home.close(), otherOrigin.close()])),
  }
}
