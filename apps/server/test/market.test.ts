import { memoryLog } from '@headwater/server'
import { expect, test } from 'vitest'
import { isHalted, quoteAt, type Quote } from '../src/market.ts'
import { marketSymbols } from '../src/symbols.ts'
import { gapsIn, idsOf, lastIdOf, listen, resume } from './listener.ts'
import { serverForTest } from './server-for-test.ts'

test('sends 200 symbols in turn, as named messages with consecutive ids', async () => {
  const { url } = await serverForTest()
  const market = await listen(`${url}/api/market`)
  await market.until(() => market.messages.length >= 4000)
  expect(new Set(marketSymbols).size).toBe(200)
  expect(gapsIn(idsOf(market))).toEqual([])
  expect(new Set(market.messages.map(({ event }) => event))).toEqual(new Set(['price', 'halt']))
  const quotes = market.messages.map(({ data }) => JSON.parse(data) as Quote)
  const first = marketSymbols.indexOf(quotes[0]?.symbol ?? '')
  expect(quotes.map(({ symbol }) => symbol)).toEqual(
    quotes.map((_, index) => marketSymbols[(first + index) % 200]),
  )
  for (const { price, change } of quotes) expect(price > 0 && Math.abs(change) < 5).toBe(true)
})

test('first sends a message of each symbol to a new reader, and the missed ones to one that returns', async () => {
  const { url } = await serverForTest()
  const first = await listen(`${url}/api/market`)
  await first.until(() => first.messages.length >= 2000)
  const fresh = await listen(`${url}/api/market?visitor=fresh`)
  await fresh.until(() => fresh.messages.length >= 200)
  const symbols = fresh.messages.slice(0, 200).map(({ data }) => (JSON.parse(data) as Quote).symbol)
  expect(new Set(symbols).size).toBe(200)
  const headers = { 'Last-Event-ID': first.messages[0]?.id ?? '' }
  const returned = await listen(`${url}/api/market`, { headers })
  await returned.until(() => returned.messages.length >= 2000)
  expect(returned.messages.slice(0, 1999)).toEqual(first.messages.slice(1, 2000))
})

test('tells a gap to a client that returns after the log has forgotten its next message', async () => {
  const { url } = await serverForTest({ storage: () => memoryLog({ maxMessages: 500 }) })
  const first = await listen(`${url}/api/market`)
  await first.until(() => first.messages.length >= 1)
  first.close()
  const other = await listen(`${url}/api/market?visitor=other`)
  // The process keeps the newest messages, also beyond the log.
  await other.until(() => other.messages.length >= 4000)
  const second = await resume(`${url}/api/market`, first)
  await second.until(() => second.messages.length >= 600)
  expect(second.headers['sse-resume']).toBe('gap')
  const [gap, next] = second.messages
  expect(gap?.event).toBe('headwater.gap')
  const { from, to } = JSON.parse(gap?.data ?? '') as { from: string; to: string }
  expect(from).toBe(lastIdOf(first))
  expect(gap?.id).toBe(to)
  expect(Number(next?.id.split('-')[1])).toBe(Number(to.split('-')[1]) + 1)
  expect(gapsIn(idsOf(second).slice(1))).toEqual([])
})

test('changes prices and halts trading in a few symbols at any time', () => {
  const start = 3_590_000_000_000
  const prices = Array.from({ length: 600 }, (_, round) => quoteAt(start + 200 * round).price)
  expect(new Set(prices).size).toBeGreaterThan(100)
  expect(Math.min(...prices)).toBeGreaterThan(0)
  for (let round = 0; round < 1200; round += 100) {
    const halted = marketSymbols.filter((_, symbolIndex) => isHalted(start + 200 * round + symbolIndex))
    expect(halted.length).toBeGreaterThan(0)
    expect(halted.length).toBeLessThan(20)
  }
})
