import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import {
  createEventStream,
  type EventStream,
  type EventStreamOptions,
  type NoEvents,
  history,
  type Message,
} from '../../src/index.ts'
import {
  createFakeClock,
  createFakeServer,
  type FakeClock,
  type FakeServer,
} from '../../src/testing/index.ts'

const url = 'https://example.com/stream'
let clock: FakeClock
let server: FakeServer

beforeEach(() => {
  clock = createFakeClock()
  server = createFakeServer()
})

function make<Data = string | undefined>(options: EventStreamOptions<Data> = {}): EventStream<Data> {
  return createEventStream<NoEvents, Data>(url, {
    clock,
    fetch: server.fetch,
    ...options,
  }) as EventStream<Data>
}

const noop = () => undefined

describe('a stream without subscribers', () => {
  test('is idle and has no request and no timer', async () => {
    const stream = make()
    await clock.advance(60_000)
    expect(server.requests).toHaveLength(0)
    expect(clock.timers).toBe(0)
    expect(stream.getSnapshot()).toMatchObject({ status: 'idle', data: undefined, lastEventId: '' })
  })

  test('calls no option function', async () => {
    const headers = vi.fn(() => ({}))
    const body = vi.fn(() => 'x')
    make({ headers, body, method: 'POST' })
    await clock.advance(0)
    expect(headers).not.toHaveBeenCalled()
    expect(body).not.toHaveBeenCalled()
  })
})

describe('subscribing', () => {
  test('opens the stream, which closes closeDelayMs after the last subscriber has left', async () => {
    const stream = make()
    const unsubscribeOne = stream.subscribe(noop)
    const unsubscribeTwo = stream.subscribe(noop)
    await clock.advance(0)
    expect(server.requests).toHaveLength(1)
    unsubscribeOne()
    await clock.advance(1_000)
    expect(server.connections).toBe(1)
    unsubscribeTwo()
    await clock.advance(199)
    expect(server.connections).toBe(1)
    await clock.advance(1)
    expect(server.connections).toBe(0)
    expect(clock.timers).toBe(0)
    expect(stream.getSnapshot().status).toBe('idle')
  })

  test('again within closeDelayMs keeps the connection', async () => {
    const stream = make()
    stream.subscribe(noop)()
    stream.subscribe(noop)
    await clock.advance(10_000)
    expect(server.requests).toHaveLength(1)
  })

  test('returns a function that unsubscribes once, also if it is called twice', async () => {
    const stream = make()
    const unsubscribe = stream.subscribe(noop)
    stream.subscribe(noop)
    unsubscribe()
    unsubscribe()
    await clock.advance(1_000)
    expect(server.connections).toBe(1)
  })

  test('twice with the same listener calls it twice', async () => {
    const stream = make()
    const listener = vi.fn()
    stream.subscribe(listener)
    const unsubscribe = stream.subscribe(listener)
    listener.mockClear()
    await (await server.nextRequest()).accept()
    expect(listener).toHaveBeenCalledTimes(2)
    unsubscribe()
    stream.close()
    expect(listener).toHaveBeenCalledTimes(3)
  })

  test('after the last subscriber has left resumes with the last id and the data', async () => {
    const stream = make({ fold: history(10) })
    const unsubscribe = stream.subscribe(noop)
    await (await server.nextRequest()).send('id: 7\ndata: a\n\n')
    unsubscribe()
    await clock.advance(200)
    stream.subscribe(noop)
    const request = await server.nextRequest()
    expect(request.headers.get('last-event-id')).toBe('7')
    await request.send('id: 8\ndata: b\n\n')
    await clock.advance(0)
    expect(stream.getSnapshot().data.map(({ data }) => data)).toEqual(['a', 'b'])
  })

  test('does not reopen a stream after close()', async () => {
    const stream = make()
    const unsubscribe = stream.subscribe(noop)
    stream.close()
    unsubscribe()
    await clock.advance(1_000)
    stream.subscribe(noop)
    await clock.advance(0)
    expect(server.requests).toHaveLength(0)
    expect(stream.getSnapshot()).toMatchObject({ status: 'closed', reason: 'closed' })
    stream.open()
    await clock.advance(0)
    expect(server.requests).toHaveLength(1)
  })

  test('with onMessage opens the stream, too', async () => {
    const stream = make()
    const seen: string[] = []
    stream.onMessage(({ data }) => seen.push(data))
    await (await server.nextRequest()).send('data: a\n\n')
    expect(seen).toEqual(['a'])
  })
})

describe('a snapshot', () => {
  test('is the same object until something changes', async () => {
    const stream = make()
    stream.subscribe(noop)
    const request = await server.nextRequest()
    await request.accept()
    const open = stream.getSnapshot()
    expect(stream.getSnapshot()).toBe(open)
    await request.send(': comment\n\n')
    await clock.advance(1_000)
    expect(stream.getSnapshot()).toBe(open)
    await request.send('data: a\n\n')
    await clock.advance(0)
    expect(stream.getSnapshot()).not.toBe(open)
    expect(open.data).toBeUndefined()
  })

  test('is a new object for a message that equals the previous one', async () => {
    const stream = make()
    const listener = vi.fn()
    stream.subscribe(listener)
    const request = await server.nextRequest()
    await request.send('data: same\n\n')
    await clock.advance(0)
    const first = stream.getSnapshot()
    listener.mockClear()
    await request.send('data: same\n\n')
    await clock.advance(0)
    expect(listener).toHaveBeenCalledTimes(1)
    expect(stream.getSnapshot()).not.toBe(first)
  })

  test('changes only when listeners are called', async () => {
    const stream = make()
    const snapshots: unknown[] = []
    stream.subscribe(() => snapshots.push(stream.getSnapshot()))
    const request = await server.nextRequest()
    await request.accept()
    const calls = snapshots.length
    await request.send('data: a\n\n')
    expect(snapshots).toHaveLength(calls)
    expect(stream.getSnapshot()).toBe(snapshots.at(-1))
    await clock.advance(0)
    expect(stream.getSnapshot()).toBe(snapshots.at(-1))
    expect(stream.getSnapshot().data).toBe('a')
  })

  test('never has a new id with old data or an old id with new data', async () => {
    const stream = make()
    const pairs: string[] = []
    stream.subscribe(() => pairs.push(`${stream.getSnapshot().lastEventId}=${stream.getSnapshot().data}`))
    const request = await server.nextRequest()
    for (const id of [1, 2, 3]) {
      await request.send(`id: ${id}\ndata: ${id}\n\n`)
      if (id === 2) await clock.advance(0)
    }
    stream.close()
    expect(new Set(pairs)).toEqual(new Set(['=undefined', '2=2', '3=3']))
  })

  test('has attempt, error, delayMs and retryAt while the stream is waiting', async () => {
    const stream = make()
    stream.subscribe(noop)
    await (await server.nextRequest()).refuse(503, {}, 'overloaded')
    const snapshot = stream.getSnapshot()
    expect(snapshot).toMatchObject({
      status: 'waiting',
      attempt: 2,
      delayMs: 1_000,
      retryAt: clock.now() + 1_000,
      error: { code: 'status', status: 503, body: 'overloaded' },
    })
    await clock.advance(999)
    expect(server.requests).toHaveLength(1)
    await clock.advance(1)
    expect(server.requests).toHaveLength(2)
  })

  test('for server rendering is idle, has the initial data, and never changes', () => {
    const stream = make({ initialData: 'rendered', initialLastEventId: '41' })
    const snapshot = stream.getServerSnapshot()
    expect(snapshot).toMatchObject({ status: 'idle', data: 'rendered', lastEventId: '41' })
    stream.open()
    expect(stream.getServerSnapshot()).toBe(snapshot)
  })

  test('starts with the initial data, and the stream resumes from the initial id', async () => {
    const before: Message = { type: 'message', data: 'a', id: '41' }
    const stream = make({ fold: history(10), initialData: [before], initialLastEventId: '41' })
    stream.subscribe(noop)
    const request = await server.nextRequest()
    expect(request.headers.get('last-event-id')).toBe('41')
    await request.send('id: 42\ndata: b\n\n')
    await clock.advance(0)
    expect(stream.getSnapshot().data.map(({ id }) => id)).toEqual(['41', '42'])
    expect(stream.getSnapshot()).toMatchObject({ continuity: 'unverified' })
  })
})

describe('notifications', () => {
  test('come once for a burst of messages, with all their data', async () => {
    const stream = make({ fold: history(1_000) })
    const listener = vi.fn()
    stream.subscribe(listener)
    const request = await server.nextRequest()
    await request.accept()
    listener.mockClear()
    const burst = Array.from({ length: 500 }, (_, n) => `data: ${n}\n\n`).join('')
    await request.send(burst.slice(0, 2_000))
    await request.send(burst.slice(2_000))
    expect(listener).not.toHaveBeenCalled()
    await clock.advance(0)
    expect(listener).toHaveBeenCalledTimes(1)
    expect(stream.getSnapshot().data.map(({ data }) => Number(data))).toEqual(
      Array.from({ length: 500 }, (_, n) => n),
    )
  })

  test('wait for the next frame of a visible page', async () => {
    const page = { showsFrames: () => true, address: () => undefined, observe: () => noop }
    const stream = make({ page })
    const listener = vi.fn()
    stream.subscribe(listener)
    const request = await server.nextRequest()
    await request.accept()
    listener.mockClear()
    await request.send('data: a\n\n')
    await request.send('data: b\n\n')
    await clock.advance(900)
    expect(listener).not.toHaveBeenCalled()
    await clock.showFrame()
    await clock.advance(5_000)
    expect(listener).toHaveBeenCalledTimes(1)
    expect(stream.getSnapshot().data).toBe('b')
  })

  test('come immediately for a change of status, with all data so far', async () => {
    const stream = make()
    stream.subscribe(noop)
    const request = await server.nextRequest()
    await request.send('data: last\n\n')
    await request.fail()
    expect(stream.getSnapshot()).toMatchObject({
      status: 'waiting',
      data: 'last',
      error: { code: 'network' },
    })
    expect(clock.frames).toBe(0)
  })
})

describe('an error is reported and does not affect the stream or other listeners, if it is thrown by', () => {
  afterEach(() => vi.restoreAllMocks())

  test.each([
    ['a listener', (stream: EventStream, fail: () => never) => stream.subscribe(fail)],
    ['a message listener', (stream: EventStream, fail: () => never) => stream.onMessage(fail)],
    [
      'the promise of a message listener',
      (stream: EventStream, fail: () => never) => stream.onMessage(() => Promise.resolve().then(fail)),
    ],
  ])('%s', async (_, subscribe) => {
    const reported = vi.spyOn(console, 'error').mockReturnValue()
    const stream = make()
    subscribe(stream, () => {
      throw new Error('thrown by the test')
    })
    const seen: string[] = []
    stream.onMessage(({ data }) => seen.push(data))
    const request = await server.nextRequest()
    await request.send('data: a\n\ndata: b\n\n')
    await request.send('data: c\n\n')
    await clock.advance(10_000)
    expect(seen).toEqual(['a', 'b', 'c'])
    expect(reported).toHaveBeenCalledWith(expect.objectContaining({ message: 'thrown by the test' }))
    expect(stream.getSnapshot()).toMatchObject({ status: 'open', data: 'c' })
    expect(server.requests).toHaveLength(1)
  })

  test.each([
    ['until', { until: throwError }],
    ['onComment', { onComment: throwError }],
    ['the option onMessage', { onMessage: throwError }],
    ['inspect', { inspect: throwError }],
    ['fold.add', { fold: { initial: () => undefined, add: throwError, view: () => 'c' } }],
  ])('%s', async (_, options) => {
    const reported = vi.spyOn(console, 'error').mockReturnValue()
    const stream = make<string | undefined>(options)
    const seen: string[] = []
    stream.onMessage(({ data }) => seen.push(data))
    await (await server.nextRequest()).send(': hello\n\ndata: a\n\ndata: b\n\n')
    expect(seen).toEqual(['a', 'b'])
    expect(reported).toHaveBeenCalled()
    expect(stream.getSnapshot().status).toBe('open')
  })

  function throwError(): never {
    throw new Error('thrown by the test')
  }
})

describe('closing', () => {
  test('in the middle of a chunk delivers nothing afterwards', async () => {
    const stream = make({ fold: history(10) })
    const one: string[] = []
    const two: string[] = []
    stream.onMessage(({ data }) => {
      one.push(data)
      if (data === 'b') stream.close()
    })
    stream.onMessage(({ data }) => two.push(data))
    await (await server.nextRequest()).send('data: a\n\ndata: b\n\ndata: c\n\n')
    expect(one).toEqual(['a', 'b'])
    expect(two).toEqual(['a'])
    expect(stream.getSnapshot()).toMatchObject({ status: 'closed', reason: 'closed' })
    expect(stream.getSnapshot().data).toHaveLength(2)
    expect(server.connections).toBe(0)
  })

  test('and opening in the middle of a chunk resumes after the current message', async () => {
    const stream = make()
    const seen: string[] = []
    stream.onMessage(({ id }) => {
      seen.push(id)
      if (id !== '2') return
      stream.close()
      stream.open()
    })
    await (await server.nextRequest()).send('id: 1\ndata\n\nid: 2\ndata\n\nid: 3\ndata\n\n')
    const request = await server.nextRequest()
    expect(request.headers.get('last-event-id')).toBe('2')
    await request.send('id: 3\ndata\n\n')
    expect(seen).toEqual(['1', '2', '3'])
    expect(server.connections).toBe(1)
  })

  test('works in a subscriber', async () => {
    const stream = make()
    stream.subscribe(() => {
      if (stream.getSnapshot().status === 'open') stream.close()
    })
    await (await server.nextRequest()).accept()
    expect(stream.getSnapshot().status).toBe('closed')
    expect(server.connections).toBe(0)
    expect(clock.timers).toBe(0)
  })

  test('by an abort signal is permanent', async () => {
    const controller = new AbortController()
    const stream = make({ signal: controller.signal })
    stream.subscribe(noop)
    await (await server.nextRequest()).accept()
    controller.abort()
    expect(stream.getSnapshot()).toMatchObject({ status: 'closed', reason: 'closed' })
    stream.open()
    await clock.advance(0)
    expect(stream.getSnapshot().status).toBe('closed')
    expect(server.connections).toBe(0)
  })

  test('by until does not deliver the last message', async () => {
    const stream = make({ until: ({ data }) => data === '[DONE]', fold: history(10) })
    const seen: string[] = []
    stream.onMessage(({ data }) => seen.push(data))
    await (await server.nextRequest()).send('data: a\n\ndata: [DONE]\n\ndata: b\n\n')
    expect(seen).toEqual(['a'])
    expect(stream.getSnapshot()).toMatchObject({ status: 'closed', reason: 'ended' })
    expect(stream.getSnapshot().data).toHaveLength(1)
    expect(server.connections).toBe(0)
    await clock.advance(60_000)
    expect(server.requests).toHaveLength(1)
  })
})

describe('each attempt', () => {
  test('calls url, headers and body with the attempt, the last id and the error', async () => {
    const contexts: unknown[] = []
    const stream = createEventStream(({ attempt }) => `${url}?attempt=${attempt}`, {
      clock,
      fetch: server.fetch,
      method: 'POST',
      idempotent: true,
      headers: async ({ attempt, lastEventId, error }) => {
        contexts.push([attempt, lastEventId, error?.status])
        return { 'x-attempt': String(attempt) }
      },
      body: ({ attempt }) => `attempt ${attempt}`,
    })
    stream.open()
    const first = await server.nextRequest()
    await first.refuse(502)
    await clock.advance(1_000)
    const second = await server.nextRequest()
    expect(first.url).toBe(`${url}?attempt=1`)
    expect(second).toMatchObject({ url: `${url}?attempt=2`, method: 'POST', body: 'attempt 2' })
    expect(second.headers.get('x-attempt')).toBe('2')
    expect(second.headers.get('accept')).toBe('text/event-stream')
    expect(contexts).toEqual([
      [1, '', undefined],
      [2, '', 502],
    ])
  })

  test('is retried if headers throws', async () => {
    let calls = 0
    const stream = make({
      headers: () => {
        if (++calls === 1) throw new Error('no token')
        return {}
      },
    })
    stream.open()
    await clock.advance(0)
    expect(stream.getSnapshot()).toMatchObject({
      status: 'waiting',
      error: { code: 'option-failed', option: 'headers' },
    })
    await clock.advance(1_000)
    expect(server.requests).toHaveLength(1)
  })

  test('fails the stream if url returns an invalid URL', async () => {
    const stream = createEventStream(() => 'http://', { clock, fetch: server.fetch })
    stream.open()
    await clock.advance(0)
    expect(stream.getSnapshot()).toMatchObject({
      status: 'closed',
      reason: 'failed',
      error: { code: 'invalid-option' },
    })
    expect(server.requests).toHaveLength(0)
  })

  test('uses the latest options', async () => {
    let token = 'old'
    const stream = createEventStream(url, () => ({ clock, fetch: server.fetch, headers: { token } }))
    stream.open()
    await (await server.nextRequest()).fail()
    token = 'new'
    await clock.advance(1_000)
    expect((await server.nextRequest()).headers.get('token')).toBe('new')
  })
})
