import { beforeEach, describe, expect, test, vi } from 'vitest'
import { createEventStream, keyed, select, type Notify, type Page } from '../../src/index.ts'
import {
  createFakeClock,
  createFakeServer,
  type FakeClock,
  type FakeServer,
} from '../../src/testing/index.ts'

let clock: FakeClock
let server: FakeServer
let visible: boolean

beforeEach(() => {
  clock = createFakeClock()
  server = createFakeServer()
  visible = true
})

const page: Page = { showsFrames: () => visible, address: () => undefined, observe: () => () => {} }

async function open(notify?: Notify) {
  const stream = createEventStream('https://example.com/', {
    clock,
    fetch: server.fetch,
    page,
    ...(notify !== undefined && { notify }),
  })
  const listener = vi.fn()
  const unsubscribe = stream.subscribe(listener)
  const request = await server.nextRequest()
  await request.accept()
  listener.mockClear()
  return { stream, listener, request, unsubscribe }
}

test('in a visible page listeners are called once per frame, and the snapshot changes only then', async () => {
  const { stream, listener, request } = await open()
  const before = stream.getSnapshot()
  await request.send('data: a\n\n')
  await request.send('data: b\n\n')
  await clock.advance(500)
  expect(stream.getSnapshot()).toBe(before)
  await clock.showFrame()
  expect(listener).toHaveBeenCalledTimes(1)
  expect(stream.getSnapshot().data).toBe('b')
})

test('listeners are called once, within a second, if the page is hidden before its next frame', async () => {
  const { stream, listener, request } = await open()
  await request.send('data: a\n\n')
  visible = false
  await clock.advance(1_000)
  expect([listener.mock.calls.length, stream.getSnapshot().data]).toEqual([1, 'a'])
  expect([clock.frames]).toEqual([0])
  await request.send('data: b\n\n')
  await clock.advance(0)
  expect([listener.mock.calls.length, stream.getSnapshot().data]).toEqual([2, 'b'])
})

test("'sync' calls listeners for each message, with its id", async () => {
  const { stream, listener, request } = await open('sync')
  const snapshots: string[] = []
  listener.mockImplementation(() => {
    const { data, lastEventId } = stream.getSnapshot()
    snapshots.push(`${lastEventId}/${data}`)
  })
  await request.send('id: 1\ndata: 1\n\nid: 2\ndata: 2\n\nid: 3\ndata: 3\n\n')
  expect(snapshots).toEqual(['1/1', '2/2', '3/3'])
})

test("'microtask' calls listeners once per chunk, without a frame or a timer", async () => {
  const { stream, listener, request } = await open('microtask')
  const timers = clock.timers
  await request.send('data: a\n\ndata: b\n\n')
  expect(listener).toHaveBeenCalledTimes(1)
  expect(stream.getSnapshot().data).toBe('b')
  expect([clock.frames, clock.timers]).toEqual([0, timers])
})

test("'microtask' does not call listeners again if a change of status came first", async () => {
  const { stream, listener, request } = await open('microtask')
  stream.onMessage(() => stream.close())
  listener.mockClear()
  await request.send('data: a\n\n')
  expect(listener).toHaveBeenCalledTimes(1)
  expect(stream.getSnapshot()).toMatchObject({ status: 'closed', data: 'a' })
})

test('a number calls listeners that many milliseconds after the first message', async () => {
  const { listener, request } = await open(250)
  await request.send('data: a\n\n')
  await clock.advance(200)
  await request.send('data: b\n\n')
  await clock.advance(49)
  expect(listener).not.toHaveBeenCalled()
  await clock.advance(1)
  expect(listener).toHaveBeenCalledTimes(1)
})

test.each<Notify>(['frame', 'microtask', 250])(
  'with notify %s listeners are called immediately for a change of status, with all data',
  async (notify) => {
    const { stream, listener, request } = await open(notify)
    await request.send('data: a\n\n')
    listener.mockClear()
    stream.close()
    expect(listener).toHaveBeenCalledTimes(1)
    expect(stream.getSnapshot()).toMatchObject({ status: 'closed', data: 'a' })
    await clock.showFrame()
    await clock.advance(2_000)
    expect(listener).toHaveBeenCalledTimes(1)
  },
)

test.each(['often', -1, Number.NaN, null])('createEventStream throws if notify is %s', (notify) => {
  expect(() => createEventStream('https://example.com/', { notify: notify as never })).toThrow(
    expect.objectContaining({ code: 'invalid-option', option: 'notify' }),
  )
})

test('no frame and no timer is pending after the last subscriber has left', async () => {
  const { request, unsubscribe } = await open()
  await request.send('data: a\n\n')
  unsubscribe()
  await clock.advance(60_000)
  expect([clock.frames, clock.timers]).toEqual([0, 0])
})

describe('the option select', () => {
  async function openTable(select: (data: ReadonlyMap<string, { data: string }>) => unknown) {
    const options = { clock, fetch: server.fetch, fold: keyed((message) => message.type), select }
    const stream = createEventStream('https://example.com/', options)
    const listener = vi.fn()
    stream.subscribe(listener)
    const request = await server.nextRequest()
    await request.accept()
    listener.mockClear()
    const send = async (blocks: string) => {
      await request.send(blocks)
      await clock.advance(0)
    }
    return { stream, listener, request, send }
  }

  test('calls listeners only for a change of the selected data or of the status', async () => {
    const { stream, listener, send, request } = await openTable((data) => data.get('a')?.data)
    await send('event: b\ndata: 1\n\n')
    expect(listener).not.toHaveBeenCalled()
    const before = stream.getSnapshot()
    await send('event: a\ndata: 1\n\n')
    expect(listener).toHaveBeenCalledTimes(1)
    expect(stream.getSnapshot()).not.toBe(before)
    await send('event: a\ndata: 1\n\nevent: b\ndata: 2\n\n')
    expect(listener).toHaveBeenCalledTimes(1)
    await request.fail()
    expect(listener).toHaveBeenCalledTimes(2)
    expect(stream.getSnapshot()).toMatchObject({ status: 'waiting' })
    expect(stream.getSnapshot().data.get('b')?.data).toBe('2')
  })

  test('may select another part of the data, which is up to date', async () => {
    let key = 'a'
    const { stream, send } = await openTable((data) => data.get(key)?.data)
    await send('event: a\ndata: 1\n\nevent: b\ndata: 1\n\n')
    await send('event: b\ndata: 2\n\n')
    key = 'b'
    expect(stream.getSnapshot().data.get('b')?.data).toBe('2')
  })
})

test('select() notifies each row of a table about its own data, over one connection', async () => {
  const stream = createEventStream('https://example.com/', {
    clock,
    fetch: server.fetch,
    fold: keyed((message) => message.type),
  })
  const rows = ['a', 'b'].map((key) => {
    const row = select(stream, (data) => data.get(key)?.data)
    const listener = vi.fn()
    row.subscribe(listener)
    return { row, listener }
  })
  const request = await server.nextRequest()
  await request.send('event: a\ndata: 1\n\nevent: b\ndata: 1\n\n')
  await clock.advance(0)
  for (const { listener } of rows) listener.mockClear()
  await request.send('event: b\ndata: 2\n\n')
  await clock.advance(0)
  expect(rows.map(({ listener }) => listener.mock.calls.length)).toEqual([0, 1])
  expect(server.requests).toHaveLength(1)
})
