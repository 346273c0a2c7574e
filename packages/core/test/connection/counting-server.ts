import type { IncomingHttpHeaders, ServerResponse } from 'node:http'
import { type BaseServer, createBaseServer } from './base-server.ts'

/** A healthy server that sends numbered messages every 20 ms, from the `Last-Event-ID` on; at `/no-id` without ids. */
export interface CountingServer extends BaseServer {
  /** Number of open streams. */
  readonly streams: number
  /** Highest number of simultaneous streams. */
  readonly maxStreams: number
  /** Requests for a stream, in order. */
  readonly streamRequests: readonly {
    readonly url: string
    readonly method: string
    readonly headers: IncomingHttpHeaders
  }[]
}

export async function createCountingServer(
  files: Readonly<Record<string, { readonly type: string; readonly body: string }>> = {},
  redirects: Readonly<Record<string, string>> = {},
): Promise<CountingServer> {
  const open = new Set<ServerResponse>()
  const streamRequests: { url: string; method: string; headers: IncomingHttpHeaders }[] = []
  let maxStreams = 0
  let n = 0
  const base = await createBaseServer((request, response) => {
    const { url = '', method = '', headers } = request
    const file = files[url]
    if (file) return void response.writeHead(200, { 'content-type': file.type }).end(file.body)
    response.setHeader('access-control-allow-origin', '*')
    response.setHeader('access-control-allow-headers', '*, authorization')
    if (method === 'OPTIONS') return void response.writeHead(204).end()
    streamRequests.push({ url, method, headers })
    if (redirects[url]) return void response.writeHead(307, { location: redirects[url] }).end()
    open.add(response)
    maxStreams = Math.max(maxStreams, open.size)
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    const last = headers['last-event-id']
    if (last) n = Number(last)
    const timer = setInterval(
      () => response.write(url === '/no-id' ? 'data: x\n\n' : `id: ${++n}\ndata: x\n\n`),
      20,
    )
    response.on('close', () => {
      clearInterval(timer)
      open.delete(response)
    })
  })
  return Object.defineProperties(base, {
    streams: { get: () => open.size },
    maxStreams: { get: () => maxStreams },
    streamRequests: { get: () => streamRequests },
  }) as CountingServer
}
