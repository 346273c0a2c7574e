import { once } from 'node:events'
import { createServer, get } from 'node:http'
import { connect, type AddressInfo, type Socket } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { createStreams } from '../src/streams.ts'
import { createVisitors, mergeStats, recordRequest, statsOf as statsOfVisitor } from '../src/visitors.ts'
import { listen, post, statsOf } from './listener.ts'
import { fullStorage, serverForTest } from './server-for-test.ts'

async function socketTo(url: string): Promise<Socket> {
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname)
  onTestFinished(() => void socket.destroy())
  socket.on('error', () => {})
  await once(socket, 'connect')
  return socket
}

/** Sends raw bytes that no client library would send, and returns the first chunk of the response. */
async function responseTo(url: string, text: string): Promise<string> {
  const socket = await socketTo(url)
  socket.setEncoding('utf8').write(text)
  const [response] = (await once(socket, 'data')) as [string]
  return response
}

test('stops sending to a reader that takes nothing, and disconnects it after stallMs', async () => {
  const { url, logged } = await serverForTest({ storage: fullStorage(), heartbeatMs: 20, stallMs: 200 })
  const reader = await listen(`${url}/api/ticker?visitor=reader`)
  const stalled = await socketTo(url)
  stalled.pause()
  stalled.write('GET /api/news?visitor=stalled HTTP/1.1\r\nHost: x\r\nLast-Event-ID: 0-0\r\n\r\n')
  const line = await logged(/"stalled" closed/)
  const waiting = Number(/took nothing, (\d+) bytes waiting/.exec(line)?.[1])
  expect(waiting).toBeGreaterThan(0)
  expect(waiting).toBeLessThan(200_000)
  expect(await statsOf(url, '?visitor=stalled')).toMatchObject({ open: 0, opened: 1 })
  const { length } = reader.messages
  await reader.until(() => reader.messages.length >= length + 10)
})

test.each([
  ['/api', 'GET', 404, 'not_found'],
  ['/api/nothing', 'GET', 404, 'not_found'],
  ['/api/__proto__', 'GET', 404, 'not_found'],
  ['/api/ticker', 'POST', 405, 'method_not_allowed'],
  ['/api/token', 'GET', 405, 'method_not_allowed'],
  ['/index.html', 'DELETE', 405, 'method_not_allowed'],
  ['/api/kill', 'GET', 405, 'method_not_allowed'],
  [`/api/stats?visitor=${'v'.repeat(65)}`, 'GET', 400, 'bad_visitor'],
  ['/api/processes?stream=river', 'GET', 400, 'bad_stream'],
  ['/api/stats?stream=river', 'GET', 400, 'bad_stream'],
  [`/api/ticker?${'x'.repeat(2100)}`, 'GET', 414, 'url_too_long'],
])('answers %s %s with %i', async (path, method, status, code) => {
  const { url } = await serverForTest()
  const response = await fetch(url + path, { method })
  expect(response.status).toBe(status)
  expect(await response.json()).toMatchObject({ error: { code } })
})

test('answers 415 to a body without Content-Type: application/json', async () => {
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
])('answers 400 to %s and keeps running', async (_, text) => {
  const { url, lines } = await serverForTest()
  expect(await responseTo(url, text)).toMatch(/^HTTP\/1\.1 400 /)
  expect(await statsOf(url)).toMatchObject({ opened: 0 })
  expect(lines).toEqual([])
})

test('keeps running when clients disconnect during a request or a response', async () => {
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

test('opens no stream if the client disconnects while it is being opened', async () => {
  const lines: string[] = []
  const streams = createStreams(1, (line) => void lines.push(line))
  const visitor = createVisitors(1, 1000).getOrCreate('')
  if (!visitor) throw new Error('no visitor')
  const server = createServer((_, res) => {
    const stream = streams.create('news', visitor, res)
    stream.on('close', () => server.emit('stream closed'))
    res.destroy()
  }).listen(0, '127.0.0.1')
  onTestFinished(() => void server.close())
  await once(server, 'listening')
  get({ port: (server.address() as AddressInfo).port }).on('error', () => {})
  await once(server, 'stream closed')
  expect(streams.of(visitor)).toEqual([])
  expect(visitor.open.news).toBe(0)
  expect(lines).toEqual(['news of the unnamed visitor disconnected before the stream was open'])
})

test('sends the CORS headers that a page of another origin needs', async () => {
  const { url } = await serverForTest()
  const { status, headers } = await fetch(`${url}/api/chat`, { method: 'OPTIONS' })
  expect(status).toBe(204)
  expect(headers.get('access-control-allow-origin')).toBe('*')
  expect(headers.get('access-control-allow-methods')).toBe('GET, POST')
  for (const name of ['Authorization', 'Cache-Control', 'Content-Type', 'Last-Event-ID']) {
    expect(headers.get('access-control-allow-headers')).toContain(name)
  }
  for (const path of ['/api/chat', '/api/news']) {
    const method = path === '/api/chat' ? 'OPTIONS' : 'GET'
    const response = await fetch(url + path, { method, headers: { 'Last-Event-ID': '1-1' } })
    const exposed = response.headers.get('access-control-expose-headers')
    for (const name of ['Retry-After', 'SSE-Resume']) expect(exposed).toContain(name)
    await response.body?.cancel()
  }
})

test('answers 503 when maxStreams streams are open', async () => {
  const { url } = await serverForTest({ maxStreams: 2 })
  await listen(`${url}/api/ticker`)
  await listen(`${url}/api/news`)
  const third = await listen(`${url}/api/ticker`)
  expect(third.status).toBe(503)
  expect(third.headers['retry-after']).toBe('5')
})

test('refuses to kill a process that nothing would start again', async () => {
  const { url } = await serverForTest()
  expect(await (await fetch(`${url}/api/processes`)).json()).toEqual({
    size: 1,
    processes: [{ process: 1, pid: process.pid, openedAt: null }],
    canKill: false,
  })
  const answer = await post(`${url}/api/kill`, { process: 1 })
  expect([answer.status, answer.body]).toMatchObject([404, { error: { code: 'no_process' } }])
})

test('limits the number of visitors and never forgets one with an open stream', () => {
  const visitors = createVisitors(3, 60_000)
  const listening = visitors.getOrCreate('listening')
  if (listening) listening.open.ticker = 1
  for (let n = 0; n < 100; n++) expect(visitors.getOrCreate(`v${n}`)).toBeDefined()
  expect(visitors.find('listening')).toBe(listening)
  expect(visitors.find('v99')).toBeDefined()
  expect(visitors.find('v98')).toBeDefined()
  expect(visitors.find('v97')).toBeUndefined()
  for (const name of ['v98', 'v99']) {
    const visitor = visitors.find(name)
    if (visitor) visitor.open.chat = 1
  }
  expect(visitors.getOrCreate('one too many')).toBeUndefined()
  expect(visitors.getOrCreate('v98')).toBeDefined()
})

test('forgets the longest idle visitor first', () => {
  const visitors = createVisitors(2, 60_000)
  for (const name of ['a', 'b', 'a', 'c']) visitors.getOrCreate(name)
  expect(visitors.find('a')).toBeDefined()
  expect(visitors.find('b')).toBeUndefined()
})

test('forgets a visitor that was idle for longer than idleMs', () => {
  const visitors = createVisitors(100, -1)
  visitors.getOrCreate('early')
  visitors.getOrCreate('late')
  expect(visitors.find('early')).toBeUndefined()
  expect(visitors.find('late')).toBeDefined()
})

test('keeps the last 20 Last-Event-IDs of each kind of stream', () => {
  const visitor = createVisitors(1, 1000).getOrCreate('')
  if (!visitor) throw new Error('no visitor')
  recordRequest(visitor, 'news', 'n')
  for (let n = 0; n < 50; n++) recordRequest(visitor, 'ticker', String(n))
  expect(visitor.requests).toHaveLength(21)
  expect(mergeStats([statsOfVisitor(visitor, 'news')]).lastEventIds).toEqual(['n'])
  expect(mergeStats([statsOfVisitor(visitor)]).lastEventIds).toEqual(
    Array.from({ length: 20 }, (_, n) => String(n + 30)),
  )
})
