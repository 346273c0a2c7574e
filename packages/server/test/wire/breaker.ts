import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'

/** Connections to a server that can be broken. */
export interface Breaker {
  readonly url: string
  /** Breaks the connections, and refuses new ones until `allow` is called. */
  drop(): void
  allow(): void
  close(): Promise<void>
}

/** Listens on loopback, and passes connections on to the server of a URL. */
export async function createBreaker(target: string): Promise<Breaker> {
  const { hostname, port, pathname } = new URL(target)
  const sockets = new Set<Socket>()
  let refused = false
  const server = createServer((incoming) => {
    if (refused) return void incoming.destroy()
    const outgoing = connect(Number(port), hostname)
    for (const [socket, other] of [
      [incoming, outgoing],
      [outgoing, incoming],
    ] as const) {
      sockets.add(socket)
      socket.on('error', () => {})
      socket.on('close', () => {
        sockets.delete(socket)
        other.destroy()
      })
      socket.pipe(other)
    }
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const drop = () => {
    refused = true
    for (const socket of sockets) socket.destroy()
  }
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${pathname}`,
    drop,
    allow: () => void (refused = false),
    async close() {
      drop()
      server.close()
      await once(server, 'close')
    },
  }
}
