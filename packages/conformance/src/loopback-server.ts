import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'

interface ReceivedRequest {
  readonly path: string
  readonly lastEventId: string | undefined
  readonly authorization: string | undefined
}

/** An event stream server on loopback that records requests and counts open responses. */
export interface LoopbackServer {
  readonly url: string
  /** Requests received so far, in order. Preflight requests are left out. */
  readonly requests: readonly ReceivedRequest[]
  /** Number of open responses. */
  readonly connections: number
  /**
   * Adds one message per argument to the history and sends them to all clients. A client that reconnects with a
   * `Last-Event-ID` receives the messages that it missed.
   */
  publish(...data: string[]): void
  /** Answers the next request with status 503. */
  refuseNext(): void
  close(): Promise<void>
}

/**
 * Starts a server on a free port.
 *
 * @param isSilent Sends only the headers until the first message. Default `false`.
 */
export async function startLoopbackServer(isSilent = false): Promise<LoopbackServer> {
  const requests: ReceivedRequest[] = []
  const history: string[] = []
  const responses = new Set<ServerResponse>()
  const sockets = new Set<Socket>()
  let refusals = 0

  const server = createServer((request: IncomingMessage, response) => {
    const lastEventId = request.headers['last-event-id']?.toString()
    // jsdom sends a preflight request, too.
    if (request.method === 'OPTIONS') {
      response.writeHead(204, corsHeaders).end()
      return
    }
    const { authorization } = request.headers
    requests.push({ path: request.url ?? '', lastEventId, authorization })
    if (refusals > 0) {
      refusals--
      response.writeHead(503, corsHeaders).end()
      return
    }
    response.writeHead(200, { ...corsHeaders, 'content-type': 'text/event-stream' })
    // Firefox's fetch resolves with the first byte of the body.
    if (isSilent) response.flushHeaders()
    else response.write(':\n')
    history
      .slice(lastEventId ? Number(lastEventId) : history.length)
      .forEach((block) => response.write(block))
    responses.add(response)
    response.on('close', () => responses.delete(response))
  })
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    get connections() {
      return responses.size
    },
    publish(...data) {
      const blocks = data.map((line, index) => `id: ${history.length + index + 1}\ndata: ${line}\n\n`)
      history.push(...blocks)
      for (const response of responses) response.write(blocks.join(''))
    },
    refuseNext: () => void refusals++,
    close() {
      for (const socket of sockets) socket.destroy()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
}

const corsHeaders = { 'access-control-allow-origin': '*', 'access-control-allow-headers': '*' }
