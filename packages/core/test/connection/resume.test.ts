import { describe, expect, test, vi } from 'vitest'
import { sessionStore, type LastEventIdStore } from '../../src/platform/session-store.ts'
import { createHarness } from './harness.ts'

describe('the last event id', () => {
  test.each(['42', '消息-42', 'é', ' 🎉', 'a,b;c="d"', 'tab\there', 'ünï'])(
    'is sent as UTF-8 when the stream reconnects: %j',
    async (id) => {
      const harness = createHarness()
      harness.subscribe()
      await harness.clock.advance(0)
      await harness.server.requests[0]!.send(`id: ${id}\ndata: x\n\n`)
      await harness.server.requests[0]!.fail()
      await harness.clock.advance(1_000)
      const header = harness.server.requests[1]!.headers.get('last-event-id')!
      expect(Buffer.from(header, 'latin1').toString()).toBe(id.trim())
      expect(harness.stream.getSnapshot().lastEventId).toBe(id)
    },
  )

  test.each([
    ...['\u0001', '\u001b[31m', 'a\u007fb'].map((id) => ['control characters', id]),
    ...[' ', '\t', ' \t '].map((id) => ['blanks only', id]),
    ...['x'.repeat(4_097), '消'.repeat(1_366), `${'🎉'.repeat(1_024)}!`].map((id) => ['more than 4 KiB', id]),
  ] as [string, string][])('is not sent, but kept, if a header cannot carry it: %s', async (_, id) => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined)
    const harness = createHarness()
    harness.subscribe()
    await harness.clock.advance(0)
    await harness.server.requests[0]!.send(`id: ${id}\ndata: x\n\n`)
    await harness.server.requests[0]!.fail()
    await harness.clock.advance(1_000)
    expect(harness.server.requests[1]!.headers.has('last-event-id')).toBe(false)
    await harness.server.requests[1]!.accept()
    expect(harness.state).toMatchObject({ status: 'open', continuity: 'restarted', lastEventId: id })
    expect(warn.mock.calls).toEqual([[expect.stringMatching(/last event id .* is not sent/)]])
    warn.mockRestore()
  })

  test.each([
    ['ASCII', 'x'.repeat(4_096)],
    ['Chinese', '消'.repeat(1_365)],
    ['emoji', '🎉'.repeat(1_024)],
  ])('is sent up to a length of 4 KiB of UTF-8: %s', async (_, id) => {
    const harness = createHarness({ initialLastEventId: id })
    harness.subscribe()
    await harness.clock.advance(0)
    const header = harness.server.requests[0]!.headers.get('last-event-id')!
    expect(Buffer.from(header, 'latin1').toString()).toBe(id)
  })

  test.each([
    ['blank', ' '],
    ['a tab', '\t'],
    ['too long', 'x'.repeat(5_000)],
  ])('does not let a POST be sent again if it is %s', async (_, id) => {
    const harness = createHarness({ method: 'POST', body: 'question' })
    harness.subscribe()
    await harness.clock.advance(0)
    await harness.server.requests[0]!.send(`id: ${id}\ndata: half an answer\n\n`)
    await harness.server.requests[0]!.fail()
    await harness.clock.advance(600_000)
    expect(harness.server.requests).toHaveLength(1)
    expect(harness.state).toMatchObject({ status: 'closed', reason: 'failed' })
  })

  test('does not include the id of an unfinished block', async () => {
    const harness = createHarness()
    harness.subscribe()
    await harness.clock.advance(0)
    await harness.server.requests[0]!.send('id: 1\ndata: x\n\nid: 2\ndata: half')
    await harness.server.requests[0]!.fail()
    await harness.clock.advance(1_000)
    expect(harness.server.requests[1]!.headers.get('last-event-id')).toBe('1')
  })

  test('is not sent after the server has set it to the empty string', async () => {
    const harness = createHarness()
    harness.subscribe()
    await harness.clock.advance(0)
    await harness.server.requests[0]!.send('id: 1\ndata: x\n\nid\ndata: y\n\n')
    await harness.server.requests[0]!.fail()
    await harness.clock.advance(1_000)
    expect(harness.server.requests[1]!.headers.has('last-event-id')).toBe(false)
  })

  test('starts with initialLastEventId and follows each id of the server', async () => {
    const harness = createHarness({ initialLastEventId: '9' })
    harness.subscribe()
    await harness.clock.advance(0)
    expect(harness.server.requests[0]!.headers.get('last-event-id')).toBe('9')
    await harness.server.requests[0]!.send('data: no id of its own\n\n')
    expect(harness.messages[0]!.id).toBe('9')
    await harness.server.requests[0]!.send('id: 10\ndata: x\n\n')
    await harness.server.requests[0]!.fail()
    await harness.clock.advance(1_000)
    expect(harness.server.requests[1]!.headers.get('last-event-id')).toBe('10')
  })
})

test('the newest id replaces a Last-Event-ID of the option headers', async () => {
  const harness = createHarness({ headers: { 'Last-Event-ID': 'mine' } })
  harness.subscribe()
  await harness.clock.advance(0)
  expect(harness.server.requests[0]!.headers.get('last-event-id')).toBe('mine')
  await harness.server.requests[0]!.send('id: 10\ndata: x\n\n')
  await harness.server.requests[0]!.fail()
  await harness.clock.advance(1_000)
  expect(harness.server.requests[1]!.headers.get('last-event-id')).toBe('10')
})

describe('continuity', () => {
  test('is fresh first, then restarted without an id or unverified with an id, and onReconnect gets downtimeMs', async () => {
    const openings: unknown[] = []
    const harness = createHarness({
      onReconnect: ({ continuity, downtimeMs }) =>
        openings.push([continuity, downtimeMs, harness.messages.length]),
    })
    harness.subscribe()
    const { clock, server } = harness
    await clock.advance(0)
    await server.requests[0]!.accept()
    expect(harness.state).toMatchObject({ status: 'open', continuity: 'fresh', downtimeMs: 0 })
    await server.requests[0]!.fail()
    await clock.advance(1_000)
    await server.requests[1]!.send('id: 1\ndata: x\n\n')
    expect(harness.state).toMatchObject({ status: 'open', continuity: 'restarted', downtimeMs: 1_000 })
    await server.requests[1]!.fail()
    await clock.advance(1_000)
    await server.requests[2]!.refuse(503)
    await clock.advance(2_000)
    await clock.advance(500)
    await server.requests[3]!.send('id: 2\ndata: y\n\n')
    expect(harness.state).toMatchObject({ status: 'open', continuity: 'unverified', downtimeMs: 3_500 })
    // Called before the first message of the connection.
    expect(openings).toEqual([
      ['restarted', 1_000, 0],
      ['unverified', 3_500, 1],
    ])
  })

  test('nothing is delivered if onReconnect closes the stream', async () => {
    const harness = createHarness({ onReconnect: () => harness.stream.close() })
    harness.subscribe()
    await harness.clock.advance(0)
    await harness.server.requests[0]!.accept()
    await harness.server.requests[0]!.fail()
    await harness.clock.advance(1_000)
    await harness.server.requests[1]!.send('data: x\n\n')
    expect(harness.state).toMatchObject({ status: 'closed', reason: 'closed' })
    expect(harness.messages).toEqual([])
    expect(await harness.closeAndFindLeaks()).toEqual([])
  })

  test('an error thrown by onReconnect is reported, and messages are still delivered', async () => {
    const { error } = console
    const reported = vi.fn<(error: unknown) => void>()
    console.error = reported
    const harness = createHarness({
      initialLastEventId: '1',
      onReconnect() {
        throw new Error('from onReconnect')
      },
    })
    harness.subscribe()
    await harness.clock.advance(0)
    await harness.server.requests[0]!.send('data: x\n\n')
    console.error = error
    expect(reported).toHaveBeenCalledTimes(1)
    expect(harness.messages).toHaveLength(1)
  })
})

describe('lastEventIdStore', () => {
  const createStore = (id?: string | null) => {
    const saved: string[] = []
    const store: LastEventIdStore = { get: () => saved.at(-1) ?? id, set: (next) => void saved.push(next) }
    return { store, saved }
  }

  test('resumes after a reload', async () => {
    const { store, saved } = createStore()
    const before = createHarness({ lastEventIdStore: store })
    before.subscribe()
    await before.clock.advance(0)
    expect(before.server.requests[0]!.headers.has('last-event-id')).toBe(false)
    await before.server.requests[0]!.send('id: 1\ndata: x\n\nid: 消息2\ndata: y\n\n')
    await before.server.requests[0]!.send('data: z\n\n')
    expect(saved).toEqual(['消息2'])
    const after = createHarness({ lastEventIdStore: store })
    expect(after.stream.getSnapshot().lastEventId).toBe('')
    after.subscribe()
    await after.clock.advance(0)
    expect(after.server.requests[0]!.headers.get('last-event-id')).toBe(
      Buffer.from('消息2').toString('latin1'),
    )
    await after.server.requests[0]!.accept()
    expect(after.state).toMatchObject({ status: 'open', continuity: 'unverified' })
  })

  test('saves the id of the message at which a listener closed the stream', async () => {
    const { store, saved } = createStore()
    const harness = createHarness({ lastEventIdStore: store })
    harness.stream.onMessage(({ id }) => void (id === '2' && harness.stream.close()))
    await harness.clock.advance(0)
    await harness.server.requests[0]!.send('id: 1\ndata: x\n\nid: 2\ndata: y\n\nid: 3\ndata: z\n\n')
    expect(saved).toEqual(['2'])
  })

  test('is read once, when the stream opens, not when it is created', async () => {
    const get = vi.fn<() => string>(() => '5')
    const harness = createHarness({ lastEventIdStore: { get, set: () => undefined } })
    expect(get).not.toHaveBeenCalled()
    harness.subscribe()
    await harness.clock.advance(0)
    await harness.server.requests[0]!.fail()
    await harness.clock.advance(1_000)
    expect(harness.server.requests[1]!.headers.get('last-event-id')).toBe('5')
    expect(get).toHaveBeenCalledTimes(1)
  })

  test('is read if initialLastEventId is empty', async () => {
    const harness = createHarness({ lastEventIdStore: createStore('stored').store, initialLastEventId: '' })
    harness.subscribe()
    await harness.clock.advance(0)
    expect(harness.server.requests[0]!.headers.get('last-event-id')).toBe('stored')
  })

  test('is ignored if initialLastEventId is set', async () => {
    const harness = createHarness({
      lastEventIdStore: createStore('old').store,
      initialLastEventId: 'rendered',
    })
    harness.subscribe()
    await harness.clock.advance(0)
    expect(harness.server.requests[0]!.headers.get('last-event-id')).toBe('rendered')
  })

  test('may throw: the errors are reported, and the stream works', async () => {
    const { error } = console
    const reported = vi.fn<(error: unknown) => void>()
    console.error = reported
    const throws = (): never => {
      throw new Error('no storage')
    }
    const harness = createHarness({ lastEventIdStore: { get: throws, set: throws } })
    harness.subscribe()
    await harness.clock.advance(0)
    await harness.server.requests[0]!.send('id: 1\ndata: x\n\n')
    console.error = error
    expect(harness.messages).toHaveLength(1)
    expect(reported).toHaveBeenCalledTimes(2)
  })

  test('sessionStore() does not throw if sessionStorage is missing or throws', () => {
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
    const entries = new Map<string, string>()
    vi.stubGlobal('sessionStorage', {
      getItem: (key: string) => entries.get(key) ?? null,
      setItem: (key: string, value: string) => entries.set(key, value),
    })
    store.set('7')
    expect(store.get()).toBe('7')
    expect([...entries]).toEqual([['news', '7']])
    vi.unstubAllGlobals()
  })
})
