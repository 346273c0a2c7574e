import { expect, test } from 'vitest'
import { createEventStream } from '../../src/stream/event-stream.ts'
import { createFakeClock, createFakeServer } from '../../src/testing/index.ts'
import { createRandom } from './harness.ts'

/** Returns the highest number of times within any 100 ms. */
function maxWithin100Ms(times: number[]): number {
  const sorted = [...times].sort((one, other) => one - other)
  return Math.max(...sorted.map((from) => sorted.filter((at) => at >= from && at < from + 100).length))
}

/** Returns the times at which 100 clients reconnect after they have lost their server together. */
async function reconnectTimes(seed: number, firstChunk: string): Promise<number[]> {
  const clock = createFakeClock()
  const server = createFakeServer()
  const random = createRandom(seed)
  const times: number[] = []
  const fetch: typeof server.fetch = (input, init) => {
    times.push(clock.now())
    return server.fetch(input, init)
  }
  const streams = Array.from({ length: 100 }, () =>
    createEventStream('https://example.com/', { clock: { ...clock, random }, fetch }),
  )
  for (const stream of streams) stream.onMessage(() => undefined)
  await clock.advance(0)
  for (const request of server.requests) await request.send(firstChunk)
  await clock.advance(5_000)
  times.length = 0
  for (const request of server.requests.slice()) await request.fail()
  await clock.advance(20_000)
  for (const stream of streams) stream.close()
  return times
}

test.each([
  ['by default', 'data: x\n\n'],
  ['with retry: 3000', 'retry: 3000\ndata: x\n\n'],
])(
  'at most 20 of 100 clients that lose their server together reconnect within any 100 ms (%s)',
  async (_, firstChunk) => {
    const maxima: number[] = []
    for (let seed = 1; seed <= 20; seed++) {
      const times = await reconnectTimes(seed, firstChunk)
      expect(times).toHaveLength(100)
      maxima.push(maxWithin100Ms(times))
    }
    console.log(`most of 100 clients within 100 ms, 20 seeds: ${maxima.join(' ')}`)
    expect(Math.max(...maxima)).toBeLessThanOrEqual(20)
  },
)
