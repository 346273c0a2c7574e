import { beforeEach, describe, expect, test } from 'vitest'
import { createEventStream, type EventStreamOptions } from '../../src/index.ts'
import {
  createFakeClock,
  createFakeServer,
  type FakeClock,
  type FakeServer,
} from '../../src/testing/index.ts'

let clock: FakeClock
let server: FakeServer

beforeEach(() => {
  clock = createFakeClock()
  server = createFakeServer()
})

const make = (options: EventStreamOptions = {}) =>
  createEventStream('https://example.com/stream', { clock, fetch: server.fetch, ...options })

const done = { done: true, value: undefined }

describe('an iterator', () => {
  test('opens with its first next, not when it is made', async () => {
    const iterator = make()[Symbol.asyncIterator]()
    await clock.advance(0)
    expect(server.requests).toHaveLength(0)
    void iterator.next()
    await clock.advance(0)
    expect(server.requests).toHaveLength(1)
  })

  test('gives every message once, in order, however they come and are asked for', async () => {
    const iterator = make()[Symbol.asyncIterator]()
    const early = [iterator.next(), iterator.next()]
    const request = await server.nextRequest()
    await request.send('data: 1\n\ndata: 2\n\ndata: 3\n\n')
    await request.send('data: 4\n\n')
    const results = await Promise.all([...early, iterator.next(), iterator.next()])
    expect(results.map(({ value }) => value?.data)).toEqual(['1', '2', '3', '4'])
  })

  test('goes on through a reconnect', async () => {
    const iterator = make()[Symbol.asyncIterator]()
    const first = iterator.next()
    const request = await server.nextRequest()
    await request.send('id: 1\ndata: 1\n\n')
    await request.end()
    await first
    const second = iterator.next()
    await clock.advance(1_000)
    await (await server.nextRequest()).send('id: 2\ndata: 2\n\n')
    expect((await second).value).toMatchObject({ id: '2' })
  })

  test('that is left closes the stream after the grace', async () => {
    const stream = make()
    const reading = (async () => {
      for await (const { data } of stream) if (data === '2') break
    })()
    await (await server.nextRequest()).send('data: 1\n\ndata: 2\n\ndata: 3\n\n')
    await reading
    await clock.advance(200)
    expect(server.connections).toBe(0)
    expect(clock.timers).toBe(0)
  })

  test('can be left while it waits for a message', async () => {
    const iterator = make()[Symbol.asyncIterator]()
    const next = iterator.next()
    await (await server.nextRequest()).accept()
    expect(await iterator.return?.()).toEqual(done)
    expect(await next).toEqual(done)
    expect(await iterator.next()).toEqual(done)
    await clock.advance(200)
    expect(server.connections).toBe(0)
  })

  test('ends after what was queued when the stream is closed', async () => {
    const stream = make()
    const iterator = stream[Symbol.asyncIterator]()
    const first = iterator.next()
    await (await server.nextRequest()).send('data: 1\n\ndata: 2\n\n')
    stream.close()
    expect((await first).value?.data).toBe('1')
    expect((await iterator.next()).value?.data).toBe('2')
    expect(await iterator.next()).toEqual(done)
  })

  test('throws the cause once when the stream failed, after what was queued', async () => {
    const iterator = make({ retry: false })[Symbol.asyncIterator]()
    const first = iterator.next()
    const request = await server.nextRequest()
    await request.send('data: 1\n\ndata: 2\n\n')
    await request.fail()
    expect((await first).value?.data).toBe('1')
    expect((await iterator.next()).value?.data).toBe('2')
    await expect(iterator.next()).rejects.toMatchObject({ code: 'network' })
    expect(await iterator.next()).toEqual(done)
  })

  test('of a stream that is closed already ends at once', async () => {
    const stream = make()
    stream.close()
    expect(await stream[Symbol.asyncIterator]().next()).toEqual(done)
    expect(server.requests).toHaveLength(0)
  })

  test('reads beside others', async () => {
    const stream = make()
    const one = stream[Symbol.asyncIterator]()
    const two = stream[Symbol.asyncIterator]()
    const both = Promise.all([one.next(), two.next()])
    await (await server.nextRequest()).send('data: 1\n\n')
    expect((await both).map(({ value }) => value?.data)).toEqual(['1', '1'])
    expect(server.requests).toHaveLength(1)
  })
})

describe('a slow reader', () => {
  test('stops the reading of the socket at the limit, and starts it again', async () => {
    const iterator = make({ queueLimit: 2, idleTimeoutMs: 1_000 })[Symbol.asyncIterator]()
    const first = iterator.next()
    const request = await server.nextRequest()
    for (let n = 1; n <= 9; n++) await request.send(`data: ${n}\n\n`)
    expect((await first).value?.data).toBe('1')
    // Silence is the reader's own doing.
    await clock.advance(60_000)
    expect(server.requests).toHaveLength(1)
    const rest: unknown[] = []
    for (let n = 2; n <= 9; n++) rest.push((await iterator.next()).value?.data)
    expect(rest).toEqual(['2', '3', '4', '5', '6', '7', '8', '9'])
    await clock.advance(1_000)
    expect(server.connections).toBe(0)
  })

  test('that is a listener with a promise stops it too', async () => {
    const stream = make()
    let ready!: () => void
    const seen: string[] = []
    stream.onMessage(({ data }) => {
      seen.push(data)
      return data === '1' ? new Promise<void>((resolve) => (ready = resolve)) : undefined
    })
    const request = await server.nextRequest()
    await request.send('data: 1\n\n')
    await request.send('data: 2\n\n')
    expect(seen).toEqual(['1'])
    ready()
    await clock.advance(0)
    expect(seen).toEqual(['1', '2'])
  })

  test('does not keep a closed stream from opening again', async () => {
    const stream = make()
    stream.onMessage(() => new Promise(() => undefined))
    await (await server.nextRequest()).send('data: 1\n\n')
    stream.close()
    expect(server.connections).toBe(0)
    stream.open()
    await (await server.nextRequest()).accept()
    expect(stream.getSnapshot().status).toBe('open')
  })
})
