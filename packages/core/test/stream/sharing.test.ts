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
const nothing = () => undefined
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

describe('streams in one scope that ask for the same', () => {
  test('share one connection, each with its own fold', async () => {
    const one = make()
    const two = make({ fold: history(10) })
    one.subscribe(nothing)
    two.subscribe(nothing)
    const request = await server.nextRequest()
    await request.send('id: 1\ndata: a\n\nid: 2\ndata: b\n\n')
    await clock.advance(0)
    expect(one.getSnapshot()).toMatchObject({ status: 'open', data: 'b', lastEventId: '2' })
    expect(two.getSnapshot().data.map(({ data }) => data)).toEqual(['a', 'b'])
    expect(server.requests).toHaveLength(1)
  })

  test('keep it until a short grace after the last has left, and then leave nothing in the scope', async () => {
    const leaveOne = make().subscribe(nothing)
    const leaveTwo = make().subscribe(nothing)
    await (await server.nextRequest()).accept()
    leaveOne()
    await clock.advance(10_000)
    expect(server.connections).toBe(1)
    leaveTwo()
    await clock.advance(199)
    expect(server.connections).toBe(1)
    await clock.advance(1)
    expect(server.connections).toBe(0)
    expect(scope.size).toBe(0)
    expect(clock.timers).toBe(0)
  })

  test('a new one within the grace takes the connection over', async () => {
    const leave = make().subscribe(nothing)
    await (await server.nextRequest()).accept()
    leave()
    make().subscribe(nothing)
    await clock.advance(10_000)
    expect(server.requests).toHaveLength(1)
    expect(server.connections).toBe(1)
  })

  test('a late comer has the status at once, even before it subscribes', async () => {
    make().subscribe(nothing)
    await (await server.nextRequest()).accept()
    const late = make()
    expect(late.getSnapshot().status).toBe('open')
    expect(late.getServerSnapshot().status).toBe('idle')
    late.subscribe(nothing)
    expect(late.getSnapshot().status).toBe('open')
  })

  test('a late comer begins with the last message under latest, and with what comes next under history', async () => {
    make().subscribe(nothing)
    const request = await server.nextRequest()
    await request.send('data: a\n\ndata: b\n\n')
    const price = make()
    const list = make<readonly Message[]>({ fold: history(10) })
    price.subscribe(nothing)
    list.subscribe(nothing)
    expect(price.getSnapshot().data).toBe('b')
    expect(list.getSnapshot().data).toEqual([])
    await request.send('data: c\n\n')
    await clock.advance(0)
    expect(list.getSnapshot().data.map(({ data }) => data)).toEqual(['c'])
  })

  test('the connection speaks with the options of the one who has been there longest', async () => {
    const leave = make({ headers: () => ({ name: 'first' }) }).subscribe(nothing)
    make({ headers: () => ({ name: 'second' }) }).subscribe(nothing)
    const request = await server.nextRequest()
    expect(request.headers.get('name')).toBe('first')
    leave()
    await clock.advance(200)
    await request.fail()
    await clock.advance(1_000)
    expect((await server.nextRequest()).headers.get('name')).toBe('second')
  })

  test('closing one by hand closes it for all, and opening one opens it for all', async () => {
    const one = make()
    const two = make()
    one.subscribe(nothing)
    two.subscribe(nothing)
    one.close()
    expect(two.getSnapshot()).toMatchObject({ status: 'closed', reason: 'closed' })
    two.open()
    await clock.advance(0)
    expect(one.getSnapshot().status).toBe('connecting')
    expect(server.connections).toBe(1)
  })

  test('a late comer does not join what is over, but begins anew', async () => {
    const options = { method: 'POST', body: 'q', until: ({ data }: Message) => data === '[DONE]' }
    make(options).subscribe(nothing)
    await (await server.nextRequest()).send('data: a\n\ndata: [DONE]\n\n')
    const late = make(options)
    expect(late.getSnapshot().status).toBe('idle')
    late.subscribe(nothing)
    await clock.advance(0)
    expect(server.requests).toHaveLength(2)
  })

  test('one that throws harms no other', async () => {
    vi.spyOn(console, 'error').mockReturnValue()
    make({
      onMessage: () => {
        throw new Error('mine')
      },
    }).subscribe(nothing)
    const two = make()
    two.subscribe(nothing)
    await (await server.nextRequest()).send('data: a\n\n')
    await clock.advance(0)
    expect(two.getSnapshot().data).toBe('a')
  })

  test('one that left and comes back goes on with its data, and is counted once', async () => {
    const one = make({ fold: history(10) })
    const two = make()
    const leave = one.subscribe(nothing)
    two.subscribe(nothing)
    const request = await server.nextRequest()
    await request.send('data: a\n\n')
    leave()
    await clock.advance(200)
    await request.send('data: missed\n\n')
    one.subscribe(nothing)
    await request.send('data: c\n\n')
    await clock.advance(0)
    expect(one.getSnapshot().data.map(({ data }) => data)).toEqual(['a', 'c'])
  })
})

describe('a connection is not shared', () => {
  const stream = () => new Blob(['x'])
  test.each<[string, EventStreamOptions, EventStreamOptions]>([
    ['with another method', { method: 'POST' }, { method: 'PUT' }],
    ['with another body', { method: 'POST', body: 'a' }, { method: 'POST', body: 'b' }],
    ['with another key', { key: 'a' }, { key: 'b' }],
    ['by one who does not want to', { share: false }, {}],
    [
      'with a body that cannot be compared',
      { method: 'POST', body: stream() },
      { method: 'POST', body: stream() },
    ],
    ['through another fetch', {}, { fetch: ((...all) => server.fetch(...all)) as typeof fetch }],
  ])('%s', async (_, one, two) => {
    make(one).subscribe(nothing)
    make(two).subscribe(nothing)
    await clock.advance(0)
    expect(server.requests).toHaveLength(2)
  })

  test('with another url, or from another scope', async () => {
    make().subscribe(nothing)
    make({}, `${url}?other`).subscribe(nothing)
    createEventStream(url, { clock, fetch: server.fetch }, createScope()).subscribe(nothing)
    createEventStream(url, { clock, fetch: server.fetch }).subscribe(nothing)
    await clock.advance(0)
    expect(server.requests).toHaveLength(4)
  })

  test('but a key answers for what cannot be compared', async () => {
    for (let n = 0; n < 2; n++) make({ method: 'POST', body: stream(), key: 'same' }).subscribe(nothing)
    await clock.advance(0)
    expect(server.requests).toHaveLength(1)
  })
})

describe('watching', () => {
  test('opens nothing, and is told of everything', async () => {
    const stream = make()
    let told = 0
    const end = stream.observe(() => told++)
    await clock.advance(0)
    expect(server.requests).toHaveLength(0)
    const leave = stream.subscribe(nothing)
    await (await server.nextRequest()).accept()
    expect(stream.getSnapshot().status).toBe('open')
    expect(told).toBeGreaterThanOrEqual(2)
    leave()
    await clock.advance(200)
    expect(stream.getSnapshot().status).toBe('idle')
    const before = told
    end()
    stream.open()
    expect(told).toBe(before)
  })
})

test('a stream without an address stays idle, whatever is asked of it', async () => {
  for (const address of [null, undefined]) {
    const stream = bindEventStream(
      () => address,
      () => ({ clock, fetch: server.fetch, initialData: 'x' }),
      scope,
    )
    stream.subscribe(nothing)
    stream.open()
    expect(stream.getSnapshot()).toMatchObject({ status: 'idle', data: 'x', lastEventId: '' })
    stream.close()
    await clock.advance(1_000)
  }
  expect(server.requests).toHaveLength(0)
  expect(scope.size).toBe(0)
})
