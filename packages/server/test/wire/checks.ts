import assert from 'node:assert/strict'
import { once } from 'node:events'
import { Agent, request, type IncomingMessage } from 'node:http'
import { text } from 'node:stream/consumers'
import { createEventStream, type Gap } from '@headwater/core'
import { createBreaker, type Breaker } from './breaker.ts'
import { LIMIT_MS, WireClient } from './client.ts'

/** Messages that the log of the server keeps. */
const CAPACITY = 1_000
/** Time limit for a message, shorter than the time until a heartbeat that could push it out of a buffer, in milliseconds. */
const AT_ONCE_MS = 5_000
/** Origin whose pages may read the stream. */
const ORIGIN = 'https://app.example.com'

/** Server with prices at a URL: GET reads them, POST publishes one. */
export interface WireServer {
  readonly url: string
}

interface Published {
  readonly id: string
  readonly readers: number
}

let count = 0

const agent = new Agent({ keepAlive: true, maxSockets: 8 })

/** Publishes a price. Returns its id, and the number of readers at that time. */
async function publish({ url }: WireServer, symbol = `S${++count}`): Promise<Published> {
  const headers = { 'content-type': 'application/json' }
  const sent = request(url, { method: 'POST', headers, agent, timeout: LIMIT_MS })
  sent.on('timeout', () => sent.destroy(new Error('A POST was not answered.')))
  sent.end(JSON.stringify({ symbol, price: 12.5 }))
  const [response] = (await once(sent, 'response')) as [IncomingMessage]
  const body = await text(response)
  assert.equal(response.statusCode, 201, `status of the answer to a POST: ${body}`)
  return JSON.parse(body) as Published
}

/** Publishes so many prices that neither the log nor the buffer for live readers has those that came before. */
const overflow = (server: WireServer) => repeat(3 * CAPACITY, () => publish(server))

/** Repeats a task, several at a time. */
async function repeat(times: number, task: () => Promise<unknown>): Promise<void> {
  let left = times
  await Promise.all(
    Array.from({ length: 8 }, async () => {
      while (left-- > 0) await task()
    }),
  )
}

const resume = ({ url }: WireServer, id: string) => WireClient.open(url, { 'last-event-id': id })

/** Stream of core, and what it has told. */
interface Core {
  readonly breaker: Breaker
  readonly gaps: Gap[]
  readonly openings: string[]
  readonly symbols: string[]
  reaches(title: string, condition: (core: Core) => boolean): Promise<void>
  close(): Promise<void>
}

/** Opens core's stream through connections that can be broken. */
async function createCore(server: WireServer): Promise<Core> {
  const breaker = await createBreaker(server.url)
  const core: Core = {
    breaker,
    gaps: [],
    openings: [],
    symbols: [],
    async reaches(title, condition) {
      for (const start = Date.now(); !condition(core);) {
        assert.ok(Date.now() - start < LIMIT_MS, `core's stream did not reach ${title}`)
        await new Promise((resolve) => setTimeout(resolve, 10))
      }
    },
    async close() {
      stream.close()
      await breaker.close()
    },
  }
  const stream = createEventStream(breaker.url, {
    onGap: (gap) => core.gaps.push(gap),
    onReconnect: ({ continuity }) => core.openings.push(continuity),
    events: { price: (data: string) => (JSON.parse(data) as { symbol: string }).symbol },
    onMessage: ({ data }) => void core.symbols.push(data),
  })
  stream.subscribe(() => {})
  await core.reaches('the state open', () => stream.getSnapshot().status === 'open')
  return core
}

/** Returns the position of a first block. */
const positionOf = (preamble: string) => preamble.match(/^id: (.+)$/m)?.[1] ?? ''

/** Returns the gap that a response begins with, and checks what is true of each gap. */
async function gapOf(client: WireClient, from: string): Promise<Gap> {
  assert.equal(client.header('sse-resume'), 'gap')
  assert.match(await client.preamble(), /^retry: \d+\n\n$/, 'a client keeps its position until it is told')
  await client.count(1)
  const [{ type, data, id }] = client.messages as [{ type: string; data: string; id: string }]
  assert.equal(type, 'headwater.gap')
  const gap = JSON.parse(data) as Gap
  assert.equal(gap.from, from)
  assert.match(id, /^\d+-\d+$/, 'the position after the gap')
  if (gap.to !== null) assert.equal(gap.to, id)
  return gap
}

/** Checks that messages follow a position one by one. */
function assertContiguous(ids: readonly string[], after: string): void {
  const [epoch, n] = after.split('-')
  assert.deepEqual(
    ids,
    ids.map((_, index) => `${epoch}-${Number(n) + 1 + index}`),
  )
}

const begins: Check = async (server) => {
  const client = await WireClient.open(server.url)
  assert.equal(client.response.statusCode, 200)
  assert.match(client.header('content-type'), /^text\/event-stream/)
  assert.match(client.header('cache-control'), /no-store/)
  assert.match(client.header('cache-control'), /no-transform/)
  assert.equal(client.header('sse-resume'), '')
  assert.match(await client.preamble(), /^retry: \d+\nid: \d+-\d+\n\n$/)
  assert.deepEqual(client.messages, [])
  client.drop()
}

const passesAtOnce: Check = async (server) => {
  const client = await WireClient.open(server.url)
  const position = positionOf(await client.preamble())
  const ids: string[] = []
  for (const symbol of ['ACME', 'Zürich €', 'line\nbreak\r\n']) {
    ids.push((await publish(server, symbol)).id)
    await client.count(ids.length, AT_ONCE_MS)
  }
  assert.deepEqual(client.symbols, ['ACME', 'Zürich €', 'line\nbreak\r\n'])
  assert.deepEqual(
    client.messages.map(({ type, id }) => [type, id]),
    ids.map((id) => ['price', id]),
  )
  assertContiguous(ids, position)
  client.drop()
}

const resumes: Check = async (server) => {
  const before = await WireClient.open(server.url)
  await before.preamble()
  const { id } = await publish(server, 'seen')
  await before.count(1)
  before.drop()
  for (const symbol of ['a', 'b', 'c']) await publish(server, symbol)
  const client = await resume(server, id)
  assert.equal(client.header('sse-resume'), 'complete')
  assert.match(client.header('access-control-expose-headers'), /SSE-Resume/i)
  assert.equal(positionOf(await client.preamble()), id)
  await client.count(3)
  await publish(server, 'd')
  await client.count(4)
  assert.deepEqual(client.symbols, ['a', 'b', 'c', 'd'])
  assertContiguous(
    client.messages.map((message) => message.id),
    id,
  )
  client.drop()
}

const resumesEmpty: Check = async (server) => {
  const before = await WireClient.open(server.url)
  const id = positionOf(await before.preamble())
  before.drop()
  const again = await resume(server, id)
  assert.equal(again.header('sse-resume'), 'complete')
  assert.equal(positionOf(await again.preamble()), id)
  again.drop()
  await publish(server, 'first')
  const client = await WireClient.open(`${server.url}?last_event_id=${id}`)
  await client.count(1)
  assert.deepEqual(client.symbols, ['first'])
  client.drop()
}

const tellsGap: Check = async (server) => {
  const core = await createCore(server)
  const { id } = await publish(server)
  await core.reaches('the last message before the gap', ({ symbols }) => symbols.length === 1)
  core.breaker.drop()
  await overflow(server)
  const client = await resume(server, id)
  const { to } = await gapOf(client, id)
  assert.ok(to, 'the last missing message is known')
  await client.count(1 + CAPACITY)
  const [, ...messages] = client.messages
  assert.equal(messages.length, CAPACITY)
  assertContiguous(
    messages.map((message) => message.id),
    to,
  )
  client.drop()
  // After the position that the client was told, nothing is missing.
  const after = await resume(server, to)
  assert.equal(after.header('sse-resume'), 'complete')
  await after.count(CAPACITY)
  after.drop()
  // One message earlier, the server has it still, or says that it is missing.
  const [epoch, n] = to.split('-')
  const position = `${epoch}-${Number(n) - 1}`
  const earlier = await resume(server, position)
  if (earlier.header('sse-resume') === 'complete') {
    await earlier.count(1 + CAPACITY)
    assertContiguous(
      earlier.messages.map((message) => message.id),
      position,
    )
  } else assert.deepEqual(await gapOf(earlier, position), { from: position, to })
  earlier.drop()
  core.breaker.allow()
  await core.reaches('all that is kept', ({ symbols }) => symbols.length === 1 + CAPACITY)
  assert.deepEqual(core.openings, ['gap'])
  assert.deepEqual(core.gaps, [{ from: id, to }])
  await core.close()
}

const tellsUnknown: Check = async (server) => {
  const { id } = await publish(server)
  const [epoch, n] = id.split('-').map(Number) as [number, number]
  const unknown = [
    '42',
    'nonsense',
    `${epoch - 1}-${n}`,
    `${epoch + 1}-1`,
    `${epoch}-${n + 1_000_000}`,
    `${id}x`,
  ]
  for (const from of unknown) {
    const client = await resume(server, from)
    assert.equal((await gapOf(client, from)).to, null, `the gap after ${from}`)
    const live = await publish(server)
    await client.until('the next message', () => client.messages.at(-1)!.id === live.id)
    const [told, ...messages] = client.messages
    assertContiguous(
      messages.map((message) => message.id),
      told!.id,
    )
    client.drop()
  }
}

const answersOrigins: Check = async ({ url }) => {
  const preflight = (origin: string) =>
    fetch(url, {
      method: 'OPTIONS',
      headers: {
        origin,
        'access-control-request-method': 'GET',
        'access-control-request-headers': 'last-event-id',
      },
    })
  const allowed = await preflight(ORIGIN)
  assert.equal(allowed.status, 204)
  assert.equal(allowed.headers.get('access-control-allow-origin'), ORIGIN)
  assert.match(allowed.headers.get('access-control-allow-headers') ?? '', /last-event-id/i)
  assert.match(allowed.headers.get('vary') ?? '', /origin/i)
  const other = await preflight('https://other.example.com')
  assert.equal(other.headers.get('access-control-allow-origin'), null)
  const client = await WireClient.open(url, { origin: ORIGIN })
  assert.equal(client.header('access-control-allow-origin'), ORIGIN)
  assert.match(client.header('vary'), /origin/i)
  client.drop()
}

const noticesLeaving: Check = async (server) => {
  const clients = await Promise.all([0, 1, 2].map(() => WireClient.open(server.url)))
  for (const client of clients) await client.preamble()
  assert.ok((await publish(server)).readers >= 3, 'three readers')
  for (const client of clients) client.drop()
  for (const start = Date.now(); ;) {
    const { readers } = await publish(server)
    if (readers === 0) break
    assert.ok(Date.now() - start < LIMIT_MS, `${readers} readers remain`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

const resumesCore: Check = async (server) => {
  const core = await createCore(server)
  await publish(server, 'one')
  await core.reaches('the first message', ({ symbols }) => symbols.length === 1)
  core.breaker.drop()
  await publish(server, 'two')
  await publish(server, 'three')
  core.breaker.allow()
  await core.reaches('what it has missed', ({ symbols }) => symbols.length === 3)
  await publish(server, 'four')
  await core.reaches('a live message', ({ symbols }) => symbols.length === 4)
  assert.deepEqual(core.symbols, ['one', 'two', 'three', 'four'])
  assert.deepEqual(core.openings, ['resumed'])
  assert.deepEqual(core.gaps, [])
  await core.close()
}

const tellsSlowReader: Check = async (server) => {
  const client = await WireClient.open(server.url)
  const position = positionOf(await client.preamble())
  client.response.pause()
  // More than the buffers of the kernel, of proxies and of the log take.
  const data = 'x'.repeat(30_000)
  await repeat(1_500, () => publish(server, data))
  const other = await WireClient.open(server.url)
  await other.preamble()
  const { id } = await publish(server, 'last')
  await other.count(1)
  other.drop()
  client.response.resume()
  await client.until('the last message', () => client.messages.at(-1)?.id === id, LIMIT_MS)
  client.drop()
  const gaps = client.messages.filter(({ type }) => type === 'headwater.gap')
  assert.ok(gaps.length > 0, 'a gap')
  let last = position
  for (const message of client.messages) {
    if (message.type === 'headwater.gap')
      assert.deepEqual(JSON.parse(message.data), { from: last, to: message.id })
    else assertContiguous([message.id], last)
    last = message.id
  }
}

const beats: Check = async (server) => {
  const client = await WireClient.open(server.url)
  const { length } = await client.preamble()
  await client.until('a heartbeat', () => client.text.length > length, 12_000)
  assert.deepEqual(client.messages, [])
  assert.match(client.text, /\n\n$/)
  client.drop()
}

/** Checks that a server that is stopped tells each reader its own time to return, and ends the responses. */
export async function checkStop({ url }: WireServer, stop: () => unknown): Promise<void> {
  const clients = await Promise.all(Array.from({ length: 10 }, () => WireClient.open(url)))
  for (const client of clients) await client.preamble()
  stop()
  const last = /retry: (\d+)\nid: \d+-\d+\n\n$/
  for (const client of clients)
    await client.until(
      'the time to return',
      () => (client.text.match(/^retry: /gm) ?? []).length > 1 && last.test(client.text),
    )
  const delays = clients.map(({ text }) => Number(last.exec(text)![1]))
  assert.ok(new Set(delays).size > 5, `delays that differ: ${delays}`)
  assert.ok(Math.max(...delays) <= 10_000, `delays up to 10 s: ${delays}`)
  for (const client of clients) await client.end()
}

/** Throws if a server breaks a rule. */
export type Check = (server: WireServer) => Promise<void>

/** Rules for a server that clients can resume from. */
export const checks: Readonly<Record<string, Check>> = {
  'begins at once, with a retry time, a position and the headers that proxies need': begins,
  'passes each message at once, as it is': passesAtOnce,
  'resumes after an id without loss or repetition, and says so': resumes,
  'resumes a client that lost its connection before the first message': resumesEmpty,
  'tells a gap when the log has forgotten messages': tellsGap,
  'tells a gap of unknown size for an id that it does not know': tellsUnknown,
  'answers preflights, for the origin that may read it': answersOrigins,
  'notices clients that leave': noticesLeaving,
  "is resumed from by core's client, which is told the gap": resumesCore,
}

/** Checks that take seconds: heartbeats, and megabytes that are not read. */
export const slowChecks: Readonly<Record<string, Check>> = {
  'sends heartbeats when it is quiet': beats,
  'tells a gap to a client that reads too slowly, and delays no other': tellsSlowReader,
}
