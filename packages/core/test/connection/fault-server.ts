import type { IncomingMessage, ServerResponse } from 'node:http'
import { constants, createGzip, type Gzip } from 'node:zlib'
import { type BaseServer, createBaseServer, createRandom } from './base-server.ts'

/**
 * A server of numbered messages with random faults of networks, servers and attackers, chosen by a seed. It sends the
 * messages after the `Last-Event-ID`, and 204 after the last one.
 */
export interface FaultServer extends BaseServer {
  /** Number of occurrences of each fault. */
  readonly faults: Readonly<Record<string, number>>
  /** Number of open streams. */
  readonly streams: number
  /** Number of times that two streams stayed open side by side. */
  readonly overlaps: number
}

export interface FaultServerOptions {
  readonly seed: number
  /** Number of messages. */
  readonly total: number
  /** Speed of the client's clock, as a multiple of the system clock's. */
  readonly scale: number
  /** Files to serve beside the stream, by path. */
  readonly files?: Readonly<Record<string, { readonly type: string; readonly body: string }>>
}

const ERROR_STATUSES = [500, 502, 503, 429, 408, 425]
const STREAM_FAULTS = [
  'reset',
  'end in a message',
  'end in a character',
  'end',
  'idle-timeout',
  'slow bytes',
  'endless line',
  'down for 2 s',
]
const RESPONSE_FAULTS = [
  'status',
  'status with Retry-After',
  '401',
  'wrong type',
  'redirect',
  'accepted then closed',
  'no response',
  'empty stream',
]
/** Blocks that some servers send. None of them is a message. */
const NOISE = [
  ': heartbeat',
  ':',
  'unknown: field',
  'data-like: no',
  'retry: -5',
  'retry: 999999999999999\nretry: 1000',
  'retry: 0\nretry: 1000',
  'id: not\0an id',
  'event: no data\n',
  '\n\n',
]

export async function createFaultServer(options: FaultServerOptions): Promise<FaultServer> {
  const { seed, total, scale, files = {} } = options
  const random = createRandom(seed)
  const pick = <Item>(items: readonly Item[]): Item => items[Math.floor(random() * items.length)]!
  const faults: Record<string, number> = {}
  const count = (fault: string) => (faults[fault] = (faults[fault] ?? 0) + 1)
  const open = new Set<ServerResponse>()
  let overlaps = 0
  let faultsInARow = 0

  /** Returns one message, sometimes with noise or malformed UTF-8 before it. */
  function block(n: number): Buffer {
    const end = pick(['\n', '\n', '\r\n', '\r'])
    const id = random() < 0.3 ? `消息-${n}` : `${n}`
    const noise = random() < 0.2 ? pick(NOISE) + '\n' : ''
    const malformed: Buffer =
      random() < 0.05 ? Buffer.from([0x3a, 0xff, 0xc3, 0x28, 0xed, 0xa0, 0x80, 0x00, 0x0a]) : Buffer.alloc(0)
    const text = `${noise}id: ${id}\ndata: ${n}\ndata: ${'ünï€🎉'.repeat(Math.floor(random() * 4))}\n\n`
    return Buffer.concat([malformed, Buffer.from(text.replaceAll('\n', end))])
  }

  /** Answers with a fault instead of a stream. Returns false if the chosen fault does not apply. */
  function respondWithFault(request: IncomingMessage, response: ServerResponse, from: number): boolean {
    const fault = pick(RESPONSE_FAULTS)
    // This ends a stream that was never open. A client that has read a message was open.
    if (fault === 'wrong type' && from === 1) return false
    if (fault === 'redirect' && request.url!.includes('via')) return false
    if (fault === '401' && request.headers.authorization === 'fresh') return false
    count(fault)
    if (fault === 'status' || fault === 'status with Retry-After') {
      const headers = fault === 'status' ? {} : { 'retry-after': '1' }
      response.writeHead(pick(ERROR_STATUSES), headers).end('no')
    } else if (fault === '401') response.writeHead(401).end('who are you?')
    else if (fault === 'wrong type')
      response.writeHead(200, { 'content-type': 'text/html' }).end('data: no\n\n')
    else if (fault === 'redirect')
      response.writeHead(pick([301, 302, 307, 308]), { location: '/stream?via=redirect' }).end()
    else if (fault === 'accepted then closed') request.socket.destroy()
    else if (fault === 'empty stream') response.writeHead(200, { 'content-type': 'text/event-stream' }).end()
    else request.socket.setTimeout(5_000, () => request.socket.destroy()) // No response.
    return true
  }

  async function stream(request: IncomingMessage, response: ServerResponse, from: number): Promise<void> {
    const compressed = random() < 0.15
    const gzip: Gzip | undefined = compressed ? createGzip() : undefined
    response.writeHead(200, {
      'content-type': pick(['text/event-stream', 'text/event-stream;charset=UTF-8', 'Text/Event-Stream']),
      ...(compressed && { 'content-encoding': 'gzip' }),
    })
    gzip?.pipe(response)
    const pause = (ms?: number) =>
      new Promise<void>((go) => void (ms ? setTimeout(go, ms) : setImmediate(go)))
    const write = async (bytes: Uint8Array) => {
      if (gzip) {
        gzip.write(bytes)
        await new Promise<void>((go) => gzip.flush(constants.Z_SYNC_FLUSH, go))
      } else response.write(bytes)
      await pause()
    }

    const fault = pick(STREAM_FAULTS)
    const until = Math.min(total + 1, from + 1 + Math.floor(random() * 900))
    const blocks: Buffer[] = [Buffer.from(random() < 0.2 ? '\ufeff' : '')]
    for (let n = from; n < until; n++) blocks.push(block(n))
    const bytes = Buffer.concat(blocks)
    const cuts = Array.from({ length: 1 + Math.floor(random() * 12) }, () =>
      Math.floor(random() * bytes.length),
    )
    let start = 0
    for (const cut of [...cuts.sort((one, other) => one - other), bytes.length]) {
      if (response.destroyed) return
      await write(bytes.subarray(start, cut))
      start = cut
    }

    count(fault)
    if (compressed) count('gzip')
    const next = Buffer.from(`id: ${until}\ndata: ${until}\ndata: half a message 🎉`)
    const writePart = () => write(next.subarray(0, 1 + Math.floor(random() * (next.length - 8))))
    if (fault === 'idle-timeout') {
      await writePart()
      request.socket.setTimeout(5_000, () => request.socket.destroy())
      return
    }
    if (fault === 'slow bytes') {
      for (const byte of until <= total ? block(until) : []) {
        await write(Buffer.from([byte]))
        await pause(1)
      }
    }
    if (fault === 'endless line')
      for (let part = 0; part < 20; part++) await write(Buffer.alloc(65_536, part ? 'x' : ':'))
    if (fault === 'end in a message') await writePart()
    if (fault === 'end in a character') await write(next.subarray(0, next.length - 2))
    if (fault.startsWith('end in') || fault === 'end') return void (gzip ?? response).end()
    if (fault === 'reset') {
      await writePart()
      await pause(1)
    }
    if (fault === 'down for 2 s') return base.down(2_000 / scale)
    request.socket.resetAndDestroy()
  }

  const base = await createBaseServer((request, response) => {
    response.setHeader('connection', 'close')
    const file = files[request.url!]
    if (file) return void response.writeHead(200, { 'content-type': file.type }).end(file.body)
    const last = Buffer.from(String(request.headers['last-event-id'] ?? ''), 'latin1').toString()
    const from = Number(/\d*$/.exec(last)![0]) + 1
    if (from > total) return void response.writeHead(204).end()
    if (random() < 0.4 && faultsInARow++ < 3 && respondWithFault(request, response, from)) return
    faultsInARow = 0
    const before = [...open]
    open.add(response)
    response.on('close', () => open.delete(response))
    // The end of the older stream takes a moment to arrive.
    setTimeout(() => before.some((other) => open.has(other)) && open.has(response) && overlaps++, 100)
    void stream(request, response, from)
  })

  return Object.defineProperties(base, {
    faults: { get: () => faults },
    streams: { get: () => open.size },
    overlaps: { get: () => overlaps },
  }) as FaultServer
}
