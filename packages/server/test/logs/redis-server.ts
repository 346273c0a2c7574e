import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { type AddressInfo, type Socket, connect, createServer } from 'node:net'
import { createClient } from 'redis'
import { type TestContext, onTestFinished } from 'vitest'
import { temporaryFolder } from './temporary.ts'

/** `REDIS_SERVER_PATH` names another version. */
const program = [
  process.env['REDIS_SERVER_PATH'] ?? '',
  ...['/usr/bin', '/usr/local/bin', '/opt/homebrew/bin'].map((folder) => `${folder}/redis-server`),
].find((path) => existsSync(path))

const MISSING =
  'redis-server is not installed. Run `apt-get install redis-server`, or `npm test`, which installs it.'
/** Skips a test if there is no redis-server. */
export const skipWithoutRedis = ({ skip }: TestContext): void => {
  if (!program) skip(MISSING)
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

/** A redis-server in a folder of its own, on loopback. Stopped after the test, or by `stop`. */
export class RedisServer {
  readonly port: number
  readonly #folder: string
  readonly #settings: readonly string[]
  #child: ChildProcess | undefined

  static async start(...settings: string[]): Promise<RedisServer> {
    const server = new RedisServer(await freePort(), temporaryFolder(), settings)
    onTestFinished(() => server.stop())
    await server.start()
    return server
  }

  constructor(port: number, folder: string, settings: readonly string[]) {
    this.port = port
    this.#folder = folder
    this.#settings = settings
  }

  async start(): Promise<void> {
    const args = [
      '--port',
      `${this.port}`,
      '--bind',
      '127.0.0.1',
      '--dir',
      this.#folder,
      '--save',
      '',
      ...this.#settings,
    ]
    const child = spawn(program!, args, { stdio: ['ignore', 'pipe', 'inherit'] })
    this.#child = child
    // If the tests are interrupted, the server must not stay.
    const kill = () => child.kill('SIGKILL')
    process.once('exit', kill)
    child.once('exit', () => process.off('exit', kill))
    for await (const chunk of child.stdout.setEncoding('utf8').iterator({ destroyOnReturn: false }))
      if (String(chunk).includes('Ready to accept connections')) {
        child.stdout.resume()
        return
      }
    throw new Error(`redis-server did not start: ${child.exitCode}`)
  }

  signal(signal: NodeJS.Signals): void {
    this.#child!.kill(signal)
  }

  /** Ends the server and waits until it is gone. SIGTERM writes everything, SIGKILL does not. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    const child = this.#child
    this.#child = undefined
    if (!child || child.exitCode !== null || child.signalCode !== null) return
    child.kill('SIGCONT')
    child.kill(signal)
    await once(child, 'exit')
  }

  /** Waits until the server, a replica, has what its primary has. */
  async synced(): Promise<void> {
    while (!String(await this.command('INFO', 'replication')).includes('master_link_status:up'))
      await new Promise(setImmediate)
  }

  /** A client for logs. It is never connected itself. */
  client(port = this.port): ReturnType<typeof createClient> {
    return createClient({ url: `redis://127.0.0.1:${port}` })
  }

  /** Runs a command on a connection of its own. */
  async command(...args: string[]): Promise<unknown> {
    const client = this.client()
    client.on('error', () => undefined)
    await client.connect()
    try {
      return await client.sendCommand(args)
    } finally {
      client.destroy()
    }
  }
}

/** A proxy that can lose what Redis answers. */
export interface Proxy {
  readonly port: number
  /** While true, replies are swallowed. */
  isSilent: boolean
  /** Closes all connections. */
  cut(): void
}

export async function startProxy(target: number): Promise<Proxy> {
  const sockets = new Set<Socket>()
  const add = (socket: Socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket))
  }
  const server = createServer((near) => {
    const far = connect(target, '127.0.0.1')
    add(near)
    add(far)
    near.on('data', (chunk) => far.write(chunk)).on('close', () => far.destroy())
    far.on('data', (chunk) => proxy.isSilent || near.write(chunk)).on('close', () => near.destroy())
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const cut = () => {
    for (const socket of sockets) socket.destroy()
  }
  const proxy = { port: (server.address() as AddressInfo).port, isSilent: false, cut }
  onTestFinished(() => {
    server.close()
    cut()
  })
  return proxy
}
