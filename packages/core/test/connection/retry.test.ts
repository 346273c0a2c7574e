import { describe, expect, test } from 'vitest'
import type { RetryContext } from '../../src/connection/retry-policy.ts'
import { delays } from './delays.ts'
import { createBench, createRandom } from './harness.ts'

describe('the delay', () => {
  test('doubles from one second to thirty, and never gives up', async () => {
    const bench = createBench()
    const seen = await delays(9, bench, (n) => bench.server.requests[n]!.refuse(503))
    expect(seen).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000, 30_000])
    expect(await bench.finish()).toEqual([])
  })

  test('has up to one and a half times as much on top by chance, and is never below', async () => {
    const random = createRandom(7)
    const seen: number[] = []
    for (let round = 0; round < 500; round++) {
      const bench = createBench()
      bench.clock.chance = random()
      const [first] = await delays(1, bench, () => bench.server.requests[0]!.fail())
      seen.push(Number(first))
    }
    expect(Math.min(...seen)).toBeGreaterThanOrEqual(1_000)
    expect(Math.min(...seen)).toBeLessThan(1_020)
    expect(Math.max(...seen)).toBeLessThan(2_500)
    expect(Math.max(...seen)).toBeGreaterThan(2_470)
  })

  test.each([
    ['retry: 3000', 3_000],
    ['retry: 0', 200],
    ['retry: 999999999999999', 300_000],
    ['retry: -5', 1_000],
    ['retry: 50abc', 1_000],
    ['retry: 1e3', 1_000],
    ['retry:', 1_000],
  ])('begins with what the server asks for, within 200 ms and five minutes: %s', async (line, base) => {
    const bench = createBench()
    const seen = await delays(1, bench, async () => {
      await bench.server.requests[0]!.send(`${line}\ndata: x\n\n`)
      await bench.server.requests[0]!.end()
    })
    expect(seen).toEqual([base])
  })

  test('keeps what the server asked for over later connections', async () => {
    const bench = createBench()
    const seen = await delays(3, bench, async (n) => {
      const request = bench.server.requests[n]!
      if (n === 0) await request.send('retry: 5000\ndata: x\n\n')
      await request.fail()
    })
    expect(seen).toEqual([5_000, 10_000, 20_000])
  })

  test('is forgotten with a message, but not with a response', async () => {
    const bench = createBench()
    const seen = await delays(6, bench, async (n) => {
      const request = bench.server.requests[n]!
      await request.send(': a comment is no message\n\nid: 1\n\n')
      if (n === 3) {
        await bench.clock.advance(1_500)
        await request.send('data: x\n\n')
      }
      await request.end()
    })
    expect(seen).toEqual([1_000, 2_000, 4_000, 1_000, 2_000, 4_000])
  })

  test('is forgotten by a stream without a message that outlived the longest delay', async () => {
    const bench = createBench()
    const seen = await delays(4, bench, async (n) => {
      const request = bench.server.requests[n]!
      await request.accept()
      if (n === 2) await bench.clock.advance(30_000)
      await request.end()
    })
    expect(seen).toEqual([1_000, 2_000, 1_000, 2_000])
  })

  test('grows against a server that dies right after each message', async () => {
    const bench = createBench()
    const seen = await delays(6, bench, async (n) => {
      await bench.server.requests[n]!.send('retry: 0\ndata: x\n\n')
      await bench.server.requests[n]!.end()
    })
    expect(seen).toEqual([200, 400, 800, 1_200, 1_200, 1_200])
  })
})

test('a server that dies at once and after a second in turns, a message each time, is asked at most 15 times in 15 s', async () => {
  const bench = createBench()
  const { clock, server } = bench
  const end = clock.now() + 15_000
  bench.join()
  await clock.advance(0)
  while (clock.now() < end) {
    const request = server.requests.at(-1)!
    await request.send('retry: 0\ndata: x\n\n')
    if (server.requests.length % 2 === 0) await clock.advance(1_000)
    await request.end()
    if (bench.state.status === 'waiting') await clock.advance(bench.state.delayMs)
  }
  // The last one came when the time was over.
  expect(server.requests.length - 1).toBeLessThanOrEqual(15)
})

describe('Retry-After', () => {
  test.each([503, 429, 500, 408])('in seconds is waited for in full after %i', async (status) => {
    const bench = createBench()
    const seen = await delays(2, bench, (n) =>
      bench.server.requests[n]!.refuse(status, n === 0 ? { 'retry-after': '7' } : {}),
    )
    expect(seen).toEqual([7_000, 2_000])
  })

  test('as a date is waited for in full', async () => {
    const bench = createBench()
    const date = new Date(bench.clock.now() + 90_000).toUTCString()
    const seen = await delays(1, bench, () => bench.server.requests[0]!.refuse(503, { 'retry-after': date }))
    expect(seen).toEqual([90_000])
  })

  test.each(['soon', '-5', 'Thu, 01 Jan 1970 00:00:00 GMT', ''])(
    'that is nonsense or past is ignored: %s',
    async (value) => {
      const bench = createBench()
      const seen = await delays(1, bench, () =>
        bench.server.requests[0]!.refuse(503, { 'retry-after': value }),
      )
      expect(seen).toEqual([1_000])
    },
  )

  test('of a thousand years is what a timer can hold, and no attempt at once', async () => {
    const bench = createBench()
    const seen = await delays(1, bench, () =>
      bench.server.requests[0]!.refuse(503, { 'retry-after': '31536000000' }),
    )
    expect(seen).toEqual([2 ** 31 - 1])
  })

  test('is a floor for a rule of one’s own', async () => {
    const bench = createBench({ retry: () => 10 })
    const seen = await delays(1, bench, () => bench.server.requests[0]!.refuse(503, { 'retry-after': '4' }))
    expect(seen).toEqual([4_000])
  })

  test('is kept when the page comes back meanwhile', async () => {
    const bench = createBench()
    bench.join()
    await bench.clock.advance(0)
    await bench.server.requests[0]!.refuse(429, { 'retry-after': '10' })
    bench.page.tell('offline', true)
    await bench.clock.advance(3_000)
    bench.page.tell('offline', false)
    expect(bench.state).toMatchObject({ status: 'waiting', delayMs: 7_000, error: { status: 429 } })
    await bench.clock.advance(7_000)
    expect(bench.server.requests).toHaveLength(2)
  })
})

describe('a rule of one’s own', () => {
  test('is told what happened, and decides', async () => {
    const asked: Partial<RetryContext>[] = []
    const bench = createBench({
      retry({ attempt, error, status, retryMs, elapsedMs }) {
        asked.push({ attempt, error, status, retryMs, elapsedMs })
        return attempt < 3 ? 1_500 : false
      },
    })
    const seen = await delays(9, bench, async (n) => {
      const request = bench.server.requests[n]!
      if (n > 0) return request.refuse(500)
      await request.send('retry: 4000\n\n')
      await request.fail()
    })
    expect(seen).toEqual([1_500, 1_500, 'closed'])
    expect(bench.state).toMatchObject({ reason: 'failed', error: { status: 500 } })
    expect(asked).toMatchObject([
      { attempt: 1, status: undefined, error: { code: 'network' }, retryMs: 4_000, elapsedMs: 0 },
      { attempt: 2, status: 500, error: { code: 'status' }, retryMs: 4_000, elapsedMs: 1_500 },
      { attempt: 3, status: 500, retryMs: 4_000, elapsedMs: 3_000 },
    ])
    expect(await bench.finish()).toEqual([])
  })

  test.each([0, -1, Number.NaN, -Infinity])('that says %d makes no hot loop', async (wish) => {
    const bench = createBench({ retry: () => wish })
    const seen = await delays(4, bench, (n) => bench.server.requests[n]!.fail())
    expect(seen).toEqual([0, 200, 200, 200])
  })

  test.each([Infinity, 1e12])('that says %d waits for as long as a timer holds', async (wish) => {
    const bench = createBench({ retry: () => wish })
    expect(await delays(1, bench, (n) => bench.server.requests[n]!.fail())).toEqual([2 ** 31 - 1])
  })

  test('that throws is reported, and the default rule decides', async () => {
    const bench = createBench({
      retry() {
        throw new Error('a rule that throws')
      },
    })
    const reports: unknown[] = []
    const { error } = console
    console.error = (what: unknown) => void reports.push(what)
    const seen = await delays(1, bench, (n) => bench.server.requests[n]!.fail())
    console.error = error
    expect(seen).toEqual([1_000])
    expect(reports).toMatchObject([{ message: 'a rule that throws' }])
  })
})
