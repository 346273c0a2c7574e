import { marketSymbols } from 'demo-server/symbols'
import { atom } from 'nanostores'
import * as v from 'valibot'
import { watches } from './watch.ts'

export const symbols = marketSymbols

/** What the market's messages say. */
const QuoteSchema = v.object({ symbol: v.string(), price: v.number(), change: v.number() })
type Quote = v.InferOutput<typeof QuoteSchema>

interface QuoteMessage {
  readonly type: 'price' | 'halt'
  readonly data: Quote
}

/** What is told apart, and checked. */
export const quoteEvents = { price: QuoteSchema, halt: QuoteSchema }

/** The options of a connection to the market that the page reports on. */
export const connection = { idleTimeoutMs: 5_000, inspect: watches.market.inspect }

/** The symbol in the chart. */
export const chosen = atom(symbols[0] ?? '')

/** The symbol of the cell that was clicked. */
export function choose({ target }: Event | { target: EventTarget | null }): void {
  const symbol = (target as Element).closest<HTMLElement>('[data-symbol]')?.dataset['symbol']
  if (symbol) chosen.set(symbol)
}

/** The look of a cell: from `-3` to `3` by the change, or `halt`. */
export function look(message: QuoteMessage | undefined): string {
  if (!message) return '0'
  if (message.type === 'halt') return 'halt'
  const { change } = message.data
  return String(Math.sign(change) * Math.min(3, Math.ceil(Math.abs(change) - 0.25)) || 0)
}

const perSecond = 10
const length = 60 * perSecond

/** To be called for each message of the market. */
export function onQuote(message: QuoteMessage & { readonly id: string }): void {
  watches.market.onMessage(message)
  keepPrice(message)
}

/** The prices of the last minute of every symbol, in rings that never grow. */
const rings = new Map(symbols.map((symbol) => [symbol, { prices: new Float64Array(length), end: 0 }]))

function keepPrice({ data }: QuoteMessage): void {
  const ring = rings.get(data.symbol)
  if (ring) ring.prices[ring.end++ % length] = data.price
}

/** Seconds ago and prices, the oldest first. */
export function trailOf(symbol: string): [number[], number[]] {
  const { prices, end } = rings.get(symbol) ?? { prices: [], end: 0 }
  const from = Math.max(0, end - length)
  const places = Array.from({ length: end - from }, (_, place) => from + place)
  return [
    places.map((place) => (place - end + 1) / perSecond),
    places.map((place) => prices[place % length] ?? 0),
  ]
}
