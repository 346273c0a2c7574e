import { createChannel, memoryLog } from '@headwater/server'
import type { EventStreamOptions } from '@headwater/vue'

/** Message of the stream: its number, the time at which it was published, and the water level in centimetres. */
export interface Reading {
  readonly n: number
  readonly at: number
  readonly level: number
}

export type Fault = 'cut' | 'stall' | 'offline' | 'unauthorized' | 'unavailable' | 'gap'

/** A server in the page, and the network to it, which the reader can break. */
export interface World {
  /** Options of the stream that reads from the server. */
  readonly options: Pick<EventStreamOptions<Reading, never>, 'fetch' | 'page' | 'headers'>
  readonly url: string
  readonly online: boolean
  /** Starts to publish a message each second. */
  start(): void
  stop(): void
  /** Breaks something. `offline` toggles. */
  cause(fault: Fault): void
}

const PUBLISH_MS = 1_000
/** Time until a response begins, so that `connecting` can be seen. */
const LATENCY_MS = 400
/** Messages that the log of the server keeps, and that are published at once for a gap. */
const KEPT = 20
const BURST = 30
/** Messages that were published before the reader came. */
const HISTORY = 16

let worlds = 0

/**
 * Creates a server with `@headwater/server`, whose log is in memory, and a `fetch` that sends requests to it. Nothing leaves the
 * page, so a static host suffices.
 */
export function createWorld(): World {
  const name = `gauge-${++worlds}`
  const channel = createChannel<{ reading: Reading }>(name, { log: memoryLog({ maxMessages: KEPT }) })
  let published = 0
  let timer: ReturnType<typeof setInterval> | undefined
  let online = true
  let refusals = 0
  let validToken = 1
  let heldToken = 1
  let line: Line | undefined
  let tellPage: Parameters<NonNullable<World['options']['page']>['observe']>[0] | undefined

  const publish = (at = Date.now()) => {
    const n = ++published
    const level = Math.round(180 + 26 * Math.sin(n / 4) + 9 * Math.sin(n * 1.7))
    void channel.publish('reading', { n, at, level })
  }

  /** Answers a request as the server behind this network does. */
  async function answer(input: RequestInfo | URL, init: RequestInit = {}): Promise<Response> {
    await wait(LATENCY_MS, init.signal)
    if (!online) throw new TypeError('Failed to fetch')
    if (refusals > 0) {
      refusals--
      return new Response('Overloaded', { status: 503, headers: { 'Retry-After': '3' } })
    }
    const request = new Request(input, { headers: init.headers ?? {} })
    if (request.headers.get('authorization') !== `Bearer ${validToken}`)
      return new Response('The token has expired', { status: 401 })
    const response = await channel.respond(request, { from: HISTORY })
    line = openLine(response.body, init.signal)
    return new Response(line.body, response)
  }

  const faults: Record<Fault, () => void> = {
    cut: () => line?.cut(),
    stall: () => line?.stall(),
    offline() {
      online = !online
      if (!online) line?.cut()
      tellPage?.('offline', !online)
    },
    unauthorized() {
      validToken++
      line?.cut()
    },
    unavailable() {
      refusals = 2
      line?.cut()
    },
    gap() {
      line?.cut()
      for (let count = 0; count < BURST; count++) publish()
    },
  }

  return {
    url: `https://river.example/${name}`,
    options: {
      fetch: answer,
      page: {
        showsFrames: () => document.visibilityState === 'visible',
        address: () => globalThis.location?.href,
        observe(listener) {
          tellPage = listener
          return () => (tellPage = undefined)
        },
      },
      headers({ error }) {
        if (error?.status === 401) heldToken = validToken
        return { Authorization: `Bearer ${heldToken}` }
      },
    },
    get online() {
      return online
    },
    start() {
      if (published === 0) for (let age = HISTORY; age > 0; age--) publish(Date.now() - age * PUBLISH_MS)
      timer ??= setInterval(() => publish(), PUBLISH_MS)
    },
    stop() {
      clearInterval(timer)
      timer = undefined
    },
    cause: (fault) => faults[fault](),
  }
}

interface Line {
  readonly body: ReadableStream<Uint8Array>
  /** Breaks the connection. */
  cut(): void
  /** Keeps the connection open, and lets nothing through. */
  stall(): void
}

/** Puts a line that can break between a response and its reader. */
function openLine(source: ReadableStream<Uint8Array> | null, signal: AbortSignal | null | undefined): Line {
  const reader = source?.getReader()
  let controller: ReadableStreamDefaultController<Uint8Array>
  let stalled = false
  const release = () => void reader?.cancel().catch(() => undefined)
  const body = new ReadableStream<Uint8Array>({
    start: (given) => void (controller = given),
    async pull() {
      const chunk = await reader?.read()
      if (stalled) return new Promise(() => undefined)
      if (chunk?.value) controller.enqueue(chunk.value)
      else controller.close()
      return undefined
    },
    cancel: release,
  })
  signal?.addEventListener('abort', release)
  return {
    body,
    cut() {
      controller.error(new TypeError('network error'))
      release()
    },
    stall() {
      stalled = true
    },
  }
}

/** Waits, unless the request is aborted. */
function wait(ms: number, signal: AbortSignal | null | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms)
    signal?.addEventListener('abort', () => {
      clearTimeout(timer)
      reject(signal.reason)
    })
  })
}
