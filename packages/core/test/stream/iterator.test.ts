import { beforeEach, describe, expect, test, vi } from 'vitest'
import { createEventStream, createScope, type EventStreamOptions, type Scope } from '../../src/index.ts'
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

const make = (options: EventStreamOptions = {}, scope?: Scope) =>
  createEventStream('https://example.com/stream', { clock, fetch: server.fetch, ...options }, scope)

const done = { done: true, value: undefined }

describe('an iterator', () => {
  test('opens the stream at the first next(), not when it is created', async () => {
    const iterator = make()[Symbol.asyncIterator]()
    await clock.advance(0)
    expect(server.requests).toHaveLength(0)
    void iterator.next()
    await clock.advance(0)
    expect(server.requests).toHaveLength(1)
  })

  test('yields every message once and in order, with calls of next() before and after the messages', async () => {
    const iterator = make()[Symbol.asyncIterator]()
    const early = [iterator.next(), iterator.next()]
    const request = await server.nextRequest()
    await request.send('data: 1\n\ndata: 2\n\ndata: 3\n\n')
    await request.send('data: 4\n\n')
    const results = await Promise.all([...early, iterator.next(), iterator.next()])
    expect(results.map(({ value }) => value?.data)).toEqual(['1', '2', '3', '4'])
  })

  test('continues after a reconnect', async () => {
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

  test('closes the stream closeDelayMs after its loop has ended', async () => {
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

  test('return() ends a pending next()', async () => {
    const iterator = make()[Symbol.asyncIterator]()
    const next = iterator.next()
    await (await server.nextRequest()).accept()
    expect(await iterator.return?.()).toEqual(done)
    expect(await next).toEqual(done)
    expect(await iterator.next()).toEqual(done)
    await clock.advance(200)
    expect(server.connections).toBe(0)
  })

  test('yields the queued messages, then ends, when the stream is closed', async () => {
    const stream = make()
    const iterator = stream[Symbol.asyncIterator]()
    const first = iterator.next()
    await (await server.nextRequest()).send('data: 1\n\ndata: 2\n\n')
    stream.close()
    expect((await first).value?.data).toBe('1')
    expect((await iterator.next()).value?.data).toBe('2')
    expect(await iterator.next()).toEqual(done)
  })

  test('yields the queued messages, then throws the error once, when the stream has failed', async () => {
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

  test('of a closed stream ends immediately', async () => {
    const stream = make()
    stream.close()
    expect(await stream[Symbol.asyncIterator]().next()).toEqual(done)
    expect(server.requests).toHaveLength(0)
  })

  test('is independent of other iterators of the same stream', async () => {
    const stream = make()
    const one = stream[Symbol.asyncIterator]()
    const two = stream[Symbol.asyncIterator]()
    const both = Promise.all([one.next(), two.next()])
    await (await server.nextRequest()).send('data: 1\n\n')
    expect((await both).map(({ value }) => value?.data)).toEqual(['1', '1'])
    expect(server.requests).toHaveLength(1)
  })
})

describe('backpressure', () => {
  test('stops reading the socket when an iterator has queueLimit messages, and reads on later', async () => {
    const iterator = make({ queueLimit: 2, idleTimeoutMs: 1_000 })[Symbol.asyncIterator]()
    const first = iterator.next()
    const request = await server.nextRequest()
    for (let n = 1; n <= 9; n++) await request.send(`data: ${n}\n\n`)
    expect((await first).value?.data).toBe('1')
    // The idle timeout does not run while reading is paused.
    await clock.advance(60_000)
    expect(server.requests).toHaveLength(1)
    const rest: unknown[] = []
    for (let n = 2; n <= 9; n++) rest.push((await iterator.next()).value?.data)
    expect(rest).toEqual(['2', '3', '4', '5', '6', '7', '8', '9'])
    await clock.advance(1_000)
    expect(server.connections).toBe(0)
  })

  test('stops reading the socket while the promise of a listener is pending', async () => {
    const stream = make()
    let resume!: () => void
    const received: string[] = []
    stream.onMessage(({ data }) => {
      received.push(data)
      return data === '1' ? new Promise<void>((resolve) => (resume = resolve)) : undefined
    })
    const request = await server.nextRequest()
    await request.send('data: 1\n\n')
    await request.send('data: 2\n\n')
    expect(received).toEqual(['1'])
    resume()
    await clock.advance(0)
    expect(received).toEqual(['1', '2'])
  })

  test('waits for a thenable that is not a Promise, and reports its rejection', async () => {
    const reported = vi.spyOn(console, 'error').mockImplementation(() => undefined)
    const stream = make()
    let reject!: (error: Error) => void
    const received: string[] = []
    stream.onMessage(({ data }) => {
      received.push(data)
      if (data !== '1') return undefined
      // oxlint-disable-next-line unicorn/no-thenable
      return { then: (_: unknown, onRejected: typeof reject) => (reject = onRejected) }
    })
    const request = await server.nextRequest()
    await request.send('data: 1\n\n')
    await request.send('data: 2\n\n')
    expect(received).toEqual(['1'])
    reject(new Error('the listener failed'))
    await clock.advance(0)
    expect(received).toEqual(['1', '2'])
    expect(reported).toHaveBeenCalledExactlyOnceWith(
      expect.objectContaining({ message: 'the listener failed' }),
    )
    expect(stream.getSnapshot().status).toBe('open')
    reported.mockRestore()
  })

  test('waits for the slowest listener of all streams that share a connection', async () => {
    const scope = createScope()
    const resolvers: (() => void)[] = []
    const received: string[] = []
    for (const name of ['a', 'b'])
      make({}, scope).onMessage(({ data }) => {
        received.push(`${name}${data}`)
        return new Promise<void>((resolve) => resolvers.push(resolve))
      })
    const request = await server.nextRequest()
    await request.send('data: 1\n\ndata: 2\n\n')
    await request.send('data: 3\n\n')
    expect(received).toEqual(['a1', 'b1', 'a2', 'b2'])
    for (const resolve of resolvers.slice(1)) resolve()
    await clock.advance(0)
    expect(received).toHaveLength(4)
    resolvers[0]!()
    await clock.advance(0)
    expect(received.slice(4)).toEqual(['a3', 'b3'])
  })

  test('does not prevent a closed stream from opening again', async () => {
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
