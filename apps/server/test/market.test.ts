import { expect, test } from 'vitest'
import { isHalted, quoteAt } from '../src/market.ts'
import { marketSymbols } from '../src/symbols.ts'
import { gapsIn, idsOf, listen } from './listener.ts'
import { serverForTest } from './server-for-test.ts'

const now = () => Math.floor(Date.now() / 0.5)

test('sends 200 symbols in turn, as named messages with consecutive ids', async () => {
  const { url } = await serverForTest()
  const market = await listen(`${url}/api/market`)
  await market.until(() => market.messages.length >= 4000)
  expect(new Set(marketSymbols).size).toBe(200)
  expect(gapsIn(idsOf(market))).toEqual([])
  const seen = new Set<string>()
  for (const { event, id, data } of market.messages) {
    expect(event).toBe(isHalted(Number(id)) ? 'halt' : 'price')
    const quote = JSON.parse(data) as ReturnType<typeof quoteAt>
    expect(quote).toEqual(quoteAt(Number(id)))
    seen.add(quote.symbol)
  }
  expect(seen).toEqual(new Set(marketSymbols))
})

test('replays ten seconds of messages to a reconnecting reader', async () => {
  const { url } = await serverForTest()
  const id = now() - 20_000
  const market = await listen(`${url}/api/market`, { headers: { 'Last-Event-ID': String(id) } })
  await market.until(() => market.messages.length >= 20_500)
  expect(idsOf(market)[0]).toBe(id + 1)
  expect(gapsIn(idsOf(market))).toEqual([])
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
