export interface Tick {
  /** Number of the tick. It is due at `n * 10` milliseconds since 1970. */
  n: number
  symbol: string
  price: number
}

const intervalMs = 10
const symbols = ['NILE', 'ODER', 'TAJO', 'RHEIN', '长江', '黄河'] as const

/** Computes tick n. */
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
