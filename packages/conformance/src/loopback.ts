import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'

/** What a request asked for. */
interface Asked {
  readonly path: string
  readonly lastEventId: string | undefined
  readonly authorization: string | undefined
}

/** A real server on loopback that tells how many sockets are held to it. */
export interface Loopback {
  readonly url: string
  /** What each request asked for, in order. */
  readonly requests: readonly Asked[]
  /** How many answers are being read now. */
  readonly open: number
  /** Appends a message to the feed, and sends it to all who listen. One who resumes gets what it missed. */
  say(...data: string[]): void
  /** Answers the next request with 503. */
  refuse(): void
  close(): Promise<void>
}

export async function startLoopback(): Promise<Loopback> {
  const requests: Asked[] = []
  const feed: string[] = []
  const refusals: true[] = []
  const answers = new Set<ServerResponse>()
  const sockets = new Set<Socket>()

  const server = createServer((request: IncomingMessage, response) => {
    const lastEventId = request.headers['last-event-id']?.toString()
    // A browser's preflight, which a page in a test makes as well.
    if (request.method === 'OPTIONS') {
      response.writeHead(204, cors).end()
      return
    }
    const { authorization } = request.headers
    requests.push({ path: request.url ?? '', lastEventId, authorization })
    if (refusals.shift()) {
      response.writeHead(503, cors).end()
      return
    }
    response.writeHead(200, { ...cors, 'content-type': 'text/event-stream' })
    response.flushHeaders()
    feed.slice(lastEventId ? Number(lastEventId) : feed.length).forEach((block) => response.write(block))
    answers.add(response)
    response.on('close', () => answers.delete(response))
  })
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    get open() {
      return answers.size
    },
    say(...data) {
      const blocks = data.map((line, index) => `id: ${feed.length + index + 1}\ndata: ${line}\n\n`)
      feed.push(...blocks)
      for (const answer of answers) answer.write(blocks.join(''))
    },
    refuse: () => void refusals.push(true),
    close() {
      for (const socket of sockets) socket.destroy()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
}

const cors = { 'access-control-allow-origin': '*', 'access-control-allow-headers': '*' }
