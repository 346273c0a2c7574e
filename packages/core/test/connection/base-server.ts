import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'

/** A server on loopback that counts connections and can go down and come back on the same port. */
export interface BaseServer {
  readonly origin: string
  /** Number of open TCP connections. */
  readonly sockets: number
  /** Number of TCP connections accepted so far. */
  readonly accepted: number
  readonly requests: number
  /** Closes every connection and refuses new ones for `ms` milliseconds. */
  down(ms: number): Promise<void>
  close(): Promise<void>
}

export type Handler = (request: IncomingMessage, response: ServerResponse) => void

/** Called with each new socket. Returns true to destroy it. */
export type SocketHandler = (socket: Socket) => boolean

export async function createBaseServer(handle: Handler, onSocket?: SocketHandler): Promise<BaseServer> {
  const sockets = new Set<Socket>()
  const timers = new Set<NodeJS.Timeout>()
  let accepted = 0
  let requests = 0
  let port = 0
  let closed = false
  const server = createServer({ keepAlive: true, noDelay: true }, (request, response) => {
    requests++
    response.on('error', () => undefined)
    handle(request, response)
  })
  server.on('connection', (socket) => {
    accepted++
    sockets.add(socket)
    socket.on('error', () => undefined)
    socket.on('close', () => sockets.delete(socket))
    if (onSocket?.(socket)) socket.destroy()
  })
  server.on('clientError', (_, socket) => socket.destroy())
  const listen = () => new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  const stop = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve())
      for (const socket of sockets) socket.destroy()
    })
  await listen()
  port = (server.address() as AddressInfo).port
  return {
    origin: `http://127.0.0.1:${port}`,
    get sockets() {
      return sockets.size
    },
    get accepted() {
      return accepted
    },
    get requests() {
      return requests
    },
    async down(ms) {
      if (!server.listening) return
      await stop()
      await new Promise<void>((resolve) => timers.add(setTimeout(resolve, ms)))
      if (!closed) await listen()
    },
    async close() {
      closed = true
      for (const timer of timers) clearTimeout(timer)
      if (server.listening) await stop()
    },
  }
}

/** Creates a pseudo-random generator (xorshift) of numbers from 0 up to, not including, 1. */
export function createRandom(seed: number): () => number {
  let state = (Math.imul(seed, 0x9e3779b1) ^ 0x5bd1e995) | 1
  return () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) / 2 ** 32
  }
}
