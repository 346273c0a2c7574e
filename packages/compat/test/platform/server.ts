import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** Two origins with the same answers, and pages of one of them that a test brings. */
export interface PlatformServer {
  readonly home: string
  readonly stranger: string
  close(): Promise<void>
}

export interface File {
  readonly type: string
  readonly body: string
}

type Answer = (request: IncomingMessage, response: ServerResponse, query: URLSearchParams) => unknown

const stream = { 'content-type': 'text/event-stream' }

/** How often each `key` was asked for, over all of its requests. */
const counts = new Map<string, number>()
const preflights = new Map<string, string>()

function count(query: URLSearchParams): number {
  const key = query.get('key') ?? ''
  const before = counts.get(key) ?? 0
  counts.set(key, before + 1)
  return before
}

/** A header holds bytes, which mean UTF-8 here. */
const utf8 = (header: string | string[] | undefined) => Buffer.from(String(header ?? ''), 'latin1').toString()

const answers: Record<string, Answer> = {
  '/say': (_, response, query) =>
    response
      .writeHead(200, { 'content-type': query.get('type') ?? 'text/event-stream' })
      .end((query.get('text') ?? 'data: data') + (query.get('end') ?? '\n\n')),
  // Open for as long as its client wants.
  '/stay': (_, response, query) => {
    response.writeHead(200, stream)
    response.write(query.get('text') ?? 'data: data\n\n')
  },
  // Answers nothing, not even a status.
  '/silent': () => undefined,
  '/status': (_, response, query) =>
    response.writeHead(Number(query.get('status')), stream).end('data: data\n\n'),
  '/redirect': (_, response, query) =>
    response.writeHead(Number(query.get('status') ?? 302), { location: query.get('to') ?? '/say' }).end(),
  '/headers': ({ headers }, response, query) =>
    response.writeHead(200, stream).end(`data: ${String(headers[query.get('name')!] ?? 'none')}\n\n`),
  // What was said first, and to each who comes back the id that it brought.
  '/id': ({ headers }, response, query) => {
    const last = utf8(headers['last-event-id'])
    const first = `id: ${query.get('id') ?? '…'}\nretry: 50\ndata: hello\n\n`
    response.writeHead(200, stream).end(last ? `data: ${last}\n\n` : first)
  },
  // One message after another, a connection for each; then what ends it.
  '/one-by-one': (_, response, query) => {
    const texts = query.getAll('text')
    const text = texts[count(query)]
    if (text === undefined) return response.writeHead(204).end()
    return response.writeHead(200, stream).end(text)
  },
  '/cookie': ({ headers }, response, query) => {
    const key = query.get('key')!
    const knows = headers.cookie?.includes(`${key}=yes`)
    const text = `retry: 50\ndata: ${count(query) === 0 ? 'first' : 'second'} ${knows ? 'cookie' : 'none'}\n\n`
    response.writeHead(200, { ...stream, 'set-cookie': `${key}=yes; path=/` }).end(text)
  },
  '/preflight': ({ headers, method }, response, query) => {
    const key = query.get('key')!
    if (method === 'OPTIONS') {
      preflights.set(key, String(headers['access-control-request-headers']))
      return response.writeHead(204).end()
    }
    const last = headers['last-event-id']
    const told = last && `event: ${preflights.get(key) ?? 'none'}\ndata: ${String(last)}\n\n`
    return response.writeHead(200, stream).end(told ?? `id: ${query.get('id')!}\nretry: 50\ndata: first\n\n`)
  },
}

async function listen(files: Readonly<Record<string, File>>, grants: boolean) {
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url!, 'http://localhost')
    response.on('error', () => undefined)
    const file = files[pathname]
    if (file) return void response.writeHead(200, { 'content-type': file.type }).end(file.body)
    const { origin } = request.headers
    const allowed = searchParams.get('allow') ?? origin
    if (grants && origin && allowed !== 'none') {
      response.setHeader('access-control-allow-origin', allowed!)
      response.setHeader('access-control-allow-credentials', 'true')
      response.setHeader('access-control-allow-headers', 'last-event-id')
    }
    const answer = answers[`/${pathname.split('/').at(-1)!}`]
    if (answer) answer(request, response, searchParams)
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

/** Starts both origins on loopback. */
export async function startPlatformServer(
  files: Readonly<Record<string, File>> = {},
): Promise<PlatformServer> {
  const [home, stranger] = await Promise.all([listen(files, true), listen({}, true)])
  return {
    home: home.origin,
    stranger: stranger.origin,
    close: async () => void (await Promise.all([home.close(), stranger.close()])),
  }
}
