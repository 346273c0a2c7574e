import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { createChannel, memoryLog } from '../../../../server/src/index.ts'

/** Message of the test: a number, and the user that it is for; `null` for all. */
export interface Sent {
  readonly n: number
  readonly to: string | null
}

/** A channel of `@headwater/server` on loopback, with pages that read it. It counts what is open. */
export interface TabServer {
  readonly port: number
  readonly origin: string
  /** Open responses of the channel. */
  readonly streams: number
  /** Highest number of simultaneous streams since it was last reset. */
  peak: number
  /** Requests for the stream so far. */
  readonly requests: number
  /** Open TCP connections. */
  readonly sockets: number
  /** All that was published, in order. Message n is at n - 1. */
  readonly sent: readonly Sent[]
  /** User of each open stream. */
  readonly users: readonly (string | null)[]
  /** Tokens of pages that are refused with 403. */
  readonly revoked: Set<string>
  /** Requests that were refused so far, as their tokens. */
  readonly refused: readonly string[]
  /**
   * Publishes at a constant rate until {@link pause}.
   *
   * @param to Returns the user of a message. Default: all users.
   * @param padding Characters that are added to each message.
   */
  publish(perSecond: number, to?: (n: number) => string | null, padding?: number): void
  pause(): void
  /** Cuts all streams. */
  drop(): void
  /** Publishes until there are `total` messages, at most 4,000 a second. */
  finish(total: number): Promise<void>
  close(): Promise<void>
}

interface Reader {
  readonly user: string | null
}

let channels = 0

/** Starts a server. `code` is the module of the page, `other` that of another version of the library. */
export async function createTabServer(code: string, other = code): Promise<TabServer> {
  const name = `tabs-${++channels}`
  const channel = createChannel<{ message: Sent & { readonly padding?: string } }, Reader>(name, {
    log: memoryLog({ maxMessages: 1_000_000, maxLength: 2 ** 30 }),
    filter: ({ data }, { user }) => data.to === null || data.to === user,
    retryMs: 100,
    // A sandboxed page is of another origin.
    cors: { origin: '*' },
  })
  const sent: Sent[] = []
  const open = new Map<ServerResponse, string | null>()
  const sockets = new Set<Socket>()
  const revoked = new Set<string>()
  const refused: string[] = []
  let [peak, requests] = [0, 0]
  let timer: NodeJS.Timeout | undefined

  const html = (title: string, script: string) =>
    `<!doctype html><link rel=icon href=data:,><title>${title}</title>${script}`
  const load = (module: string) =>
    html('tab', `<script type=module>import * as all from '${module}'; window.tab = all</script>`)
  const pages: Readonly<Record<string, readonly [type: string, body: string]>> = {
    '/': ['text/html', load('/module.js')],
    '/sandboxed': ['text/html', load('/module.js')],
    '/other': ['text/html', load('/other.js')],
    '/elsewhere': ['text/html', html('elsewhere', '')],
    '/module.js': ['text/javascript', code],
    '/other.js': ['text/javascript', other],
  }
  const server = createServer((request, response) => {
    response.on('error', () => undefined)
    const path = request.url!.split('?')[0]!
    const page = pages[path]
    // Without `no-store`, which would keep a page from the back-forward cache.
    if (page)
      return void response
        .writeHead(200, {
          'content-type': page[0],
          'cache-control': 'max-age=3600',
          'access-control-allow-origin': '*',
          ...(path === '/sandboxed' && { 'content-security-policy': 'sandbox allow-scripts' }),
        })
        .end(page[1])
    if (path === '/login')
      return void response
        .writeHead(200, {
          'content-type': 'text/html',
          'set-cookie': `user=${request.url!.split('?')[1]}; Path=/`,
        })
        .end(html('elsewhere', ''))
    const user = /(?:^|; )user=(\w+)/.exec(request.headers.cookie ?? '')?.[1] ?? null
    const claimed = request.headers['x-user']
    requests++
    const token = String(request.headers['x-token'] ?? '')
    if (revoked.has(token)) refused.push(token)
    if (revoked.has(token) || (claimed && claimed !== user)) return void response.writeHead(403).end()
    open.set(response, user)
    peak = Math.max(peak, open.size)
    response.on('close', () => open.delete(response))
    void channel.handle(request, response, { reader: { user } })
  })
  server.keepAliveTimeout = 1000
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  await new Promise<void>((resolve) => server.listen(0, '0.0.0.0', resolve))
  const { port } = server.address() as AddressInfo

  function send(to: string | null, padding = 0): Promise<string> {
    const message = { n: sent.length + 1, to }
    sent.push(message)
    return channel.publish('message', padding ? { ...message, padding: 'x'.repeat(padding) } : message)
  }
  const pause = () => clearInterval(timer)

  return {
    port,
    origin: `http://127.0.0.1:${port}`,
    get streams() {
      return open.size
    },
    get peak() {
      return peak
    },
    set peak(value) {
      peak = value
    },
    get requests() {
      return requests
    },
    get sockets() {
      return sockets.size
    },
    sent,
    revoked,
    refused,
    get users() {
      return [...open.values()]
    },
    publish(perSecond, to = () => null, padding = 0) {
      pause()
      const begin = performance.now()
      const before = sent.length
      timer = setInterval(() => {
        const due = before + ((performance.now() - begin) * perSecond) / 1000
        while (sent.length < due) void send(to(sent.length + 1), padding)
      }, 20)
    },
    pause,
    drop() {
      for (const response of open.keys()) response.destroy()
    },
    async finish(total) {
      pause()
      while (sent.length < total) {
        for (let count = 0; count < 80 && sent.length < total; count++) void send(null)
        await new Promise((resolve) => setTimeout(resolve, 20))
      }
    },
    async close() {
      pause()
      await channel.close()
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
