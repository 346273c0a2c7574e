import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import {
  bindEventStream,
  createEventStream,
  createScope,
  type EventStreamOptions,
  type NoEvents,
  history,
  type Message,
  type Scope,
} from '../../src/index.ts'
import {
  createFakeClock,
  createFakeServer,
  type FakeClock,
  type FakeServer,
} from '../../src/testing/index.ts'

const url = 'https://example.com/stream'
const noop = () => undefined
let clock: FakeClock
let server: FakeServer
let scope: Scope

beforeEach(() => {
  clock = createFakeClock()
  server = createFakeServer()
  scope = createScope()
})

const make = <Data = string | undefined>(options: EventStreamOptions<Data> = {}, address = url) =>
  createEventStream<NoEvents, Data>(address, { clock, fetch: server.fetch, ...options }, scope)

afterEach(() => vi.restoreAllMocks())

describe('streams with the same request in one scope', () => {
  test('share one connection, each with its own fold', async () => {
    const one = make()
    const two = make({ fold: history(10) })
    one.subscribe(noop)
    two.subscribe(noop)
    const request = await server.nextRequest()
    await request.send('id: 1\ndata: a\n\nid: 2\ndata: b\n\n')
    await clock.advance(0)
    expect(one.getSnapshot()).toMatchObject({ status: 'open', data: 'b', lastEventId: '2' })
    expect(two.getSnapshot().data.map(({ data }) => data)).toEqual(['a', 'b'])
    expect(server.requests).toHaveLength(1)
  })

  test('close the connection closeDelayMs after the last subscriber has left, and leave nothing in the scope', async () => {
    const unsubscribeOne = make().subscribe(noop)
    const unsubscribeTwo = make().subscribe(noop)
    await (await server.nextRequest()).accept()
    unsubscribeOne()
    await clock.advance(10_000)
    expect(server.connections).toBe(1)
    unsubscribeTwo()
    await clock.advance(199)
    expect(server.connections).toBe(1)
    await clock.advance(1)
    expect(server.connections).toBe(0)
    expect(scope.connections.size).toBe(0)
    expect(clock.timers).toBe(0)
  })

  test('reuse the connection if another one subscribes within closeDelayMs', async () => {
    const unsubscribe = make().subscribe(noop)
    await (await server.nextRequest()).accept()
    unsubscribe()
    make().subscribe(noop)
    await clock.advance(10_000)
    expect(server.requests).toHaveLength(1)
    expect(server.connections).toBe(1)
  })

  test('have the current status immediately, also before they subscribe', async () => {
    make().subscribe(noop)
    await (await server.nextRequest()).accept()
    const second = make()
    expect(second.getSnapshot().status).toBe('open')
    expect(second.getServerSnapshot().status).toBe('idle')
    second.subscribe(noop)
    expect(second.getSnapshot().status).toBe('open')
  })

  test('start with the last message with latest, and with the next message with history, if they subscribe later', async () => {
    make().subscribe(noop)
    const request = await server.nextRequest()
    await request.send('data: a\n\ndata: b\n\n')
    const price = make()
    const list = make<readonly Message[]>({ fold: history(10) })
    price.subscribe(noop)
    list.subscribe(noop)
    expect(price.getSnapshot().data).toBe('b')
    expect(list.getSnapshot().data).toEqual([])
    await request.send('data: c\n\n')
    await clock.advance(0)
    expect(list.getSnapshot().data.map(({ data }) => data)).toEqual(['c'])
  })

  test('use the options of the oldest subscriber for the connection', async () => {
    const unsubscribe = make({ headers: () => ({ name: 'first' }) }).subscribe(noop)
    make({ headers: () => ({ name: 'second' }) }).subscribe(noop)
    const request = await server.nextRequest()
    expect(request.headers.get('name')).toBe('first')
    unsubscribe()
    await clock.advance(200)
    await request.fail()
    await clock.advance(1_000)
    expect((await server.nextRequest()).headers.get('name')).toBe('second')
  })

  test('are all closed by close() of one, and opened by open() of one', async () => {
    const one = make()
    const two = make()
    one.subscribe(noop)
    two.subscribe(noop)
    one.close()
    expect(two.getSnapshot()).toMatchObject({ status: 'closed', reason: 'closed' })
    two.open()
    await clock.advance(0)
    expect(one.getSnapshot().status).toBe('connecting')
    expect(server.connections).toBe(1)
  })

  test('do not join a connection that has ended, but open another one', async () => {
    const options = { method: 'POST', body: 'q', until: ({ data }: Message) => data === '[DONE]' }
    make(options).subscribe(noop)
    await (await server.nextRequest()).send('data: a\n\ndata: [DONE]\n\n')
    const second = make(options)
    expect(second.getSnapshot().status).toBe('idle')
    second.subscribe(noop)
    await clock.advance(0)
    expect(server.requests).toHaveLength(2)
  })

  test('are not affected if a callback of another one throws', async () => {
    vi.spyOn(console, 'error').mockReturnValue()
    make({
      onMessage: () => {
        throw new Error('thrown by onMessage')
      },
    }).subscribe(noop)
    const two = make()
    two.subscribe(noop)
    await (await server.nextRequest()).send('data: a\n\n')
    await clock.advance(0)
    expect(two.getSnapshot().data).toBe('a')
  })

  test('keep their own data when they unsubscribe and subscribe again', async () => {
    const one = make({ fold: history(10) })
    const two = make()
    const unsubscribe = one.subscribe(noop)
    two.subscribe(noop)
    const request = await server.nextRequest()
    await request.send('data: a\n\n')
    unsubscribe()
    await clock.advance(200)
    await request.send('data: missed\n\n')
    one.subscribe(noop)
    await request.send('data: c\n\n')
    await clock.advance(0)
    expect(one.getSnapshot().data.map(({ data }) => data)).toEqual(['a', 'c'])
  })
})

describe('a connection is not shared with a stream', () => {
  const stream = () => new Blob(['x'])
  test.each<[string, EventStreamOptions, EventStreamOptions]>([
    ['with another method', { method: 'POST' }, { method: 'PUT' }],
    ['with another body', { method: 'POST', body: 'a' }, { method: 'POST', body: 'b' }],
    ['with another key', { key: 'a' }, { key: 'b' }],
    ['if one has share: false', { share: false }, {}],
    [
      'with a body that is not comparable',
      { method: 'POST', body: stream() },
      { method: 'POST', body: stream() },
    ],
    ['with another fetch', {}, { fetch: ((...all) => server.fetch(...all)) as typeof fetch }],
  ])('%s', async (_, one, two) => {
    make(one).subscribe(noop)
    make(two).subscribe(noop)
    await clock.advance(0)
    expect(server.requests).toHaveLength(2)
  })

  test('with another URL, or in another scope', async () => {
    make().subscribe(noop)
    make({}, `${url}?other`).subscribe(noop)
    createEventStream(url, { clock, fetch: server.fetch }, createScope()).subscribe(noop)
    createEventStream(url, { clock, fetch: server.fetch }).subscribe(noop)
    await clock.advance(0)
    expect(server.requests).toHaveLength(4)
  })

  test('except if both have the same key, also with bodies that are not comparable', async () => {
    for (let n = 0; n < 2; n++) make({ method: 'POST', body: stream(), key: 'same' }).subscribe(noop)
    await clock.advance(0)
    expect(server.requests).toHaveLength(1)
  })
})

describe('observe', () => {
  test('calls the listener for every change without opening the stream', async () => {
    const stream = make()
    let calls = 0
    const stopObserving = stream.observe(() => calls++)
    await clock.advance(0)
    expect(server.requests).toHaveLength(0)
    const unsubscribe = stream.subscribe(noop)
    await (await server.nextRequest()).accept()
    expect(stream.getSnapshot().status).toBe('open')
    expect(calls).toBeGreaterThanOrEqual(2)
    unsubscribe()
    await clock.advance(200)
    expect(stream.getSnapshot().status).toBe('idle')
    const before = calls
    stopObserving()
    stream.open()
    expect(calls).toBe(before)
  })
})

test('a stream without a URL stays idle', async () => {
  for (const address of [null, undefined]) {
    const stream = bindEventStream(
      () => address,
      () => ({ clock, fetch: server.fetch, initialData: 'x' }),
      { scope },
    )
    stream.subscribe(noop)
    stream.open()
    expect(stream.getSnapshot()).toMatchObject({ status: 'idle', data: 'x', lastEventId: '' })
    stream.close()
    await clock.advance(1_000)
  }
  expect(server.requests).toHaveLength(0)
  expect(scope.connections.size).toBe(0)
})
