import { once } from 'node:events'
import { createServer, get } from 'node:http'
import { connect, type AddressInfo, type Socket } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { createStreams } from '../src/streams.ts'
import { createVisitors, describe as describeVisitor, noteRequest } from '../src/visitors.ts'
import { listen, statsOf } from './listener.ts'
import { serverForTest } from './server-for-test.ts'

async function socketTo(url: string): Promise<Socket> {
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname)
  onTestFinished(() => void socket.destroy())
  socket.on('error', () => {})
  await once(socket, 'connect')
  return socket
}

/** What the server answers to bytes that no client library would send. */
async function answerTo(url: string, text: string): Promise<string> {
  const socket = await socketTo(url)
  socket.setEncoding('utf8').write(text)
  const [answer] = (await once(socket, 'data')) as [string]
  return answer
}

test('sends nothing more to a reader that takes nothing, and drops it after a while', async () => {
  const maxBufferedBytes = 256 * 1024
  const limits = { maxBufferedBytes, heartbeatMs: 20, patienceMs: 200 }
  // So fast that no buffer of an operating system holds it for long.
  const { url, logged } = await serverForTest({ newsEveryMs: 0.02, ...limits })
  const reader = await listen(`${url}/api/ticker?visitor=reader`)
  const sleeper = await socketTo(url)
  sleeper.pause()
  sleeper.write('GET /api/news?visitor=sleeper HTTP/1.1\r\nHost: x\r\n\r\n')
  const line = await logged(/"sleeper" closed/)
  const waiting = Number(/too slow, (\d+) bytes waiting/.exec(line)?.[1])
  expect(waiting).toBeGreaterThan(maxBufferedBytes)
  expect(waiting).toBeLessThan(maxBufferedBytes + 100_000)
  expect(await statsOf(url, '?visitor=sleeper')).toMatchObject({ open: 0, opened: 1 })
  const { length } = reader.messages
  await reader.until(() => reader.messages.length >= length + 10)
})

test('gives a reader that was away for long what it missed in pieces', async () => {
  const { url, logged } = await serverForTest({ heartbeatMs: 20, patienceMs: 200 })
  const sleeper = await socketTo(url)
  sleeper.pause()
  // Five megabytes ago, which is more than an operating system holds.
  const id = Math.floor(Date.now() / 0.5) - 60_000
  sleeper.write(`GET /api/market?visitor=sleeper HTTP/1.1\r\nHost: x\r\nLast-Event-ID: ${id}\r\n\r\n`)
  const line = await logged(/"sleeper" closed/)
  expect(Number(/too slow, (\d+) bytes waiting/.exec(line)?.[1])).toBeLessThan(200_000)
})

test.each([
  ['/api', 'GET', 404, 'not_found'],
  ['/api/nothing', 'GET', 404, 'not_found'],
  ['/api/__proto__', 'GET', 404, 'not_found'],
  ['/api/ticker', 'POST', 405, 'method_not_allowed'],
  ['/api/token', 'GET', 405, 'method_not_allowed'],
  ['/index.html', 'DELETE', 405, 'method_not_allowed'],
  [`/api/stats?visitor=${'v'.repeat(65)}`, 'GET', 400, 'bad_visitor'],
  ['/api/stats?stream=river', 'GET', 400, 'bad_stream'],
  [`/api/ticker?${'x'.repeat(2100)}`, 'GET', 414, 'url_too_long'],
])('answers %s %s with %i', async (path, method, status, code) => {
  const { url } = await serverForTest()
  const response = await fetch(url + path, { method })
  expect(response.status).toBe(status)
  expect(await response.json()).toMatchObject({ error: { code } })
})

test('answers 415 to a body that is not declared as JSON', async () => {
  const { url } = await serverForTest()
  const response = await fetch(`${url}/api/weather`, { method: 'POST', body: '{"do":"drop"}' })
  expect(response.status).toBe(415)
})

test.each([
  ['a Host with a space', 'GET /api/ticker HTTP/1.1\r\nHost: a b\r\n\r\n'],
  ['an empty Host', 'GET /api/ticker HTTP/1.1\r\nHost:\r\n\r\n'],
  ['credentials in the address', 'GET http://u:p@x/api/ticker HTTP/1.1\r\nHost: x\r\n\r\n'],
  ['no path', 'GET // HTTP/1.1\r\nHost: x\r\n\r\n'],
  ['no HTTP', 'hello\r\n\r\n'],
])('answers 400 to %s, and lives on', async (_, text) => {
  const { url, lines } = await serverForTest()
  expect(await answerTo(url, text)).toMatch(/^HTTP\/1\.1 400 /)
  expect(await statsOf(url)).toMatchObject({ opened: 0 })
  expect(lines).toEqual([])
})

test('survives clients that leave before and in the middle of everything', async () => {
  const { url, lines } = await serverForTest()
  const requests = [
    'GET /api/ticker HTTP/1.1\r\nHost: x\r\n\r\n',
    'GET /api/news HTTP/1.1\r\nHost: x\r\n',
    'POST /api/weather HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 50\r\n\r\n{"do":',
    'POST /api/chat HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer demo\r\nContent-Length: 50\r\n\r\n{"mo',
  ]
  for (const text of requests) {
    const socket = await socketTo(url)
    await new Promise<void>((resolve) => socket.write(text, () => resolve()))
    socket.resetAndDestroy()
  }
  const ticker = await listen(`${url}/api/ticker?visitor=last`)
  await ticker.until(() => ticker.messages.length >= 20)
  expect(await statsOf(url)).toMatchObject({ open: 0 })
  expect(lines.filter((line) => line.includes('failed'))).toEqual([])
})

test('opens no stream for a client that leaves while it is being opened', async () => {
  const lines: string[] = []
  const log = (line: string) => void lines.push(line)
  const streams = createStreams({
    heartbeatMs: 1000,
    maxStreams: 1,
    maxBufferedBytes: 1,
    patienceMs: 1000,
    log,
  })
  const visitor = createVisitors(1, 1000).admit('')
  if (!visitor) throw new Error('no visitor')
  const opened = new Promise((resolve) => {
    const server = createServer((req, res) => {
      resolve(streams.open(req, res, { kind: 'news', visitor, next: 0, preview: () => '' }))
      res.destroy()
    })
    onTestFinished(() => void server.close())
    server.listen(0, '127.0.0.1', () => {
      get({ port: (server.address() as AddressInfo).port }).on('error', () => {})
    })
  })
  expect(await opened).toBeUndefined()
  expect(streams.of(visitor)).toEqual([])
  expect(visitor.open.news).toBe(0)
  expect(lines).toEqual(['news of the nameless visitor left before it was open'])
})

test('allows other origins what they need', async () => {
  const { url } = await serverForTest()
  const { status, headers } = await fetch(`${url}/api/chat`, { method: 'OPTIONS' })
  expect(status).toBe(204)
  expect(headers.get('access-control-allow-origin')).toBe('*')
  expect(headers.get('access-control-allow-methods')).toBe('GET, POST')
  for (const name of ['Authorization', 'Cache-Control', 'Content-Type', 'Last-Event-ID']) {
    expect(headers.get('access-control-allow-headers')).toContain(name)
  }
  expect(headers.get('access-control-expose-headers')).toContain('Retry-After')
})

test('answers 503 above its number of streams', async () => {
  const { url } = await serverForTest({ maxStreams: 2 })
  await listen(`${url}/api/ticker`)
  await listen(`${url}/api/news`)
  const third = await listen(`${url}/api/ticker`)
  expect(third.status).toBe(503)
  expect(third.headers['retry-after']).toBe('5')
})

test('remembers a bounded number of visitors, and none that has a stream is forgotten', () => {
  const visitors = createVisitors(3, 60_000)
  const listening = visitors.admit('listening')
  if (listening) listening.open.ticker = 1
  for (let n = 0; n < 100; n++) expect(visitors.admit(`v${n}`)).toBeDefined()
  expect(visitors.find('listening')).toBe(listening)
  expect(visitors.find('v99')).toBeDefined()
  expect(visitors.find('v98')).toBeDefined()
  expect(visitors.find('v97')).toBeUndefined()
  for (const name of ['v98', 'v99']) {
    const visitor = visitors.find(name)
    if (visitor) visitor.open.chat = 1
  }
  expect(visitors.admit('one too many')).toBeUndefined()
  expect(visitors.admit('v98')).toBeDefined()
})

test('forgets the visitor first that was idle for longest', () => {
  const visitors = createVisitors(2, 60_000)
  for (const name of ['a', 'b', 'a', 'c']) visitors.admit(name)
  expect(visitors.find('a')).toBeDefined()
  expect(visitors.find('b')).toBeUndefined()
})

test('forgets a visitor that was idle for too long', () => {
  const visitors = createVisitors(100, -1)
  visitors.admit('early')
  visitors.admit('late')
  expect(visitors.find('early')).toBeUndefined()
  expect(visitors.find('late')).toBeDefined()
})

test('keeps the last 20 ids of each kind of stream', () => {
  const visitor = createVisitors(1, 1000).admit('')
  if (!visitor) throw new Error('no visitor')
  noteRequest(visitor, 'news', 'n')
  for (let n = 0; n < 50; n++) noteRequest(visitor, 'ticker', String(n))
  expect(visitor.requests).toHaveLength(21)
  expect(describeVisitor(visitor, 'news').lastEventIds).toEqual(['n'])
  expect(describeVisitor(visitor).lastEventIds).toEqual(Array.from({ length: 20 }, (_, n) => String(n + 30)))
})
