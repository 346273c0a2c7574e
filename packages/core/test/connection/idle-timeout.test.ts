import { describe, expect, test } from 'vitest'
import { createFakeClock } from '../../src/testing/index.ts'
import { type Harness, type HarnessOptions, createHarness } from './harness.ts'

/** Returns the time until the stream leaves its current state, in milliseconds; `Infinity` after 20 minutes. */
async function timeToStateChange(harness: Harness): Promise<number> {
  const { status } = harness.state
  for (let ms = 0; ms < 1_200_000; ms += 500) {
    if (harness.state.status !== status) return ms
    await harness.clock.advance(500)
  }
  return Infinity
}

async function openStream(options: HarnessOptions, text = ''): Promise<Harness> {
  const harness = createHarness(options)
  harness.subscribe()
  await harness.clock.advance(0)
  await harness.server.requests[0]!.accept()
  if (text) await harness.server.requests[0]!.send(text)
  return harness
}

async function sendHeartbeats(harness: Harness, intervalMs: number, count: number): Promise<void> {
  for (let beat = 0; beat < count; beat++) {
    await harness.clock.advance(intervalMs)
    await harness.server.requests[0]!.send(':\n\n')
  }
}

describe('by default', () => {
  test('an attempt without a response fails after 20 s', async () => {
    const harness = createHarness()
    harness.subscribe()
    await harness.clock.advance(0)
    const ms = await timeToStateChange(harness)
    console.log(`an attempt without a response fails after ${ms} ms`)
    expect(ms).toBe(20_000)
    expect(harness.state).toMatchObject({ status: 'waiting', error: { code: 'connect-timeout' } })
    expect(harness.server.connections).toBe(0)
  })

  test('an attempt fails after 20 s if the promise of headers stays pending', async () => {
    const harness = createHarness({ headers: () => new Promise<HeadersInit>(() => undefined) })
    harness.subscribe()
    await harness.clock.advance(0)
    expect(await timeToStateChange(harness)).toBe(20_000)
    expect(harness.server.requests).toHaveLength(0)
    expect(await harness.closeAndFindLeaks()).toEqual([])
  })

  test.each(['data: half', 'data: half\n', 'id: 7\n', ': half a comment', '\u00e9'])(
    'a dead socket in the middle of a message is detected after 20 s: %j',
    async (text) => {
      const harness = await openStream({}, `data: whole\n\n${text}`)
      const ms = await timeToStateChange(harness)
      expect(ms).toBe(20_000)
      expect(harness.state).toMatchObject({ status: 'waiting', error: { code: 'idle-timeout' } })
      expect(harness.server.connections).toBe(0)
    },
  )

  test('a dead socket is detected after 30 s if the server sends heartbeats every 10 s', async () => {
    const harness = await openStream({})
    await sendHeartbeats(harness, 10_000, 4)
    const ms = await timeToStateChange(harness)
    console.log(`a dead socket with heartbeats every 10 s is detected ${ms} ms after the last one`)
    expect(ms).toBe(30_000)
  })

  test.each([
    [1_000, 15_000],
    [4_000, 15_000],
    [20_000, 60_000],
    [90_000, 270_000],
    [200_000, 300_000],
  ])('heartbeats every %i ms make the timeout %i ms', async (intervalMs, timeoutMs) => {
    const harness = await openStream({})
    await sendHeartbeats(harness, intervalMs, 3)
    expect(await timeToStateChange(harness)).toBe(timeoutMs)
  })

  test('the timeout follows the longest gap between heartbeats, not the last', async () => {
    const harness = await openStream({})
    await sendHeartbeats(harness, 20_000, 2)
    await sendHeartbeats(harness, 10_000, 3)
    expect(await timeToStateChange(harness)).toBe(60_000)
  })

  test('the timeout from heartbeats stays for the next connection', async () => {
    const harness = await openStream({})
    await sendHeartbeats(harness, 10_000, 3)
    await harness.server.requests[0]!.fail()
    await harness.clock.advance(1_000)
    await harness.server.requests[1]!.accept()
    expect(await timeToStateChange(harness)).toBe(30_000)
  })

  test('four minutes without data do not cause a reconnect', async () => {
    const harness = await openStream({}, 'data: x\n\n')
    await harness.clock.advance(240_000)
    expect(harness.state.status).toBe('open')
    expect(harness.server.requests).toHaveLength(1)
    expect(await timeToStateChange(harness)).toBe(60_000)
  })

  test('heartbeats prevent a reconnect, for any length of time', async () => {
    const harness = await openStream({})
    await sendHeartbeats(harness, 15_000, 500)
    expect(harness.server.requests).toHaveLength(1)
  })

  test('several comments at the start are not heartbeats', async () => {
    const harness = await openStream({}, ': hello\n\n')
    await harness.clock.advance(5)
    await harness.server.requests[0]!.send(`:${' '.repeat(2_048)}\n\n`)
    await harness.clock.advance(240_000)
    expect(harness.server.requests).toHaveLength(1)
  })

  test('a message that arrives byte by byte does not time out', async () => {
    const harness = await openStream({})
    for (const letter of `data: ${'x'.repeat(30)}\n\n`) {
      await harness.clock.advance(15_000)
      await harness.server.requests[0]!.send(letter)
    }
    expect(harness.messages).toHaveLength(1)
    expect(harness.server.requests).toHaveLength(1)
  })

  test('a slow listener does not cause a timeout', async () => {
    const harness = createHarness()
    harness.stream.onMessage(() => new Promise(() => undefined))
    await harness.clock.advance(0)
    await harness.server.requests[0]!.send('data: x\n\ndata: half')
    await harness.clock.advance(3_600_000)
    expect(harness.state.status).toBe('open')
    expect(await harness.closeAndFindLeaks()).toEqual([])
  })
})

test('idleTimeoutMs and connectTimeoutMs replace the default, and false disables it', async () => {
  expect(await timeToStateChange(await openStream({ idleTimeoutMs: 45_000 }, 'data: half'))).toBe(45_000)
  expect(await timeToStateChange(await openStream({ idleTimeoutMs: false }, 'data: half'))).toBe(Infinity)
  const endless = createHarness({ connectTimeoutMs: false })
  endless.subscribe()
  await endless.clock.advance(0)
  expect(await timeToStateChange(endless)).toBe(Infinity)
})

describe('a jump of the clock', () => {
  test('closes an open stream that receives nothing for another 5 s', async () => {
    const harness = await openStream({}, 'id: 7\ndata: x\n\n')
    harness.clock.jump(200_000)
    await harness.clock.advance(20_000)
    expect(harness.state.status).toBe('open')
    await harness.clock.advance(5_000)
    expect(harness.state).toMatchObject({ status: 'waiting', error: { code: 'idle-timeout' } })
    await harness.clock.advance(1_000)
    expect(harness.server.requests[1]!.headers.get('last-event-id')).toBe('7')
  })

  test('does not close a stream that receives a byte', async () => {
    const harness = await openStream({}, 'data: x\n\n')
    harness.clock.jump(200_000)
    await harness.clock.advance(24_000)
    await harness.server.requests[0]!.send('retry: 1\n\n')
    await harness.clock.advance(60_000)
    expect(harness.server.requests).toHaveLength(1)
  })

  test('ends the delay of a waiting stream', async () => {
    const harness = createHarness()
    harness.subscribe()
    await harness.clock.advance(0)
    await harness.server.requests[0]!.refuse(503, { 'retry-after': '600' })
    harness.clock.jump(3_600_000)
    await harness.clock.advance(30_000)
    expect(harness.server.requests).toHaveLength(2)
  })

  test('is not detected if a hidden page delays a timer by up to a minute', async () => {
    const harness = await openStream({}, 'data: x\n\n')
    harness.clock.jump(85_000)
    await harness.clock.advance(40_000)
    expect(harness.state.status).toBe('open')
  })

  test.each([3_600_000, 86_400_000])('back by %i ms makes no delay and no timeout longer', async (ms) => {
    const harness = await openStream({ retry: () => 60_000 }, 'data: half')
    harness.clock.jump(-ms)
    await harness.clock.advance(25_000)
    expect(harness.state).toMatchObject({ status: 'waiting', error: { code: 'idle-timeout' } })
    harness.clock.jump(-ms)
    await harness.clock.advance(91_000)
    expect(harness.server.requests).toHaveLength(2)
  })

  test.each([200_000, 3_600_000])('forward by %i ms makes no delay longer', async (ms) => {
    const harness = await openStream({ retry: () => 2_000 }, 'data: x\n\n')
    await harness.clock.advance(5_000)
    harness.clock.jump(ms)
    await harness.server.requests[0]!.fail()
    expect(harness.state).toMatchObject({ delayMs: 2_000, retryAt: harness.clock.now() + 2_000 })
    await harness.clock.advance(2_000)
    expect(harness.server.requests).toHaveLength(2)
  })

  test('leaves an attempt its time', async () => {
    const harness = createHarness()
    harness.subscribe()
    await harness.clock.advance(10_000)
    harness.clock.jump(3_600_000)
    expect(await timeToStateChange(harness)).toBe(10_000)
  })

  test('counts as downtime', async () => {
    const harness = await openStream({}, 'data: x\n\n')
    harness.page.emit('offline', true)
    harness.clock.jump(3_600_000)
    harness.page.emit('offline', false)
    await harness.clock.advance(0)
    await harness.server.requests[1]!.accept()
    expect(harness.state).toMatchObject({ status: 'open', downtimeMs: 3_600_000 })
  })

  test('back by an hour makes no downtime shorter', async () => {
    const harness = await openStream({}, 'data: x\n\n')
    await harness.server.requests[0]!.fail()
    harness.clock.jump(-3_600_000)
    await harness.clock.advance(1_000)
    await harness.server.requests[1]!.accept()
    expect(harness.state).toMatchObject({ status: 'open', downtimeMs: 1_000 })
  })

  test('by less than a sleep makes no delay shorter', async () => {
    const harness = await openStream({ retry: () => 60_000 })
    await harness.server.requests[0]!.fail()
    harness.clock.jump(60_000)
    harness.page.emit('hidden', true)
    expect(await timeToStateChange(harness)).toBe(60_000)
  })

  test('counts for Retry-After', async () => {
    const harness = createHarness()
    harness.subscribe()
    await harness.clock.advance(0)
    await harness.server.requests[0]!.refuse(503, { 'retry-after': '600' })
    harness.page.emit('offline', true)
    harness.clock.jump(590_000)
    harness.page.emit('offline', false)
    expect(harness.state).toMatchObject({ status: 'waiting', delayMs: 10_000 })
    await harness.clock.advance(10_000)
    expect(harness.server.requests).toHaveLength(2)
  })

  test('closes no stream without an idle timeout', async () => {
    const harness = await openStream({ idleTimeoutMs: false })
    harness.clock.jump(3_600_000)
    harness.page.emit('hidden', true)
    expect(await timeToStateChange(harness)).toBe(Infinity)
  })

  test('is noticed by the first event after it, where timers and the monotonic clock went on', async () => {
    const clock = createFakeClock()
    let asleepMs = 0
    const monotonic = () => clock.monotonic() + asleepMs
    const harness = await openStream({
      clock: { ...clock, monotonic, now: () => clock.now() + asleepMs },
    })
    asleepMs = 200_000
    harness.page.emit('hidden', false)
    await clock.advance(4_999)
    expect(harness.state.status).toBe('open')
    await clock.advance(1)
    expect(harness.state).toMatchObject({ status: 'waiting', error: { code: 'idle-timeout' } })
  })
})
