import type { EventBuffer } from 'better-sse'
import { createFeed, type Feed } from './feed.ts'
import type { Streams } from './streams.ts'

export interface Tick {
  /** Its number, and as text its id. It was due at `n * 10` milliseconds since 1970. */
  n: number
  symbol: string
  price: number
}

const everyMs = 10
const symbols = ['NILE', 'ODER', 'TAJO', 'RHEIN', '长江', '黄河'] as const

/** Tick n, the same on every server at any time. */
export function tickAt(n: number): Tick {
  const which = n % symbols.length
  const seconds = (n * everyMs) / 1000
  const tide = 8 * Math.sin(seconds / 41 + which) + 3 * Math.sin(seconds / 7 + 2 * which)
  // A cheap hash stands in for chance: the low bits of n, spread by a large odd number.
  const jitter = ((Math.imul(n % 0x1_0000_0000, 0x9e3779b1) >>> 16) / 0xffff - 0.5) * 0.6
  return {
    n,
    symbol: symbols[which] ?? symbols[0],
    price: Math.round((100 + 20 * which + tide + jitter) * 100) / 100,
  }
}

/** 100 ticks a second, without an event name; the last minute can be replayed. */
export function createTicker(streams: Streams): Feed {
  return createFeed(
    {
      kind: 'ticker',
      everyMs,
      turnMs: 20,
      replay: 6000,
      fresh: 1,
      write(batch: EventBuffer, n: number) {
        batch.id(String(n)).data(tickAt(n)).dispatch() // not push(), which names every event
      },
    },
    streams,
  )
}
