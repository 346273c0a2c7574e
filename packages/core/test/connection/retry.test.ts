import { describe, expect, test } from 'vitest'
import type { RetryContext } from '../../src/connection/retry-policy.ts'
import { measureDelays } from './delays.ts'
import { createHarness, createRandom, type HarnessOptions } from './harness.ts'

describe('the default delay', () => {
  test('doubles from 1 s to 30 s without a limit on attempts', async () => {
    const harness = createHarness()
    const delays = await measureDelays(9, harness, (index) => harness.server.requests[index]!.refuse(503))
    expect(delays).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000, 30_000])
    expect(await harness.closeAndFindLeaks()).toEqual([])
  })

  test('has a jitter of 0 to 150 % and is never shorter than the base', async () => {
    const random = createRandom(7)
    const delays: number[] = []
    for (let round = 0; round < 500; round++) {
      const harness = createHarness()
      harness.clock.chance = random()
      const [first] = await measureDelays(1, harness, () => harness.server.requests[0]!.fail())
      delays.push(Number(first))
    }
    expect(Math.min(...delays)).toBeGreaterThanOrEqual(1_000)
    expect(Math.min(...delays)).toBeLessThan(1_020)
    expect(Math.max(...delays)).toBeLessThan(2_500)
    expect(Math.max(...delays)).toBeGreaterThan(2_470)
    expect(delays.filter((ms) => !Number.isInteger(ms))).toEqual([])
  })

  test.each([
    ['retry: 3000', 3_000],
    ['retry: 0', 200],
    ['retry: 999999999999999', 300_000],
    ['retry: -5', 1_000],
    ['retry: 50abc', 1_000],
    ['retry: 1e3', 1_000],
    ['retry:', 1_000],
  ])('starts with the value of retry, between 200 ms and 5 min (%s)', async (line, base) => {
    const harness = createHarness()
    const delays = await measureDelays(1, harness, async () => {
      await harness.server.requests[0]!.send(`${line}\ndata: x\n\n`)
      await harness.server.requests[0]!.end()
    })
    expect(delays).toEqual([base])
  })

  test('keeps the value of retry for later connections', async () => {
    const harness = createHarness()
    const delays = await measureDelays(3, harness, async (index) => {
      const request = harness.server.requests[index]!
      if (index === 0) await request.send('retry: 5000\ndata: x\n\n')
      await request.fail()
    })
    expect(delays).toEqual([5_000, 10_000, 20_000])
  })

  test('starts again from the base after a message, but not after a response without one', async () => {
    const harness = createHarness()
    const delays = await measureDelays(6, harness, async (index) => {
      const request = harness.server.requests[index]!
      await request.send(': a comment is no message\n\nid: 1\n\n')
      if (index === 3) {
        await harness.clock.advance(1_500)
        await request.send('data: x\n\n')
      }
      await request.end()
    })
    expect(delays).toEqual([1_000, 2_000, 4_000, 1_000, 2_000, 4_000])
  })

  test('starts again from the base after a connection of 30 s without a message', async () => {
    const harness = createHarness()
    const delays = await measureDelays(4, harness, async (index) => {
      const request = harness.server.requests[index]!
      await request.accept()
      if (index === 2) await harness.clock.advance(30_000)
      await request.end()
    })
    expect(delays).toEqual([1_000, 2_000, 1_000, 2_000])
  })

  test('grows up to 1.2 s if each connection ends right after a message', async () => {
    const harness = createHarness()
    const delays = await measureDelays(6, harness, async (index) => {
      await harness.server.requests[index]!.send('retry: 0\ndata: x\n\n')
      await harness.server.requests[index]!.end()
    })
    expect(delays).toEqual([200, 400, 800, 1_200, 1_200, 1_200])
  })
})

test('at most 15 attempts follow in 15 s if connections with a message last 0 s and 1 s in turns', async () => {
  const harness = createHarness()
  const { clock, server } = harness
  const end = clock.now() + 15_000
  harness.subscribe()
  await clock.advance(0)
  while (clock.now() < end) {
    const request = server.requests.at(-1)!
    await request.send('retry: 0\ndata: x\n\n')
    if (server.requests.length % 2 === 0) await clock.advance(1_000)
    await request.end()
    if (harness.state.status === 'waiting') await clock.advance(harness.state.delayMs)
  }
  // The last request was sent after the 15 s.
  expect(server.requests.length - 1).toBeLessThanOrEqual(15)
})

// Servers that poll on behalf of the client, such as PHP scripts, set a retry and end each response after its messages.
describe('a short connection with a message', () => {
  /** Delays after eight connections, each of which sends the text and ends immediately. */
  async function delaysAfter(text: string | ((index: number) => string), options?: HarnessOptions) {
    const harness = createHarness(options)
    const delays = await measureDelays(8, harness, async (index) => {
      const request = harness.server.requests[index]!
      await request.send(typeof text === 'string' ? text : text(index))
      await request.end()
    })
    expect(await harness.closeAndFindLeaks()).toEqual([])
    return delays
  }

  test.each([250, 1_000, 3_000])(
    'is followed by the delay that the server sets, every time, from 250 ms on (retry: %i)',
    async (retryMs) => {
      const delays = await delaysAfter(`retry: ${retryMs}\ndata: x\n\n`)
      expect(delays).toEqual(Array(8).fill(retryMs))
    },
  )

  test('is followed by the delay that the server sets, every time, if only the first connection sends retry', async () => {
    const delays = await delaysAfter((index) => `${index === 0 ? 'retry: 250\n' : ''}data: x\n\n`)
    expect(delays).toEqual(Array(8).fill(250))
  })

  test.each([
    ['retry: 100\n', [200, 400, 800, 1_200, 1_200, 1_200, 1_200, 1_200]],
    ['retry: 249\n', [249, 400, 800, 1_200, 1_200, 1_200, 1_200, 1_200]],
    ['', [1_000, 1_000, 1_000, 1_200, 1_200, 1_200, 1_200, 1_200]],
  ])(
    'is followed by a growing minimum delay if retry is shorter than 250 ms or missing: %j',
    async (line, expected) => {
      expect(await delaysAfter(`${line}data: x\n\n`)).toEqual(expected)
    },
  )

  test('is followed by a growing minimum delay if retry is shorter and a custom rule returns 0', async () => {
    const delays = await delaysAfter('retry: 100\ndata: x\n\n', { retry: () => 0 })
    expect(delays).toEqual([0, 400, 800, 1_200, 1_200, 1_200, 1_200, 1_200])
  })
})

describe('a short connection without a message', () => {
  test('is followed by a growing minimum delay, also if retry is 250', async () => {
    const harness = createHarness({ retry: () => 0 })
    const delays = await measureDelays(6, harness, async (index) => {
      await harness.server.requests[index]!.send('retry: 250\n\n')
      await harness.server.requests[index]!.end()
    })
    expect(delays).toEqual([0, 400, 800, 1_200, 1_200, 1_200])
  })
})

describe('Retry-After', () => {
  test.each([503, 429, 500, 408])('in seconds is the minimum delay after %i', async (status) => {
    const harness = createHarness()
    const delays = await measureDelays(2, harness, (index) =>
      harness.server.requests[index]!.refuse(status, index === 0 ? { 'retry-after': '7' } : {}),
    )
    expect(delays).toEqual([7_000, 2_000])
  })

  test('as a date is the minimum delay', async () => {
    const harness = createHarness()
    const date = new Date(harness.clock.now() + 90_000).toUTCString()
    const delays = await measureDelays(1, harness, () =>
      harness.server.requests[0]!.refuse(503, { 'retry-after': date }),
    )
    expect(delays).toEqual([90_000])
  })

  test.each(['soon', '-5', 'Thu, 01 Jan 1970 00:00:00 GMT', ''])(
    'is ignored if it is invalid or in the past: %s',
    async (value) => {
      const harness = createHarness()
      const delays = await measureDelays(1, harness, () =>
        harness.server.requests[0]!.refuse(503, { 'retry-after': value }),
      )
      expect(delays).toEqual([1_000])
    },
  )

  test('of a thousand years is limited to the longest delay of a timer', async () => {
    const harness = createHarness()
    const delays = await measureDelays(1, harness, () =>
      harness.server.requests[0]!.refuse(503, { 'retry-after': '31536000000' }),
    )
    expect(delays).toEqual([2 ** 31 - 1])
  })

  test('is the minimum delay for a custom rule, too', async () => {
    const harness = createHarness({ retry: () => 10 })
    const delays = await measureDelays(1, harness, () =>
      harness.server.requests[0]!.refuse(503, { 'retry-after': '4' }),
    )
    expect(delays).toEqual([4_000])
  })

  test('still applies after the browser comes back online', async () => {
    const harness = createHarness()
    harness.subscribe()
    await harness.clock.advance(0)
    await harness.server.requests[0]!.refuse(429, { 'retry-after': '10' })
    harness.page.emit('offline', true)
    await harness.clock.advance(3_000)
    harness.page.emit('offline', false)
    expect(harness.state).toMatchObject({ status: 'waiting', delayMs: 7_000, error: { status: 429 } })
    await harness.clock.advance(7_000)
    expect(harness.server.requests).toHaveLength(2)
  })
})

describe('a custom retry rule', () => {
  test('gets the context and returns the delay, or false to give up', async () => {
    const contexts: Partial<RetryContext>[] = []
    const harness = createHarness({
      retry({ attempt, error, status, retryMs, elapsedMs }) {
        contexts.push({ attempt, error, status, retryMs, elapsedMs })
        return attempt < 3 ? 1_500 : false
      },
    })
    const delays = await measureDelays(9, harness, async (index) => {
      const request = harness.server.requests[index]!
      if (index > 0) return request.refuse(500)
      await request.send('retry: 4000\n\n')
      await request.fail()
    })
    expect(delays).toEqual([1_500, 1_500, 'closed'])
    expect(harness.state).toMatchObject({ reason: 'failed', error: { status: 500 } })
    expect(contexts).toMatchObject([
      { attempt: 1, status: undefined, error: { code: 'network' }, retryMs: 4_000, elapsedMs: 0 },
      { attempt: 2, status: 500, error: { code: 'status' }, retryMs: 4_000, elapsedMs: 1_500 },
      { attempt: 3, status: 500, retryMs: 4_000, elapsedMs: 3_000 },
    ])
    expect(await harness.closeAndFindLeaks()).toEqual([])
  })

  test.each([0, -1, Number.NaN, -Infinity])('that returns %d does not cause a hot loop', async (delay) => {
    const harness = createHarness({ retry: () => delay })
    const delays = await measureDelays(4, harness, (index) => harness.server.requests[index]!.fail())
    expect(delays).toEqual([0, 200, 200, 200])
  })

  test.each([Infinity, 1e12])('that returns %d waits for the longest delay of a timer', async (delay) => {
    const harness = createHarness({ retry: () => delay })
    expect(await measureDelays(1, harness, (index) => harness.server.requests[index]!.fail())).toEqual([
      2 ** 31 - 1,
    ])
  })

  test('that throws is reported, and the default rule applies', async () => {
    const harness = createHarness({
      retry() {
        throw new Error('a rule that throws')
      },
    })
    const reported: unknown[] = []
    const { error } = console
    console.error = (thrown: unknown) => void reported.push(thrown)
    const delays = await measureDelays(1, harness, (index) => harness.server.requests[index]!.fail())
    console.error = error
    expect(delays).toEqual([1_000])
    expect(reported).toMatchObject([{ message: 'a rule that throws' }])
  })
})
