import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createApi } from './api.ts'
import type { Log } from './log.ts'
import { createMarket } from './market.ts'
import { createNews } from './news.ts'
import { createPages } from './pages.ts'
import { createRouter } from './router.ts'
import { createStreams } from './streams.ts'
import { createTicker } from './ticker.ts'
import { createTokens } from './token.ts'
import { createVisitors } from './visitors.ts'

export interface DemoServerOptions {
  /** 0, the default, takes any free port. */
  port?: number
  host?: string
  /** Folders of built pages by where they are served, as `{ '/': …, '/react/': … }`. */
  pages?: Readonly<Record<string, string>>
  /** Gets one line for each thing that happens. The default says nothing. */
  log?: Log
  newsEveryMs?: number
  chatTokenMs?: number
  tokenExpiresInMs?: number
  heartbeatMs?: number
  /** A reader for which more than this is waiting is sent nothing until it has taken it. */
  maxBufferedBytes?: number
  /** A reader that has not done so for as long is dropped. */
  patienceMs?: number
  maxStreams?: number
  maxVisitors?: number
  /** How long a visitor without streams or requests is remembered. */
  visitorIdleMs?: number
}

export interface DemoServer {
  readonly url: string
  /** Stops listening and ends all streams; resolves when no socket and no timer is left. */
  close(): Promise<void>
}

/** How long `close` waits for clients to take what was sent to them. */
const graceMs = 1000

/** Starts a demo server. Rejects with Node's own error when it cannot listen. */
export async function startDemoServer(options: DemoServerOptions = {}): Promise<DemoServer> {
  const { port = 0, host = '127.0.0.1', pages = {}, log = () => {} } = options
  const { heartbeatMs = 10_000, maxBufferedBytes = 64 * 1024, patienceMs = 30_000 } = options
  const { maxStreams = 2500, maxVisitors = 2500 } = options
  const streams = createStreams({ heartbeatMs, maxBufferedBytes, patienceMs, maxStreams, log })
  let closing: Promise<void> | undefined

  const api = createApi({
    ticker: createTicker(streams),
    market: createMarket(streams),
    news: createNews(options.newsEveryMs ?? 3000, streams),
    streams,
    visitors: createVisitors(maxVisitors, options.visitorIdleMs ?? 10 * 60 * 1000),
    tokens: createTokens(options.tokenExpiresInMs ?? 30_000),
    chatTokenMs: options.chatTokenMs ?? 30,
    log,
  })
  const router = createRouter({
    api,
    page: createPages(pages),
    isClosing: () => closing !== undefined,
    log,
  })
  const server = createServer(
    { requestTimeout: 30_000, headersTimeout: 10_000 },
    (req, res) => void router(req, res),
  )
  server.listen(port, host)
  await once(server, 'listening')
  const url = urlOf(server.address() as AddressInfo)

  async function shut() {
    const closed = once(server, 'close')
    server.close()
    streams.endAll('the server is stopping')
    const grace = setTimeout(() => server.closeAllConnections(), graceMs)
    await closed
    clearTimeout(grace)
  }

  return {
    url,
    close() {
      closing ??= shut()
      return closing
    },
  }
}

function urlOf({ address, family, port }: AddressInfo): string {
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`
}
