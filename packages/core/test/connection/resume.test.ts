import { describe, expect, test, vi } from 'vitest'
import { sessionStore, type LastEventIdStore } from '../../src/platform/session-store.ts'
import { createBench } from './harness.ts'

describe('an id', () => {
  test.each(['42', '消息-42', 'é', ' 🎉', 'a,b;c="d"', 'tab\there', 'ünï'])(
    'survives a reconnect as UTF-8: %j',
    async (id) => {
      const bench = createBench()
      bench.join()
      await bench.clock.advance(0)
      await bench.server.requests[0]!.send(`id: ${id}\ndata: x\n\n`)
      await bench.server.requests[0]!.fail()
      await bench.clock.advance(1_000)
      const header = bench.server.requests[1]!.headers.get('last-event-id')!
      expect(Buffer.from(header, 'latin1').toString()).toBe(id.trim())
      expect(bench.stream.getSnapshot().lastEventId).toBe(id)
    },
  )

  test.each(['\u0001', '\u001b[31m', 'a\u007fb'])(
    'that no header can carry is not sent, and stops nothing: %j',
    async (id) => {
      const bench = createBench()
      bench.join()
      await bench.clock.advance(0)
      await bench.server.requests[0]!.send(`id: ${id}\ndata: x\n\n`)
      await bench.server.requests[0]!.fail()
      await bench.clock.advance(1_000)
      expect(bench.server.requests[1]!.headers.has('last-event-id')).toBe(false)
      await bench.server.requests[1]!.accept()
      expect(bench.state).toMatchObject({ status: 'open', continuity: 'restarted' })
    },
  )

  test('of a block that was cut off is not sent', async () => {
    const bench = createBench()
    bench.join()
    await bench.clock.advance(0)
    await bench.server.requests[0]!.send('id: 1\ndata: x\n\nid: 2\ndata: half')
    await bench.server.requests[0]!.fail()
    await bench.clock.advance(1_000)
    expect(bench.server.requests[1]!.headers.get('last-event-id')).toBe('1')
  })

  test('that is set to nothing is not sent any more', async () => {
    const bench = createBench()
    bench.join()
    await bench.clock.advance(0)
    await bench.server.requests[0]!.send('id: 1\ndata: x\n\nid\ndata: y\n\n')
    await bench.server.requests[0]!.fail()
    await bench.clock.advance(1_000)
    expect(bench.server.requests[1]!.headers.has('last-event-id')).toBe(false)
  })

  test('goes on from the one before', async () => {
    const bench = createBench({ initialLastEventId: '9' })
    bench.join()
    await bench.clock.advance(0)
    expect(bench.server.requests[0]!.headers.get('last-event-id')).toBe('9')
    await bench.server.requests[0]!.send('data: no id of its own\n\n')
    expect(bench.messages[0]!.id).toBe('9')
    await bench.server.requests[0]!.send('id: 10\ndata: x\n\n')
    await bench.server.requests[0]!.fail()
    await bench.clock.advance(1_000)
    expect(bench.server.requests[1]!.headers.get('last-event-id')).toBe('10')
  })
})

test('a Last-Event-ID among one’s own headers pins nothing: the newest id goes before it', async () => {
  const bench = createBench({ headers: { 'Last-Event-ID': 'mine' } })
  bench.join()
  await bench.clock.advance(0)
  expect(bench.server.requests[0]!.headers.get('last-event-id')).toBe('mine')
  await bench.server.requests[0]!.send('id: 10\ndata: x\n\n')
  await bench.server.requests[0]!.fail()
  await bench.clock.advance(1_000)
  expect(bench.server.requests[1]!.headers.get('last-event-id')).toBe('10')
})

describe('the opening', () => {
  test('is fresh, then restarted without an id and resumed with one, and tells how long it was away', async () => {
    const openings: unknown[] = []
    const bench = createBench({
      onReconnect: ({ continuity, downtimeMs }) =>
        openings.push([continuity, downtimeMs, bench.messages.length]),
    })
    bench.join()
    const { clock, server } = bench
    await clock.advance(0)
    await server.requests[0]!.accept()
    expect(bench.state).toMatchObject({ status: 'open', continuity: 'fresh', downtimeMs: 0 })
    await server.requests[0]!.fail()
    await clock.advance(1_000)
    await server.requests[1]!.send('id: 1\ndata: x\n\n')
    expect(bench.state).toMatchObject({ status: 'open', continuity: 'restarted', downtimeMs: 1_000 })
    await server.requests[1]!.fail()
    await clock.advance(1_000)
    await server.requests[2]!.refuse(503)
    await clock.advance(2_000)
    await clock.advance(500)
    await server.requests[3]!.send('id: 2\ndata: y\n\n')
    expect(bench.state).toMatchObject({ status: 'open', continuity: 'resumed', downtimeMs: 3_500 })
    // Told before the first message of the connection.
    expect(openings).toEqual([
      ['restarted', 1_000, 0],
      ['resumed', 3_500, 1],
    ])
  })

  test('that an app answers with close delivers nothing', async () => {
    const bench = createBench({ onReconnect: () => bench.stream.close() })
    bench.join()
    await bench.clock.advance(0)
    await bench.server.requests[0]!.accept()
    await bench.server.requests[0]!.fail()
    await bench.clock.advance(1_000)
    await bench.server.requests[1]!.send('data: x\n\n')
    expect(bench.state).toMatchObject({ status: 'closed', reason: 'closed' })
    expect(bench.messages).toEqual([])
    expect(await bench.finish()).toEqual([])
  })

  test('told to one that throws harms nobody', async () => {
    const { error } = console
    const reported = vi.fn<(error: unknown) => void>()
    console.error = reported
    const bench = createBench({
      initialLastEventId: '1',
      onReconnect() {
        throw new Error('from onReconnect')
      },
    })
    bench.join()
    await bench.clock.advance(0)
    await bench.server.requests[0]!.send('data: x\n\n')
    console.error = error
    expect(reported).toHaveBeenCalledTimes(1)
    expect(bench.messages).toHaveLength(1)
  })
})

describe('a store', () => {
  const createStore = (id?: string | null) => {
    const kept: string[] = []
    const store: LastEventIdStore = { get: () => kept.at(-1) ?? id, set: (next) => void kept.push(next) }
    return { store, kept }
  }

  test('lets a reload resume', async () => {
    const { store, kept } = createStore()
    const before = createBench({ lastEventIdStore: store })
    before.join()
    await before.clock.advance(0)
    expect(before.server.requests[0]!.headers.has('last-event-id')).toBe(false)
    await before.server.requests[0]!.send('id: 1\ndata: x\n\nid: 消息2\ndata: y\n\n')
    await before.server.requests[0]!.send('data: z\n\n')
    expect(kept).toEqual(['消息2'])
    const after = createBench({ lastEventIdStore: store })
    expect(after.stream.getSnapshot().lastEventId).toBe('')
    after.join()
    await after.clock.advance(0)
    expect(after.server.requests[0]!.headers.get('last-event-id')).toBe(
      Buffer.from('消息2').toString('latin1'),
    )
    await after.server.requests[0]!.accept()
    expect(after.state).toMatchObject({ status: 'open', continuity: 'resumed' })
  })

  test('keeps the id of the message at which a listener closed the stream', async () => {
    const { store, kept } = createStore()
    const bench = createBench({ lastEventIdStore: store })
    bench.stream.onMessage(({ id }) => void (id === '2' && bench.stream.close()))
    await bench.clock.advance(0)
    await bench.server.requests[0]!.send('id: 1\ndata: x\n\nid: 2\ndata: y\n\nid: 3\ndata: z\n\n')
    expect(kept).toEqual(['2'])
  })

  test('is asked when the stream opens, not when it is made, and only once', async () => {
    const get = vi.fn<() => string>(() => '5')
    const bench = createBench({ lastEventIdStore: { get, set: () => undefined } })
    expect(get).not.toHaveBeenCalled()
    bench.join()
    await bench.clock.advance(0)
    await bench.server.requests[0]!.fail()
    await bench.clock.advance(1_000)
    expect(bench.server.requests[1]!.headers.get('last-event-id')).toBe('5')
    expect(get).toHaveBeenCalledTimes(1)
  })

  test('is asked where the initial id is empty', async () => {
    const bench = createBench({ lastEventIdStore: createStore('stored').store, initialLastEventId: '' })
    bench.join()
    await bench.clock.advance(0)
    expect(bench.server.requests[0]!.headers.get('last-event-id')).toBe('stored')
  })

  test('gives way to an initial id', async () => {
    const bench = createBench({ lastEventIdStore: createStore('old').store, initialLastEventId: 'rendered' })
    bench.join()
    await bench.clock.advance(0)
    expect(bench.server.requests[0]!.headers.get('last-event-id')).toBe('rendered')
  })

  test('that throws is reported, and harms nothing', async () => {
    const { error } = console
    const reported = vi.fn<(error: unknown) => void>()
    console.error = reported
    const throws = (): never => {
      throw new Error('no storage')
    }
    const bench = createBench({ lastEventIdStore: { get: throws, set: throws } })
    bench.join()
    await bench.clock.advance(0)
    await bench.server.requests[0]!.send('id: 1\ndata: x\n\n')
    console.error = error
    expect(bench.messages).toHaveLength(1)
    expect(reported).toHaveBeenCalledTimes(2)
  })

  test('in the session is quiet where there is none, or where it throws', () => {
    const store = sessionStore('news')
    vi.stubGlobal('sessionStorage', undefined)
    expect(store.get()).toBeUndefined()
    store.set('1')
    const throws = (): never => {
      throw new DOMException('The operation is insecure.', 'SecurityError')
    }
    vi.stubGlobal('sessionStorage', { getItem: throws, setItem: throws })
    expect(store.get()).toBeUndefined()
    store.set('1')
    const kept = new Map<string, string>()
    vi.stubGlobal('sessionStorage', {
      getItem: (key: string) => kept.get(key) ?? null,
      setItem: (key: string, value: string) => kept.set(key, value),
    })
    store.set('7')
    expect(store.get()).toBe('7')
    expect([...kept]).toEqual([['news', '7']])
    vi.unstubAllGlobals()
  })
})
