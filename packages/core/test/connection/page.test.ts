import { describe, expect, test } from 'vitest'
import type { PauseReason } from '../../src/platform/page.ts'
import { createHarness } from './harness.ts'
import { harnessIn } from './states.ts'

const reasons: PauseReason[] = ['offline', 'frozen']

describe.each(['connecting', 'open', 'waiting'])('while %s', (name) => {
  test.each(reasons)(
    '%s pauses the stream, and its end reconnects immediately with the id, over one connection',
    async (reason) => {
      const harness = await harnessIn[name]!()
      const before = harness.server.requests.length
      harness.page.emit(reason, true)
      expect(harness.state).toMatchObject({ status: 'paused', reason })
      expect(harness.server.connections).toBe(0)
      await harness.clock.advance(600_000)
      expect(harness.server.requests).toHaveLength(before)
      harness.page.emit(reason, false)
      await harness.clock.advance(0)
      expect(harness.server.requests).toHaveLength(before + 1)
      expect(harness.server.connections).toBe(1)
      if (name !== 'connecting')
        expect(harness.server.requests.at(-1)!.headers.get('last-event-id')).toBe('7')
      await harness.server.requests.at(-1)!.accept()
      expect(harness.state.status).toBe('open')
      if (name === 'open')
        expect(harness.state).toMatchObject({ continuity: 'unverified', downtimeMs: 600_000 })
      expect(await harness.closeAndFindLeaks()).toEqual([])
    },
  )
})

test.each(['idle', 'closed'])('page events do not affect a stream that is %s', async (name) => {
  const harness = await harnessIn[name]!({ pauseWhenHiddenMs: 1_000 })
  const { state } = harness
  for (const reason of ['offline', 'hidden', 'frozen'] as const) {
    harness.page.emit(reason, true)
    await harness.clock.advance(5_000)
    harness.page.emit(reason, false)
    await harness.clock.advance(5_000)
  }
  expect(harness.state).toBe(state)
  expect(await harness.closeAndFindLeaks()).toEqual([])
})

test('repeated page events, like pagehide after freeze, do not open a second connection', async () => {
  const harness = await harnessIn.open!()
  for (const active of [true, true, false, false]) harness.page.emit('frozen', active)
  await harness.clock.advance(0)
  expect(harness.server.requests).toHaveLength(2)
  expect(harness.server.connections).toBe(1)
  expect(await harness.closeAndFindLeaks()).toEqual([])
})

test('every order of page events ends with one connection, and the state shows a reason that is still active', async () => {
  const all: PauseReason[] = ['offline', 'frozen']
  for (const first of all)
    for (const second of all)
      for (const back of all) {
        const harness = await harnessIn.open!()
        harness.page.emit(first, true)
        harness.page.emit(second, true)
        harness.page.emit(back, false)
        await harness.clock.advance(0)
        const active = [first, second].filter((reason) => reason !== back)
        if (active.length > 0) expect(harness.state).toMatchObject({ status: 'paused', reason: active[0] })
        for (const reason of all) harness.page.emit(reason, false)
        await harness.clock.advance(0)
        expect(harness.server.connections).toBe(1)
        expect(harness.server.requests).toHaveLength(2)
        expect(await harness.closeAndFindLeaks()).toEqual([])
      }
})

test('pageshow without a previous freeze, as after each load, does not affect the stream', async () => {
  const harness = await harnessIn.waiting!()
  harness.page.emit('frozen', false)
  await harness.clock.advance(0)
  expect(harness.server.requests).toHaveLength(1)
})

test('reconnects immediately when the browser comes back online while the stream is waiting', async () => {
  const harness = await harnessIn.waiting!()
  harness.page.emit('offline', false)
  await harness.clock.advance(0)
  expect(harness.server.requests).toHaveLength(2)
  expect(harness.clock.timers).toBe(1)
})

describe('a hidden page', () => {
  test('does not pause the stream by default', async () => {
    const harness = await harnessIn.open!()
    harness.page.emit('hidden', true)
    for (let minute = 0; minute < 60; minute++) {
      await harness.clock.advance(60_000)
      await harness.server.requests[0]!.send(':\n\n')
    }
    harness.page.emit('hidden', false)
    await harness.clock.advance(0)
    expect(harness.server.requests).toHaveLength(1)
  })

  test('makes a waiting stream reconnect immediately when it becomes visible', async () => {
    const harness = await harnessIn.waiting!()
    harness.page.emit('hidden', true)
    harness.page.emit('hidden', false)
    await harness.clock.advance(0)
    expect(harness.server.requests).toHaveLength(2)
    expect(harness.server.connections).toBe(1)
  })

  test.each(['connecting', 'open', 'waiting', 'paused offline'])(
    'pauses the stream after pauseWhenHiddenMs if the stream is %s',
    async (name) => {
      const harness = await harnessIn[name]!({ pauseWhenHiddenMs: 10_000, retry: () => 60_000 })
      const before = harness.server.requests.length
      harness.page.emit('hidden', true)
      await harness.clock.advance(9_999)
      if (name === 'open') expect(harness.state.status).toBe('open')
      await harness.clock.advance(1)
      expect(harness.state.status).toBe('paused')
      expect(harness.server.connections).toBe(0)
      await harness.clock.advance(600_000)
      harness.page.emit('offline', false)
      expect(harness.state).toMatchObject({ status: 'paused', reason: 'hidden' })
      harness.page.emit('hidden', false)
      await harness.clock.advance(0)
      expect(harness.server.requests).toHaveLength(before + 1)
      expect(harness.server.connections).toBe(1)
      expect(await harness.closeAndFindLeaks()).toEqual([])
    },
  )

  test('keeps its connection if it becomes visible before pauseWhenHiddenMs', async () => {
    const harness = await harnessIn.open!({ pauseWhenHiddenMs: 10_000 })
    for (let round = 0; round < 5; round++) {
      harness.page.emit('hidden', true)
      await harness.clock.advance(9_000)
      harness.page.emit('hidden', false)
      await harness.clock.advance(9_000)
    }
    expect(harness.server.requests).toHaveLength(1)
  })

  test('pauses the stream after pauseWhenHiddenMs, also if it was hidden from the start', async () => {
    const harness = createHarness({ pauseWhenHiddenMs: 10_000, startsHidden: true })
    harness.subscribe()
    await harness.clock.advance(0)
    await harness.server.requests[0]!.send('data: x\n\n')
    await harness.clock.advance(10_000)
    expect(harness.state).toMatchObject({ status: 'paused', reason: 'hidden' })
  })
})

test('open() connects even if the page is offline', async () => {
  const harness = await harnessIn['paused offline']!()
  harness.stream.open()
  await harness.clock.advance(0)
  expect(harness.server.requests).toHaveLength(2)
  await harness.server.requests[1]!.accept()
  harness.page.emit('offline', false)
  await harness.clock.advance(0)
  expect(harness.server.requests).toHaveLength(2)
  expect(harness.state.status).toBe('open')
})

test('open() on a hidden page starts pauseWhenHiddenMs again', async () => {
  const harness = await harnessIn.open!({ pauseWhenHiddenMs: 10_000 })
  harness.page.emit('hidden', true)
  await harness.clock.advance(10_000)
  expect(harness.state.status).toBe('paused')
  harness.stream.open()
  await harness.clock.advance(0)
  await harness.server.requests[1]!.accept()
  await harness.clock.advance(9_999)
  expect(harness.state.status).toBe('open')
  await harness.clock.advance(1)
  expect(harness.state).toMatchObject({ status: 'paused', reason: 'hidden' })
})

test.each(['connecting', 'open'])('open() does nothing while the stream is %s', async (name) => {
  const harness = await harnessIn[name]!()
  harness.stream.open()
  await harness.clock.advance(0)
  expect(harness.state.status).toBe(name)
  expect(harness.server.requests).toHaveLength(1)
  expect(harness.server.connections).toBe(1)
})

test('open() makes a waiting stream connect once, immediately', async () => {
  const harness = await harnessIn.waiting!()
  harness.stream.open()
  harness.stream.open()
  await harness.clock.advance(19_999)
  expect(harness.server.requests).toHaveLength(2)
  expect(harness.server.connections).toBe(1)
})

test('close() and open() of a waiting stream leave one connection and one retry loop', async () => {
  const harness = await harnessIn.waiting!()
  harness.stream.close()
  harness.stream.open()
  await harness.clock.advance(0)
  for (let n = 1; n < 5; n++) {
    expect(harness.server.requests).toHaveLength(n + 1)
    expect(harness.server.connections).toBe(1)
    await harness.server.requests[n]!.fail()
    const { state } = harness
    await harness.clock.advance(state.status === 'waiting' ? state.delayMs : 0)
  }
  expect(await harness.closeAndFindLeaks()).toEqual([])
})

test('unsubscribing from a paused stream releases everything, and subscribing again connects', async () => {
  const harness = createHarness()
  const unsubscribe = harness.subscribe()
  await harness.clock.advance(0)
  await harness.server.requests[0]!.send('id: 7\ndata: x\n\n')
  harness.page.emit('frozen', true)
  unsubscribe()
  await harness.clock.advance(200)
  expect([harness.state.status, harness.clock.timers, harness.page.listeners]).toEqual(['idle', 0, 0])
  harness.subscribe()
  await harness.clock.advance(0)
  expect(harness.server.requests[1]!.headers.get('last-event-id')).toBe('7')
})
