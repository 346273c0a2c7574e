import type { EventBuffer } from 'better-sse'
import { createFeed, type Feed } from './feed.ts'
import type { Streams } from './streams.ts'
import { marketSymbols } from './symbols.ts'

export interface Quote {
  symbol: string
  price: number
  /** Against the day's opening, in per cent. */
  change: number
}

const everyMs = 0.5
/** A cheap hash stands in for chance: from 0 up to 1, by a whole number. */
function chance(n: number): number {
  const mixed = Math.imul((n % 0x1_0000_0000) ^ 0x9e3779b1, 0x85ebca6b)
  return (Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35) >>> 8) / 0x1_00_00_00
}

/** Message n, the same on every server at any time: each symbol in turn, ten times a second. */
export function quoteAt(n: number): Quote {
  const which = n % marketSymbols.length
  const seconds = (n * everyMs) / 1000
  const opening = 20 + Math.round(chance(which) * 400)
  const pace = 9 + 20 * chance(which + 1000)
  const change =
    2.2 * Math.sin(seconds / (3 * pace) + which) +
    0.9 * Math.sin(seconds / (0.4 * pace) + 2 * which) +
    0.25 * (chance(n) - 0.5)
  return {
    symbol: marketSymbols[which] ?? '',
    price: Math.round(opening * (100 + change)) / 100,
    change: Math.round(change * 100) / 100 || 0, // no -0, which JSON does not have
  }
}

/** Each symbol is out of trade for three seconds every two minutes, a few at any time. */
export function isHalted(n: number): boolean {
  const which = n % marketSymbols.length
  const round = Math.floor(n / marketSymbols.length)
  return (round + which * 61) % 1200 < 30
}

/** 2,000 messages a second on 200 symbols, `price` or `halt`; the last half minute can be replayed. */
export function createMarket(streams: Streams): Feed {
  return createFeed(
    {
      kind: 'market',
      everyMs,
      turnMs: 20,
      replay: 60_000,
      fresh: marketSymbols.length,
      write(batch: EventBuffer, n: number) {
        batch.push(quoteAt(n), isHalted(n) ? 'halt' : 'price', String(n))
      },
    },
    streams,
  )
}
