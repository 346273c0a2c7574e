import type { IncomingMessage, ServerResponse } from 'node:http'
import { constants, createGzip, type Gzip } from 'node:zlib'
import { type BaseServer, createBaseServer, createRandom } from './base-server.ts'

/**
 * A server of numbered messages that does to its clients whatever networks, servers and attackers do, as a seed decides.
 * It serves what follows the `Last-Event-ID`, and 204 when all is said.
 */
export interface FaultServer extends BaseServer {
  /** How often each fault was met. */
  readonly faults: Readonly<Record<string, number>>
  /** How many streams are open now. */
  readonly streams: number
  /** How often a stream was opened while another was, and stayed so. */
  readonly overlaps: number
}

export interface FaultServerOptions {
  readonly seed: number
  /** How many messages there are. */
  readonly total: number
  /** How much faster than the wall's the client's clock is. */
  readonly scale: number
  /** Files to serve beside the stream, by their path. */
  readonly files?: Readonly<Record<string, { readonly type: string; readonly body: string }>>
}

const REFUSALS = [500, 502, 503, 429, 408, 425]
const CUTS = [
  'reset',
  'end in a message',
  'end in a character',
  'end',
  'idle-timeout',
  'slow bytes',
  'endless line',
  'down for 2 s',
]
const REFUSED = [
  'status',
  'status with Retry-After',
  '401',
  'wrong type',
  'redirect',
  'accepted then closed',
  'no answer',
  'nothing said',
]
/** Servers say such things; none of them is a message. */
const NOISE = [
  ': heartbeat',
  ':',
  'unknown: field',
  'data-like: no',
  'retry: -5',
  'retry: 999999999999999\nretry: 1000',
  'retry: 0\nretry: 1000',
  'id: not\0an id',
  'event: nothing to say\n',
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
  let refusedInARow = 0

  /** One message, with what noise goes before it. */
  function block(n: number): Buffer {
    const end = pick(['\n', '\n', '\r\n', '\r'])
    const id = random() < 0.3 ? `消息-${n}` : `${n}`
    const noise = random() < 0.2 ? pick(NOISE) + '\n' : ''
    const rubbish: Buffer =
      random() < 0.05 ? Buffer.from([0x3a, 0xff, 0xc3, 0x28, 0xed, 0xa0, 0x80, 0x00, 0x0a]) : Buffer.alloc(0)
    const text = `${noise}id: ${id}\ndata: ${n}\ndata: ${'ünï€🎉'.repeat(Math.floor(random() * 4))}\n\n`
    return Buffer.concat([rubbish, Buffer.from(text.replaceAll('\n', end))])
  }

  function refuse(request: IncomingMessage, response: ServerResponse, from: number): boolean {
    const fault = pick(REFUSED)
    // The end of a stream that was never open; only one that has read a message surely was.
    if (fault === 'wrong type' && from === 1) return false
    if (fault === 'redirect' && request.url!.includes('via')) return false
    if (fault === '401' && request.headers.authorization === 'fresh') return false
    count(fault)
    if (fault === 'status' || fault === 'status with Retry-After') {
      const headers = fault === 'status' ? {} : { 'retry-after': '1' }
      response.writeHead(pick(REFUSALS), headers).end('no')
    } else if (fault === '401') response.writeHead(401).end('who are you?')
    else if (fault === 'wrong type')
      response.writeHead(200, { 'content-type': 'text/html' }).end('data: no\n\n')
    else if (fault === 'redirect')
      response.writeHead(pick([301, 302, 307, 308]), { location: '/stream?via=redirect' }).end()
    else if (fault === 'accepted then closed') request.socket.destroy()
    else if (fault === 'nothing said') response.writeHead(200, { 'content-type': 'text/event-stream' }).end()
    else request.socket.setTimeout(5_000, () => request.socket.destroy()) // no answer
    return true
  }

  async function stream(request: IncomingMessage, response: ServerResponse, from: number): Promise<void> {
    const zipped = random() < 0.15
    const gzip: Gzip | undefined = zipped ? createGzip() : undefined
    response.writeHead(200, {
      'content-type': pick(['text/event-stream', 'text/event-stream;charset=UTF-8', 'Text/Event-Stream']),
      ...(zipped && { 'content-encoding': 'gzip' }),
    })
    gzip?.pipe(response)
    const turn = (ms?: number) => new Promise<void>((go) => void (ms ? setTimeout(go, ms) : setImmediate(go)))
    const write = async (bytes: Uint8Array) => {
      if (gzip) {
        gzip.write(bytes)
        await new Promise<void>((go) => gzip.flush(constants.Z_SYNC_FLUSH, go))
      } else response.write(bytes)
      await turn()
    }

    const fault = pick(CUTS)
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
    if (zipped) count('gzip')
    const next = Buffer.from(`id: ${until}\ndata: ${until}\ndata: half a message 🎉`)
    const half = () => write(next.subarray(0, 1 + Math.floor(random() * (next.length - 8))))
    if (fault === 'idle-timeout') {
      await half()
      request.socket.setTimeout(5_000, () => request.socket.destroy())
      return
    }
    if (fault === 'slow bytes') {
      for (const byte of until <= total ? block(until) : []) {
        await write(Buffer.from([byte]))
        await turn(1)
      }
    }
    if (fault === 'endless line')
      for (let part = 0; part < 20; part++) await write(Buffer.alloc(65_536, part ? 'x' : ':'))
    if (fault === 'end in a message') await half()
    if (fault === 'end in a character') await write(next.subarray(0, next.length - 2))
    if (fault.startsWith('end in') || fault === 'end') return void (gzip ?? response).end()
    if (fault === 'reset') {
      await half()
      await turn(1)
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
    if (random() < 0.4 && refusedInARow++ < 3 && refuse(request, response, from)) return
    refusedInARow = 0
    const before = [...open]
    open.add(response)
    response.on('close', () => open.delete(response))
    // Whether the old one is still held is known only when its end has had time to arrive.
    setTimeout(() => before.some((other) => open.has(other)) && open.has(response) && overlaps++, 100)
    void stream(request, response, from)
  })

  return Object.defineProperties(base, {
    faults: { get: () => faults },
    streams: { get: () => open.size },
    overlaps: { get: () => overlaps },
  }) as FaultServer
}
