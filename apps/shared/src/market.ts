import type { ConnectionOptions } from '@headwater/core'
import { marketSymbols } from 'demo-server/symbols'
import { atom } from 'nanostores'
import * as v from 'valibot'
import { followProcess } from './server-process.ts'
import { monitors } from './stream-monitor.ts'

export const symbols = marketSymbols

/** Schema of the market's messages. */
const QuoteSchema = v.object({ symbol: v.string(), price: v.number(), change: v.number() })
type Quote = v.InferOutput<typeof QuoteSchema>

interface QuoteMessage {
  readonly type: 'price' | 'halt'
  readonly data: Quote
}

/** Event types of the market and their schemas. */
export const quoteEvents = { price: QuoteSchema, halt: QuoteSchema }

/** Connection options of the market, which all components share. */
export const marketOptions = {
  idleTimeoutMs: 5_000,
  inspect(step: Parameters<NonNullable<ConnectionOptions['inspect']>>[0]) {
    monitors.market.inspect(step)
    followProcess(step)
  },
}

/** The symbol in the chart. */
export const selectedSymbol = atom(symbols[0] ?? '')

/** Selects the symbol of the clicked cell. */
export function selectSymbol({ target }: Event | { target: EventTarget | null }): void {
  const symbol = (target as Element).closest<HTMLElement>('[data-symbol]')?.dataset['symbol']
  if (symbol) selectedSymbol.set(symbol)
}

/** Returns the colour step of a cell: `-3` to `3` for its change, or `halt`. */
export function trendOf(message: QuoteMessage | undefined): string {
  if (!message) return '0'
  if (message.type === 'halt') return 'halt'
  const { change } = message.data
  return String(Math.sign(change) * Math.min(3, Math.ceil(Math.abs(change) - 0.25)) || 0)
}

const perSecond = 10
const capacity = 60 * perSecond

/** Records a message of the market. Call it for each message. */
export function onQuote(message: QuoteMessage & { readonly id: string }): void {
  monitors.market.onMessage(message)
  recordPrice(message)
}

/** Ring buffers with the prices of the last minute, by symbol. */
const buffers = new Map(symbols.map((symbol) => [symbol, { prices: new Float64Array(capacity), end: 0 }]))

function recordPrice({ data }: QuoteMessage): void {
  const buffer = buffers.get(data.symbol)
  if (buffer) buffer.prices[buffer.end++ % capacity] = data.price
}

/** Returns the last minute of a symbol as times (in seconds, 0 is now) and prices, oldest first. */
export function recentPrices(symbol: string): [number[], number[]] {
  const { prices, end } = buffers.get(symbol) ?? { prices: [], end: 0 }
  const from = Math.max(0, end - capacity)
  const indexes = Array.from({ length: end - from }, (_, index) => from + index)
  return [
    indexes.map((index) => (index - end + 1) / perSecond),
    indexes.map((index) => prices[index % capacity] ?? 0),
  ]
}

/** Resolves with the last price of a symbol, `undefined` if there is none. Waits a moment: the market may just have been opened. */
export async function priceOf(symbol: string): Promise<number | undefined> {
  for (let tries = 0; tries < 30; tries++) {
    const { prices, end } = buffers.get(symbol.toUpperCase()) ?? { prices: [], end: 0 }
    if (end > 0) return prices[(end - 1) % capacity]
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  return undefined
}
