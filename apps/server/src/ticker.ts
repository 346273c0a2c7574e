import type { EventBuffer } from 'better-sse'
import { createFeed, type Feed } from './feed.ts'
import type { Streams } from './streams.ts'

export interface Tick {
  /** Number of the tick, and its id as text. The tick is due at `n * 10` milliseconds since 1970. */
  n: number
  symbol: string
  price: number
}

const intervalMs = 10
const symbols = ['NILE', 'ODER', 'TAJO', 'RHEIN', '长江', '黄河'] as const

/** Computes tick n, the same on every server. */
export function tickAt(n: number): Tick {
  const symbolIndex = n % symbols.length
  const seconds = (n * intervalMs) / 1000
  const trend = 8 * Math.sin(seconds / 41 + symbolIndex) + 3 * Math.sin(seconds / 7 + 2 * symbolIndex)
  // A cheap pseudo-random number: the low bits of n, multiplied by a large odd number.
  const jitter = ((Math.imul(n % 0x1_0000_0000, 0x9e3779b1) >>> 16) / 0xffff - 0.5) * 0.6
  return {
    n,
    symbol: symbols[symbolIndex] ?? symbols[0],
    price: Math.round((100 + 20 * symbolIndex + trend + jitter) * 100) / 100,
  }
}

/** Creates the ticker: 100 ticks a second without an event name, with one minute of replay. */
export function createTicker(streams: Streams): Feed {
  return createFeed(
    {
      kind: 'ticker',
      intervalMs,
      flushMs: 20,
      replayLimit: 6000,
      initialMessages: 1,
      write(batch: EventBuffer, n: number) {
        batch.id(String(n)).data(tickAt(n)).dispatch() // push() would set an event name
      },
    },
    streams,
  )
}
