import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { memoryLog } from '@headwater/server'
import { createAnswers, memoryAnswers, type AnswerStore } from '@headwater/server/answers'
import { createApi } from './api.ts'
import { closeChannels, createChannels, type Storage } from './channels.ts'
import { alone, type Duties, type Fleet } from './fleet.ts'
import type { Log } from './log.ts'
import { createPages } from './pages.ts'
import { startPublisher, type Publisher } from './publisher.ts'
import { createRouter } from './router.ts'
import { createStreams, type Streams } from './streams.ts'
import { createTokens } from './token.ts'
import { createVisitors, statsOf, type Visitors } from './visitors.ts'
import { applyWeather } from './weather.ts'

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
  /** Key of the tokens. By default a random one. */
  tokenSecret?: string
  /** Time between two heartbeats, in milliseconds. Default: that of the channels, 8000. */
  heartbeatMs?: number
  /** Time after which a reader that takes nothing is disconnected, in milliseconds. Default: that of the channels, 30,000. */
  stallMs?: number
  /** Creates the log of each channel. By default in memory. */
  storage?: Storage
  /** Store of the answers of the chat. By default in memory. */
  answerStore?: AnswerStore
  /** Joins other processes, one of which publishes. By default this server is alone, and publishes itself. */
  join?: (duties: Duties) => Fleet
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

/** Interval at which a worker tells the publisher that it has readers, in milliseconds. */
const wantMs = 10_000
/** Time after which readers of an answer are told that its process is lost, in milliseconds. */
const leaseMs = 3_000
/** Reconnection time of an answer, in milliseconds. */
const answerRetryMs = 300
/** Time that `close` gives clients to receive pending data, in milliseconds. */
const closeTimeoutMs = 1000

/** Starts a demo server. Rejects with Node's error if it cannot listen. */
export async function startDemoServer(options: DemoServerOptions = {}): Promise<DemoServer> {
  const { port = 0, host = '127.0.0.1', pages = {}, log = () => {} } = options
  const { storage = (_, bounds) => memoryLog(bounds), newsEveryMs = 3000 } = options
  const streams = createStreams(options.maxStreams ?? 2500, log)
  const visitors = createVisitors(options.maxVisitors ?? 2500, options.visitorIdleMs ?? 10 * 60 * 1000)
  const { heartbeatMs, stallMs } = options
  const channels = createChannels(storage, { heartbeatMs, stallMs })
  const answers = createAnswers(`chat of ${randomUUID()}`, {
    store: options.answerStore ?? memoryAnswers(),
    ...{ heartbeatMs, stallMs, leaseMs, retryMs: answerRetryMs },
    onError: (error) => log(String(error)),
  })
  const duties = createDuties(streams, visitors, log)
  let publisher: Publisher | undefined
  const fleet = options.join?.(duties) ?? alone(duties, (feed) => publisher?.want(feed))
  let closed: Promise<void> | undefined

  const api = createApi({
    channels,
    answers,
    fleet,
    streams,
    visitors,
    tokens: createTokens(options.tokenExpiresInMs ?? 30_000, options.tokenSecret),
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
  if (!options.join) publisher = startPublisher(channels, newsEveryMs, log)
  const wantTimer = setInterval(() => {
    for (const feed of ['ticker', 'market'] as const) if (channels[feed].readers > 0) fleet.want(feed)
  }, wantMs)
  const url = urlOf(server.address() as AddressInfo)

  async function shutDown() {
    const serverClosed = once(server, 'close')
    server.close()
    clearInterval(wantTimer)
    publisher?.stop()
    const timeout = setTimeout(() => server.closeAllConnections(), closeTimeoutMs)
    await Promise.all([closeChannels(channels), answers.close({ graceMs: 0 })])
    streams.endAll('the server is stopping')
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

function createDuties(streams: Streams, visitors: Visitors, log: Log): Duties {
  return {
    weather(name, weather) {
      const visitor = visitors.getOrCreate(name)
      return visitor ? applyWeather(weather, visitor, streams.of(visitor), log) : 0
    },
    stats: (name, kind) => statsOf(visitors.find(name), kind ?? undefined),
    openedAt(name, kind) {
      const visitor = visitors.find(name)
      const open = visitor ? streams.of(visitor).filter((stream) => stream.kind === kind) : []
      return open.length > 0 ? Math.max(...open.map(({ openedAt }) => openedAt)) : null
    },
  }
}

function urlOf({ address, family, port }: AddressInfo): string {
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`
}
