import { expect, test } from 'vitest'
import { createEventStream } from '../../src/stream/event-stream.ts'
import { createFakeClock, createFakeServer } from '../../src/testing/index.ts'
import { createRandom } from './harness.ts'

/** How many of the moments fall into the fullest 100 ms, wherever those begin. */
function fullest(moments: number[]): number {
  const sorted = [...moments].sort((one, other) => one - other)
  return Math.max(...sorted.map((from) => sorted.filter((at) => at >= from && at < from + 100).length))
}

async function comeBack(seed: number, begin: string): Promise<number[]> {
  const clock = createFakeClock()
  const server = createFakeServer()
  const random = createRandom(seed)
  const moments: number[] = []
  const fetch: typeof server.fetch = (input, init) => {
    moments.push(clock.now())
    return server.fetch(input, init)
  }
  const streams = Array.from({ length: 100 }, () =>
    createEventStream('https://example.com/', { clock: { ...clock, random }, fetch }),
  )
  for (const stream of streams) stream.onMessage(() => undefined)
  await clock.advance(0)
  for (const request of server.requests) await request.send(begin)
  await clock.advance(5_000)
  moments.length = 0
  for (const request of server.requests.slice()) await request.fail()
  await clock.advance(20_000)
  for (const stream of streams) stream.close()
  return moments
}

test.each([
  ['by default', 'data: x\n\n'],
  ['where it asked for three seconds', 'retry: 3000\ndata: x\n\n'],
])(
  'of a hundred clients that lose a server together at most 20 are back in any 100 ms: %s',
  async (_, begin) => {
    const worst: number[] = []
    for (let seed = 1; seed <= 20; seed++) {
      const moments = await comeBack(seed, begin)
      expect(moments).toHaveLength(100)
      worst.push(fullest(moments))
    }
    console.log(`fullest 100 ms of 100 clients, 20 seeds: ${worst.join(' ')}`)
    expect(Math.max(...worst)).toBeLessThanOrEqual(20)
  },
)
