import { describe, expect, test } from 'vitest'
import type { PauseReason } from '../../src/platform/page.ts'
import { createBench } from './harness.ts'
import { states } from './states.ts'

const hindrances: PauseReason[] = ['offline', 'frozen']

describe.each(['connecting', 'open', 'waiting'])('while %s', (name) => {
  test.each(hindrances)(
    '%s pauses, and its end resumes at once, with the id and one connection',
    async (by) => {
      const bench = await states[name]!()
      const before = bench.server.requests.length
      bench.page.tell(by, true)
      expect(bench.state).toMatchObject({ status: 'paused', reason: by })
      expect(bench.server.connections).toBe(0)
      await bench.clock.advance(600_000)
      expect(bench.server.requests).toHaveLength(before)
      bench.page.tell(by, false)
      await bench.clock.advance(0)
      expect(bench.server.requests).toHaveLength(before + 1)
      expect(bench.server.connections).toBe(1)
      if (name !== 'connecting') expect(bench.server.requests.at(-1)!.headers.get('last-event-id')).toBe('7')
      await bench.server.requests.at(-1)!.accept()
      expect(bench.state.status).toBe('open')
      if (name === 'open') expect(bench.state).toMatchObject({ continuity: 'resumed', downtimeMs: 600_000 })
      expect(await bench.finish()).toEqual([])
    },
  )
})

test.each(['idle', 'closed'])(
  'a page that comes and goes means nothing to a stream that is %s',
  async (name) => {
    const bench = await states[name]!({ pauseWhenHiddenMs: 1_000 })
    const { state } = bench
    for (const by of ['offline', 'hidden', 'frozen'] as const) {
      bench.page.tell(by, true)
      await bench.clock.advance(5_000)
      bench.page.tell(by, false)
      await bench.clock.advance(5_000)
    }
    expect(bench.state).toBe(state)
    expect(await bench.finish()).toEqual([])
  },
)

test('events that repeat themselves, as pagehide and freeze do, make no second connection', async () => {
  const bench = await states.open!()
  for (const present of [true, true, false, false]) bench.page.tell('frozen', present)
  await bench.clock.advance(0)
  expect(bench.server.requests).toHaveLength(2)
  expect(bench.server.connections).toBe(1)
  expect(await bench.finish()).toEqual([])
})

test('every order of coming and going ends with one connection, and the reason shown is one that holds', async () => {
  const all: PauseReason[] = ['offline', 'frozen']
  for (const first of all)
    for (const second of all)
      for (const back of all) {
        const bench = await states.open!()
        bench.page.tell(first, true)
        bench.page.tell(second, true)
        bench.page.tell(back, false)
        await bench.clock.advance(0)
        const left = [first, second].filter((by) => by !== back)
        if (left.length > 0) expect(bench.state).toMatchObject({ status: 'paused', reason: left[0] })
        for (const by of all) bench.page.tell(by, false)
        await bench.clock.advance(0)
        expect(bench.server.connections).toBe(1)
        expect(bench.server.requests).toHaveLength(2)
        expect(await bench.finish()).toEqual([])
      }
})

test('a page that was shown without having been frozen, as each is when it has loaded, changes nothing', async () => {
  const bench = await states.waiting!()
  bench.page.tell('frozen', false)
  await bench.clock.advance(0)
  expect(bench.server.requests).toHaveLength(1)
})

test('online again while waiting means now', async () => {
  const bench = await states.waiting!()
  bench.page.tell('offline', false)
  await bench.clock.advance(0)
  expect(bench.server.requests).toHaveLength(2)
  expect(bench.clock.timers).toBe(1)
})

describe('a hidden page', () => {
  test('is no reason to pause by default', async () => {
    const bench = await states.open!()
    bench.page.tell('hidden', true)
    for (let minute = 0; minute < 60; minute++) {
      await bench.clock.advance(60_000)
      await bench.server.requests[0]!.send(':\n\n')
    }
    bench.page.tell('hidden', false)
    await bench.clock.advance(0)
    expect(bench.server.requests).toHaveLength(1)
  })

  test('that is visible again means now for a stream that waits', async () => {
    const bench = await states.waiting!()
    bench.page.tell('hidden', true)
    bench.page.tell('hidden', false)
    await bench.clock.advance(0)
    expect(bench.server.requests).toHaveLength(2)
    expect(bench.server.connections).toBe(1)
  })

  test.each(['connecting', 'open', 'waiting', 'paused offline'])(
    'pauses after a while, where that is wished, a stream that is %s',
    async (name) => {
      const bench = await states[name]!({ pauseWhenHiddenMs: 10_000, retry: () => 60_000 })
      const before = bench.server.requests.length
      bench.page.tell('hidden', true)
      await bench.clock.advance(9_999)
      if (name === 'open') expect(bench.state.status).toBe('open')
      await bench.clock.advance(1)
      expect(bench.state.status).toBe('paused')
      expect(bench.server.connections).toBe(0)
      await bench.clock.advance(600_000)
      bench.page.tell('offline', false)
      expect(bench.state).toMatchObject({ status: 'paused', reason: 'hidden' })
      bench.page.tell('hidden', false)
      await bench.clock.advance(0)
      expect(bench.server.requests).toHaveLength(before + 1)
      expect(bench.server.connections).toBe(1)
      expect(await bench.finish()).toEqual([])
    },
  )

  test('that is visible again in time keeps its connection', async () => {
    const bench = await states.open!({ pauseWhenHiddenMs: 10_000 })
    for (let round = 0; round < 5; round++) {
      bench.page.tell('hidden', true)
      await bench.clock.advance(9_000)
      bench.page.tell('hidden', false)
      await bench.clock.advance(9_000)
    }
    expect(bench.server.requests).toHaveLength(1)
  })

  test('from the start pauses after a while too', async () => {
    const bench = createBench({ pauseWhenHiddenMs: 10_000, startsHidden: true })
    bench.join()
    await bench.clock.advance(0)
    await bench.server.requests[0]!.send('data: x\n\n')
    await bench.clock.advance(10_000)
    expect(bench.state).toMatchObject({ status: 'paused', reason: 'hidden' })
  })
})

test('whoever opens by hand knows better than a page that is offline', async () => {
  const bench = await states['paused offline']!()
  bench.stream.open()
  await bench.clock.advance(0)
  expect(bench.server.requests).toHaveLength(2)
  await bench.server.requests[1]!.accept()
  bench.page.tell('offline', false)
  await bench.clock.advance(0)
  expect(bench.server.requests).toHaveLength(2)
  expect(bench.state.status).toBe('open')
})

test('a hidden page that is opened by hand pauses again after the same while', async () => {
  const bench = await states.open!({ pauseWhenHiddenMs: 10_000 })
  bench.page.tell('hidden', true)
  await bench.clock.advance(10_000)
  expect(bench.state.status).toBe('paused')
  bench.stream.open()
  await bench.clock.advance(0)
  await bench.server.requests[1]!.accept()
  await bench.clock.advance(9_999)
  expect(bench.state.status).toBe('open')
  await bench.clock.advance(1)
  expect(bench.state).toMatchObject({ status: 'paused', reason: 'hidden' })
})

test.each(['connecting', 'open'])('to open what is %s changes nothing', async (name) => {
  const bench = await states[name]!()
  bench.stream.open()
  await bench.clock.advance(0)
  expect(bench.state.status).toBe(name)
  expect(bench.server.requests).toHaveLength(1)
  expect(bench.server.connections).toBe(1)
})

test('to open what waits tries now, and once', async () => {
  const bench = await states.waiting!()
  bench.stream.open()
  bench.stream.open()
  await bench.clock.advance(19_999)
  expect(bench.server.requests).toHaveLength(2)
  expect(bench.server.connections).toBe(1)
})

test('closed and opened while it waits, it has one connection and one loop', async () => {
  const bench = await states.waiting!()
  bench.stream.close()
  bench.stream.open()
  await bench.clock.advance(0)
  for (let n = 1; n < 5; n++) {
    expect(bench.server.requests).toHaveLength(n + 1)
    expect(bench.server.connections).toBe(1)
    await bench.server.requests[n]!.fail()
    const { state } = bench
    await bench.clock.advance(state.status === 'waiting' ? state.delayMs : 0)
  }
  expect(await bench.finish()).toEqual([])
})

test('leaving while paused lets go of everything, and coming back connects', async () => {
  const bench = createBench()
  const leave = bench.join()
  await bench.clock.advance(0)
  await bench.server.requests[0]!.send('id: 7\ndata: x\n\n')
  bench.page.tell('frozen', true)
  leave()
  await bench.clock.advance(200)
  expect([bench.state.status, bench.clock.timers, bench.page.listeners]).toEqual(['idle', 0, 0])
  bench.join()
  await bench.clock.advance(0)
  expect(bench.server.requests[1]!.headers.get('last-event-id')).toBe('7')
})
