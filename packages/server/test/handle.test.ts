import { createServer as createHttp2Server, connect as connectHttp2 } from 'node:http2'
import { connect as connectSocket, type AddressInfo } from 'node:net'
import express from 'express'
import fastify from 'fastify'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { createFakeClock } from '@headwater/core/testing'
import { createChannel, memoryLog } from '../src/index.ts'
import { Client, createGate, serve, serveChannel, serveFetch, settle, uniqueName } from './harness.ts'

type Events = { n: number; text: string }
const create = (options = {}) =>
  createChannel<Events>(uniqueName(), {
    log: memoryLog({ maxMessages: 10_000, maxLength: 2 ** 26 }),
    ...options,
  })

/** Serves a channel in each way that users do. Returns the URL. */
const servers = {
  'handle on node:http': async (channel: ReturnType<typeof create>) => (await serveChannel(channel)).url,
  'handle on Express': (channel: ReturnType<typeof create>) => {
    const app = express()
    app.use((_, response, next) => {
      response.setHeader('x-from', 'middleware')
      next()
    })
    app.get('/', (request, response) => channel.handle(request, response))
    return serve(app)
  },
  'handle on Fastify': async (channel: ReturnType<typeof create>) => {
    const app = fastify({ forceCloseConnections: true })
    app.get('/', async (request, reply) => {
      reply.hijack()
      await channel.handle(request.raw, reply.raw)
    })
    onTestFinished(() => app.close())
    return `${await app.listen({ port: 0, host: '127.0.0.1' })}/`
  },
  'respond on a fetch server': (channel: ReturnType<typeof create>) =>
    serveFetch((request) => channel.respond(request)),
}

describe.each(Object.entries(servers))('%s', (_, start) => {
  test('replays, sends live messages, and has the headers that proxies need', async () => {
    const channel = create()
    const url = await start(channel)
    const first = await channel.publish('n', 1)
    await channel.publish('text', 'ü\n€')
    const client = new Client(await fetch(url, { headers: { 'last-event-id': first } }))
    await client.until((text) => text.includes('text'))
    await channel.publish('n', 3)
    await client.until((text) => text.includes('data: 3'))
    expect(client.messages).toEqual(['text "ü\\n€"', 'n 3'])
    expect(Object.fromEntries(client.response.headers)).toMatchObject({
      'content-type': 'text/event-stream',
      'cache-control': 'no-store, no-transform',
      'x-accel-buffering': 'no',
      'sse-resume': 'complete',
      'access-control-expose-headers': 'SSE-Resume',
    })
  })

  test('notices a client that leaves', async () => {
    const channel = create()
    const client = new Client(await fetch(await start(channel)))
    await client.read()
    expect(channel.readers).toBe(1)
    await client.cancel()
    await vi.waitFor(() => expect(channel.readers).toBe(0))
    await channel.publish('n', 1)
  })

  test('ends the response when the channel closes, and then answers 503', async () => {
    const channel = create()
    const url = await start(channel)
    const client = new Client(await fetch(url))
    await client.read()
    await channel.close({ spreadMs: 500 })
    await client.readToEnd()
    expect(client.error).toBeUndefined()
    expect(client.text).toMatch(/retry: 500\nid: \d+-0\n\n$/)
    const refused = await fetch(url)
    expect(refused.status).toBe(503)
    expect(refused.headers.get('connection')).toBe('close')
    expect(refused.headers.get('retry-after')).toBe('1')
    await refused.arrayBuffer()
  })

  test('answers HEAD with headers alone', async () => {
    const channel = create()
    const response = await fetch(await start(channel), { method: 'HEAD' })
    expect(response.headers.get('content-type')).toBe('text/event-stream')
    expect(await response.text()).toBe('')
    expect(channel.readers).toBe(0)
  })
})

test('handle over HTTP/2 sends no Connection header, and waits for the window of the stream', async () => {
  // Node removes a Connection header, and warns.
  const warn = vi.fn<(warning: Error) => void>()
  process.on('warning', warn)
  onTestFinished(() => void process.off('warning', warn))
  const channel = create()
  const server = createHttp2Server((request, response) => void channel.handle(request, response))
  server.listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const session = connectHttp2(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  onTestFinished(() => {
    session.destroy()
    server.close()
  })
  const first = await channel.publish('n', 0)
  const stream = session.request({ ':path': '/', 'last-event-id': first })
  const headers = await new Promise<Record<string, unknown>>((resolve) => stream.once('response', resolve))
  expect(headers).toMatchObject({ ':status': 200, 'sse-resume': 'complete' })
  expect(headers).not.toHaveProperty('connection')
  const data = 'x'.repeat(1000)
  for (let n = 0; n < 500; n++) await channel.publish('text', data + n)
  let text = ''
  stream.setEncoding('utf8')
  for await (const chunk of stream) {
    text += chunk
    if (text.includes('x499')) break
  }
  expect(text.match(/x\d+/g)).toHaveLength(500)
  await channel.close()
  const refused = session.request({ ':path': '/' })
  const answer = await new Promise<Record<string, unknown>>((resolve) => refused.once('response', resolve))
  expect(answer).toMatchObject({ ':status': 503 })
  expect(answer).not.toHaveProperty('connection')
  await settle()
  expect(warn).not.toHaveBeenCalled()
})

test('what is due in one turn is one write, and all readers share its bytes', async () => {
  const channel = create()
  const { url, exchanges } = await serveChannel(channel)
  const clients = [new Client(await fetch(url)), new Client(await fetch(url))]
  for (const client of clients) await client.read()
  const writes = exchanges.map(([, response]) => vi.spyOn(response, 'write'))
  for (let n = 0; n < 10; n++) void channel.publish('n', n)
  for (const client of clients) await client.until((text) => text.includes('data: 9'))
  expect(writes.map(({ mock }) => mock.calls.length)).toEqual([1, 1])
  expect(writes[0]!.mock.calls[0]![0]).toBe(writes[1]!.mock.calls[0]![0])
  // Also when each call waits for the one before.
  for (let n = 10; n < 20; n++) await channel.publish('n', n)
  for (const client of clients) await client.until((text) => text.includes('data: 19'))
  expect(writes.map(({ mock }) => mock.calls.length)).toEqual([2, 2])
})

test('a reader that stops reading has bounded bytes, blocks nobody, and is closed after stallMs', async () => {
  const clock = createFakeClock()
  const channel = create({ clock, stallMs: 30_000, maxBufferedBytes: 20_000 })
  const { url, exchanges } = await serveChannel(channel)
  const stalled = connectSocket(Number(new URL(url).port), '127.0.0.1')
  stalled.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')
  onTestFinished(() => void stalled.destroy())
  await vi.waitFor(() => expect(channel.readers).toBe(1))
  stalled.pause()
  const reading = new Client(await fetch(url))
  const [, response] = exchanges[0]!
  const text = 'x'.repeat(10_000)
  // More than the buffers of the kernel take.
  for (let n = 0; n < 1500; n++) {
    void channel.publish('text', text)
    if (n % 4 === 0) await settle(1)
    void reading.read()
  }
  await channel.publish('n', 1)
  while (!reading.chunks.at(-1)?.includes('event: n\n')) await reading.read()
  expect(reading.blocks).toHaveLength(1501)
  expect(response.writableNeedDrain).toBe(true)
  expect(response.writableLength).toBeLessThan(100_000)
  await clock.advance(29_000)
  expect(channel.readers).toBe(2)
  await reading.read()
  await clock.advance(10_000)
  expect(channel.readers).toBe(1)
  expect(response.destroyed).toBe(true)
})

test('a message longer than maxBufferedBytes is written in parts, and comes whole', async () => {
  const channel = create({ maxBufferedBytes: 10_000 })
  const { url, exchanges } = await serveChannel(channel)
  const client = new Client(await fetch(url))
  await client.read()
  const write = vi.spyOn(exchanges[0]![1], 'write')
  const text = 'x'.repeat(1_000_000)
  await channel.publish('text', text)
  await channel.publish('n', 1)
  await client.until((received) => received.includes('event: n\n'))
  expect(client.messages).toEqual([`text "${text}"`, 'n 1'])
  expect(Math.max(...write.mock.calls.map(([chunk]) => (chunk as Uint8Array).length))).toBe(10_000)
})

test('a wrong call is reported and answered with 500', async () => {
  const onError = vi.fn<(error: unknown) => void>()
  const channel = createChannel<Events, { id: number }>(uniqueName(), {
    log: memoryLog(),
    filter: () => true,
    onError,
  })
  const url = await serve((request, response) => {
    // @ts-expect-error The reader is missing.
    void channel.handle(request, response)
  })
  const response = await fetch(url)
  expect(response.status).toBe(500)
  expect(onError.mock.calls).toMatchObject([[{ code: 'reader-required' }]])
})

test('a client that leaves before the response begins leaves nothing behind', async () => {
  const log = memoryLog()
  const gate = createGate()
  const channel = create({
    log: {
      append: log.append.bind(log),
      start: log.start.bind(log),
      tail: log.tail.bind(log),
      close: log.close.bind(log),
      read: async (after: string, limit: number) => {
        await gate.opened
        return await log.read(after, limit)
      },
    },
  })
  const { url, exchanges } = await serveChannel(channel)
  const abort = new AbortController()
  const response = fetch(url, { signal: abort.signal })
  await vi.waitFor(() => expect(exchanges).toHaveLength(1))
  abort.abort()
  await expect(response).rejects.toThrow('abort')
  await vi.waitFor(() => expect(exchanges[0]![1].closed).toBe(true))
  gate.open()
  await settle()
  expect(channel.readers).toBe(0)
  expect(exchanges[0]![1].headersSent).toBe(false)
})
