import { marketSymbols } from './symbols.ts'

export interface Quote {
  symbol: string
  price: number
  /** Change since the day's opening, in per cent. */
  change: number
}

const intervalMs = 0.5

/** Hashes a whole number to a pseudo-random number from 0 up to 1. */
function pseudoRandom(n: number): number {
  const mixed = Math.imul((n % 0x1_0000_0000) ^ 0x9e3779b1, 0x85ebca6b)
  return (Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35) >>> 8) / 0x1_00_00_00
}

/** Computes message n. Each symbol gets a message in turn, ten times a second. */
export function quoteAt(n: number): Quote {
  const symbolIndex = n % marketSymbols.length
  const seconds = (n * intervalMs) / 1000
  const opening = 20 + Math.round(pseudoRandom(symbolIndex) * 400)
  const period = 9 + 20 * pseudoRandom(symbolIndex + 1000)
  const change =
    2.2 * Math.sin(seconds / (3 * period) + symbolIndex) +
    0.9 * Math.sin(seconds / (0.4 * period) + 2 * symbolIndex) +
    0.25 * (pseudoRandom(n) - 0.5)
  return {
    symbol: marketSymbols[symbolIndex] ?? '',
    price: Math.round(opening * (100 + change)) / 100,
    change: Math.round(change * 100) / 100 || 0, // turns -0 into 0: JSON has no -0
  }
}

/** Returns true while trading in the symbol of message n is halted: three seconds in every two minutes. */
export function isHalted(n: number): boolean {
  const symbolIndex = n % marketSymbols.length
  const round = Math.floor(n / marketSymbols.length)
  return (round + symbolIndex * 61) % 1200 < 30
}
