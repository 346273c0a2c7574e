import { describe, expect, test } from 'vitest'
import { type Bench, type BenchOptions, createBench } from './harness.ts'

/** How long it takes until the stream is no longer in the state that it is in; `Infinity` if 20 minutes do not do it. */
async function noticed(bench: Bench): Promise<number> {
  const { status } = bench.state
  for (let ms = 0; ms < 1_200_000; ms += 500) {
    if (bench.state.status !== status) return ms
    await bench.clock.advance(500)
  }
  return Infinity
}

async function opened(options: BenchOptions, text = ''): Promise<Bench> {
  const bench = createBench(options)
  bench.join()
  await bench.clock.advance(0)
  await bench.server.requests[0]!.accept()
  if (text) await bench.server.requests[0]!.send(text)
  return bench
}

async function heartbeats(bench: Bench, everyMs: number, count: number): Promise<void> {
  for (let beat = 0; beat < count; beat++) {
    await bench.clock.advance(everyMs)
    await bench.server.requests[0]!.send(':\n\n')
  }
}

describe('by default', () => {
  test('a server that does not answer is given up after 20 s', async () => {
    const bench = createBench()
    bench.join()
    await bench.clock.advance(0)
    const ms = await noticed(bench)
    console.log(`no answer is noticed after ${ms} ms`)
    expect(ms).toBe(20_000)
    expect(bench.state).toMatchObject({ status: 'waiting', error: { code: 'connect-timeout' } })
    expect(bench.server.connections).toBe(0)
  })

  test('headers that never come are given up after 20 s too', async () => {
    const bench = createBench({ headers: () => new Promise<HeadersInit>(() => undefined) })
    bench.join()
    await bench.clock.advance(0)
    expect(await noticed(bench)).toBe(20_000)
    expect(bench.server.requests).toHaveLength(0)
    expect(await bench.finish()).toEqual([])
  })

  test.each(['data: half', 'data: half\n', 'id: 7\n', ': half a comment', '\u00e9'])(
    'a socket that dies in the middle of a message is noticed within 25 s: %j',
    async (text) => {
      const bench = await opened({}, `data: whole\n\n${text}`)
      const ms = await noticed(bench)
      expect(ms).toBe(20_000)
      expect(bench.state).toMatchObject({ status: 'waiting', error: { code: 'idle-timeout' } })
      expect(bench.server.connections).toBe(0)
    },
  )

  test('a socket that dies between heartbeats, one every 10 s, is noticed within 46 s', async () => {
    const bench = await opened({})
    await heartbeats(bench, 10_000, 4)
    const ms = await noticed(bench)
    console.log(`a dead socket with a heartbeat every 10 s is noticed ${ms} ms after the last`)
    expect(ms).toBe(30_000)
  })

  test.each([
    [1_000, 15_000],
    [4_000, 15_000],
    [20_000, 60_000],
    [90_000, 270_000],
    [200_000, 300_000],
  ])('a heartbeat every %i ms makes the limit %i ms', async (everyMs, limitMs) => {
    const bench = await opened({})
    await heartbeats(bench, everyMs, 3)
    expect(await noticed(bench)).toBe(limitMs)
  })

  test('the longest gap counts, not the last', async () => {
    const bench = await opened({})
    await heartbeats(bench, 20_000, 2)
    await heartbeats(bench, 10_000, 3)
    expect(await noticed(bench)).toBe(60_000)
  })

  test('what was learned of the heartbeats holds for the next connection', async () => {
    const bench = await opened({})
    await heartbeats(bench, 10_000, 3)
    await bench.server.requests[0]!.fail()
    await bench.clock.advance(1_000)
    await bench.server.requests[1]!.accept()
    expect(await noticed(bench)).toBe(30_000)
  })

  test('four minutes of plain silence cost no reconnect', async () => {
    const bench = await opened({}, 'data: x\n\n')
    await bench.clock.advance(240_000)
    expect(bench.state.status).toBe('open')
    expect(bench.server.requests).toHaveLength(1)
    expect(await noticed(bench)).toBe(60_000)
  })

  test('silence broken by comments costs no reconnect, however long', async () => {
    const bench = await opened({})
    await heartbeats(bench, 15_000, 500)
    expect(bench.server.requests).toHaveLength(1)
  })

  test('a greeting of several comments is not taken for heartbeats', async () => {
    const bench = await opened({}, ': hello\n\n')
    await bench.clock.advance(5)
    await bench.server.requests[0]!.send(`:${' '.repeat(2_048)}\n\n`)
    await bench.clock.advance(240_000)
    expect(bench.server.requests).toHaveLength(1)
  })

  test('a message that trickles in byte by byte is waited for', async () => {
    const bench = await opened({})
    for (const letter of `data: ${'x'.repeat(30)}\n\n`) {
      await bench.clock.advance(15_000)
      await bench.server.requests[0]!.send(letter)
    }
    expect(bench.messages).toHaveLength(1)
    expect(bench.server.requests).toHaveLength(1)
  })

  test('a slow reader is not taken for a silent server', async () => {
    const bench = createBench()
    bench.stream.onMessage(() => new Promise(() => undefined))
    await bench.clock.advance(0)
    await bench.server.requests[0]!.send('data: x\n\ndata: half')
    await bench.clock.advance(3_600_000)
    expect(bench.state.status).toBe('open')
    expect(await bench.finish()).toEqual([])
  })
})

test('a limit of one’s own is kept, and false is none', async () => {
  expect(await noticed(await opened({ idleTimeoutMs: 45_000 }, 'data: half'))).toBe(45_000)
  expect(await noticed(await opened({ idleTimeoutMs: false }, 'data: half'))).toBe(Infinity)
  const endless = createBench({ connectTimeoutMs: false })
  endless.join()
  await endless.clock.advance(0)
  expect(await noticed(endless)).toBe(Infinity)
})

describe('a clock that jumped', () => {
  test('is noticed: a stream that slept must prove that it lives within 5 s', async () => {
    const bench = await opened({}, 'id: 7\ndata: x\n\n')
    bench.clock.jump(200_000)
    await bench.clock.advance(20_000)
    expect(bench.state.status).toBe('open')
    await bench.clock.advance(5_000)
    expect(bench.state).toMatchObject({ status: 'waiting', error: { code: 'idle-timeout' } })
    await bench.clock.advance(1_000)
    expect(bench.server.requests[1]!.headers.get('last-event-id')).toBe('7')
  })

  test('costs nothing where a byte proves that the stream lives', async () => {
    const bench = await opened({}, 'data: x\n\n')
    bench.clock.jump(200_000)
    await bench.clock.advance(24_000)
    await bench.server.requests[0]!.send('retry: 1\n\n')
    await bench.clock.advance(60_000)
    expect(bench.server.requests).toHaveLength(1)
  })

  test('is over at once for a stream that waits', async () => {
    const bench = createBench()
    bench.join()
    await bench.clock.advance(0)
    await bench.server.requests[0]!.refuse(503, { 'retry-after': '600' })
    bench.clock.jump(3_600_000)
    await bench.clock.advance(30_000)
    expect(bench.server.requests).toHaveLength(2)
  })

  test('is not seen in a timer that a hidden page holds back for a minute', async () => {
    const bench = await opened({}, 'data: x\n\n')
    bench.clock.jump(85_000)
    await bench.clock.advance(40_000)
    expect(bench.state.status).toBe('open')
  })

  test.each([3_600_000, 86_400_000])('back by %i ms makes no wait and no limit longer', async (ms) => {
    const bench = await opened({ retry: () => 60_000 }, 'data: half')
    bench.clock.jump(-ms)
    await bench.clock.advance(25_000)
    expect(bench.state).toMatchObject({ status: 'waiting', error: { code: 'idle-timeout' } })
    bench.clock.jump(-ms)
    await bench.clock.advance(91_000)
    expect(bench.server.requests).toHaveLength(2)
  })
})
