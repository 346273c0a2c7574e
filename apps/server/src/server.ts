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
  /** Default 0: any free port. */
  port?: number
  /** Default 127.0.0.1. */
  host?: string
  /** Folders of built pages, by path: `{ '/': …, '/react/': … }`. */
  pages?: Readonly<Record<string, string>>
  /** Called with one line per event. By default nothing is logged. */
  log?: Log
  /** Time between two news messages, in milliseconds. Default 3000. */
  newsEveryMs?: number
  /** Time between two tokens of a chat answer, in milliseconds. Default 30. */
  chatTokenMs?: number
  /** Longest lifetime of an issued token, in milliseconds. Default 30,000. */
  tokenExpiresInMs?: number
  /** Time between two heartbeats, in milliseconds. Default 10,000. */
  heartbeatMs?: number
  /** Unsent bytes of a reader above which it is sent nothing until they are drained. Default 64 KiB. */
  maxBufferedBytes?: number
  /** Time after which a reader that does not drain its bytes is disconnected, in milliseconds. Default 30,000. */
  slowReaderTimeoutMs?: number
  /** Default 2500. */
  maxStreams?: number
  /** Default 2500. */
  maxVisitors?: number
  /** Time after which a visitor without streams or requests is forgotten, in milliseconds. Default 10 minutes. */
  visitorIdleMs?: number
}

export interface DemoServer {
  readonly url: string
  /** Stops listening and ends all streams. Resolves when all sockets and timers are closed. */
  close(): Promise<void>
}

/** Time that `close` gives clients to receive pending data, in milliseconds. */
const closeTimeoutMs = 1000

/** Starts a demo server. Rejects with Node's error if it cannot listen. */
export async function startDemoServer(options: DemoServerOptions = {}): Promise<DemoServer> {
  const { port = 0, host = '127.0.0.1', pages = {}, log = () => {} } = options
  const { heartbeatMs = 10_000, maxBufferedBytes = 64 * 1024, slowReaderTimeoutMs = 30_000 } = options
  const { maxStreams = 2500, maxVisitors = 2500 } = options
  const streams = createStreams({ heartbeatMs, maxBufferedBytes, slowReaderTimeoutMs, maxStreams, log })
  let closed: Promise<void> | undefined

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
    isClosing: () => closed !== undefined,
    log,
  })
  const server = createServer(
    { requestTimeout: 30_000, headersTimeout: 10_000 },
    (req, res) => void router(req, res),
  )
  server.listen(port, host)
  await once(server, 'listening')
  const url = urlOf(server.address() as AddressInfo)

  async function shutDown() {
    const serverClosed = once(server, 'close')
    server.close()
    streams.endAll('the server is stopping')
    const timeout = setTimeout(() => server.closeAllConnections(), closeTimeoutMs)
    await serverClosed
    clearTimeout(timeout)
  }

  return {
    url,
    close() {
      closed ??= shutDown()
      return closed
    },
  }
}

function urlOf({ address, family, port }: AddressInfo): string {
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`
}
