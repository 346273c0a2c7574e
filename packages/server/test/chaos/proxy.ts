import { once } from 'node:events'
import { type AddressInfo, type Server, type Socket, connect, createServer } from 'node:net'
import { onTestFinished } from 'vitest'

/** Distributes connections among processes, as a load balancer does. */
export class Proxy {
  /** Ports of the processes, and those that get no new connections. */
  readonly targets: readonly number[]
  readonly draining = new Set<number>()
  /** Readers whose connections are refused, by the `reader` of the query. */
  readonly banned = new Set<string>()
  port = 0
  readonly #servers: Server[] = []
  readonly #open = new Map<Socket, string>()
  #next = 0

  constructor(targets: readonly number[]) {
    this.targets = targets
  }

  /** Listens on one port of several addresses: a browser opens six connections to each. */
  async listen(hosts: readonly string[]): Promise<void> {
    onTestFinished(() => {
      for (const server of this.#servers) server.close()
      this.cut(() => true)
    })
    for (const host of hosts) {
      const server = createServer((near) => this.#accept(near)).listen(this.port, host)
      this.#servers.push(server)
      await once(server, 'listening')
      this.port = (server.address() as AddressInfo).port
    }
  }

  /** Cuts the connections of some readers. */
  cut(concerns: (reader: string) => boolean): void {
    for (const [socket, reader] of this.#open) if (concerns(reader)) socket.destroy()
  }

  async #accept(near: Socket): Promise<void> {
    near.on('error', ignore).on('close', () => this.#open.delete(near))
    this.#open.set(near, '')
    const [head] = (await once(near, 'data').catch(() => [])) as [Buffer?]
    if (!head) return void near.destroy()
    near.pause()
    const reader = /reader=(\w+)/.exec(head.toString('latin1'))?.[1] ?? ''
    this.#open.set(near, reader)
    const far = this.banned.has(reader) ? undefined : await this.#connect()
    if (!far || near.destroyed) {
      far?.destroy()
      return void near.destroy()
    }
    far.on('error', ignore).on('close', () => near.destroy())
    near.on('close', () => far.destroy())
    far.write(head)
    near.pipe(far)
    far.pipe(near)
  }

  /** Returns a connection to the next process that accepts one. */
  async #connect(): Promise<Socket | undefined> {
    const first = this.#next++
    for (let index = 0; index < this.targets.length; index++) {
      const port = this.targets[(first + index) % this.targets.length]!
      if (this.draining.has(port)) continue
      const socket = connect(port, '127.0.0.1')
      try {
        await once(socket, 'connect')
        return socket
      } catch {
        // The process is not there.
      }
    }
    return undefined
  }
}

const ignore = () => undefined
