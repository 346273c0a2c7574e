import { expect, test } from 'vitest'
import { breaksIn, idsOf, listen, post, statsOf, type Listener } from './listener.ts'
import { serverForTest } from './server-for-test.ts'

const resume = (url: string, last: Listener) =>
  listen(url, { headers: { 'Last-Event-ID': last.messages.at(-1)?.id ?? '' } })

test('drop cuts in the middle of a message, and the ids go on without a gap', async () => {
  const { url } = await serverForTest()
  const first = await listen(`${url}/api/ticker`)
  await first.until(() => first.messages.length >= 20)
  expect((await post(`${url}/api/weather`, { do: 'drop' })).body).toEqual({ do: 'drop', dropped: 1 })
  await first.over()
  expect(first.whole).toBe(false)
  expect(first.rest).toMatch(/^id:\d+\ndata:\{/)
  const second = await resume(`${url}/api/ticker`, first)
  await second.until(() => second.messages.length >= 20)
  expect(breaksIn([...idsOf(first), ...idsOf(second)])).toEqual([])
  expect(await statsOf(url)).toEqual({
    open: 1,
    opened: 2,
    answered503: 0,
    lastEventIds: ['', String(idsOf(first).at(-1))],
    chatsStopped: 0,
    lastChat: null,
  })
})

test('silence brings nothing, not even to new streams, and loses nothing', async () => {
  const { url } = await serverForTest({ heartbeatMs: 5 })
  const old = await listen(`${url}/api/ticker`)
  await old.until(() => old.messages.length >= 10 && old.comments.length > 0)
  await post(`${url}/api/weather`, { do: 'silence' })
  const fresh = await resume(`${url}/api/ticker`, old)
  const loud = await listen(`${url}/api/ticker?visitor=loud`)
  const [messages, comments] = [old.messages.length, old.comments.length]
  await loud.until(() => loud.messages.length >= 30)
  expect(old.messages).toHaveLength(messages)
  expect(old.comments).toHaveLength(comments)
  expect(fresh.messages).toHaveLength(0)
  expect(fresh.status).toBe(200)
  await post(`${url}/api/weather`, { do: 'clear' })
  await old.until(() => old.messages.length >= messages + 40)
  await fresh.until(() => fresh.messages.length >= 40)
  expect(breaksIn(idsOf(old))).toEqual([])
  expect(breaksIn([...idsOf(old).slice(0, messages), ...idsOf(fresh)])).toEqual([])
})

test('silence for a time ends by itself', async () => {
  const { url } = await serverForTest()
  const ticker = await listen(`${url}/api/ticker`)
  await ticker.until(() => ticker.messages.length >= 5)
  const before = performance.now()
  await post(`${url}/api/weather`, { do: 'silence', forMs: 200 })
  const { length } = ticker.messages
  await ticker.until(() => ticker.messages.length > length)
  expect(performance.now() - before).toBeGreaterThan(190)
  expect(breaksIn(idsOf(ticker))).toEqual([])
})

test('refuse drops, and answers 503 with Retry-After for a while', async () => {
  const { url } = await serverForTest()
  const ticker = await listen(`${url}/api/ticker`)
  await ticker.until(() => ticker.messages.length >= 5)
  expect((await post(`${url}/api/weather`, { do: 'refuse' })).body).toMatchObject({ dropped: 1, forMs: 5000 })
  await ticker.over()
  const refused = await resume(`${url}/api/ticker`, ticker)
  expect(refused.status).toBe(503)
  expect(refused.headers['retry-after']).toBe('5')
  expect(refused.headers['content-type']).toContain('application/json')
  expect((await listen(`${url}/api/news`)).status).toBe(503)
  expect(await statsOf(url)).toMatchObject({ open: 0, opened: 1, answered503: 2 })
  expect(await statsOf(url, '?stream=news')).toMatchObject({ opened: 0, answered503: 1, lastEventIds: [''] })
  await post(`${url}/api/weather`, { do: 'clear' })
  const back = await resume(`${url}/api/ticker`, ticker)
  await back.until(() => back.messages.length >= 5)
  expect(breaksIn([...idsOf(ticker), ...idsOf(back)])).toEqual([])
})

test('slow brings a message now and then, and loses nothing', async () => {
  const { url } = await serverForTest()
  const market = await listen(`${url}/api/market`)
  await market.until(() => market.messages.length >= 1000)
  expect((await post(`${url}/api/weather`, { do: 'slow' })).body).toEqual({ do: 'slow', forMs: 10_000 })
  // What was written before the order may still be under way.
  const loud = await listen(`${url}/api/ticker?visitor=loud`)
  await loud.until(() => loud.messages.length >= 20)
  const { length } = market.messages
  await market.until(() => market.messages.length >= length + 3)
  const ticks = loud.messages.length
  await loud.until(() => loud.messages.length >= ticks + 30)
  expect(market.messages.length - length).toBeLessThan(loud.messages.length)
  await post(`${url}/api/weather`, { do: 'clear' })
  await market.until(() => market.messages.length >= length + 2000)
  expect(breaksIn(idsOf(market))).toEqual([])
})

test('refuse ends by itself', async () => {
  const { url } = await serverForTest()
  await post(`${url}/api/weather`, { do: 'refuse', forMs: 50 })
  const until = Date.now() + 50
  let status = 503
  while (status === 503) {
    const news = await listen(`${url}/api/news`)
    status = news.status
    news.close()
  }
  expect(Date.now()).toBeGreaterThanOrEqual(until - 20)
})

test('one visitor does not feel the weather of another', async () => {
  const { url } = await serverForTest()
  const mine = await listen(`${url}/api/ticker?visitor=me`)
  const yours = await listen(`${url}/api/ticker?visitor=you`)
  await yours.until(() => yours.messages.length >= 5)
  await post(`${url}/api/weather?visitor=me`, { do: 'refuse' })
  await mine.over()
  const { length } = yours.messages
  await yours.until(() => yours.messages.length >= length + 20)
  expect((await listen(`${url}/api/news?visitor=you`)).status).toBe(200)
  expect((await listen(`${url}/api/news?visitor=me`)).status).toBe(503)
  expect(await statsOf(url, '?visitor=you')).toMatchObject({ open: 2, opened: 2, answered503: 0 })
  expect(await statsOf(url, '?visitor=me')).toMatchObject({ open: 0, opened: 1, answered503: 1 })
  expect(await statsOf(url)).toMatchObject({ open: 0, opened: 0 })
})

test('two servers in one process share nothing', async () => {
  const [one, other] = [await serverForTest(), await serverForTest()]
  const ticker = await listen(`${one.url}/api/ticker`)
  await post(`${other.url}/api/weather`, { do: 'refuse' })
  await ticker.until(() => ticker.messages.length >= 20)
  expect(await statsOf(other.url)).toMatchObject({ opened: 0 })
})

test.each([
  [{}, '"do" must be'],
  [{ do: 'rain' }, '"do" must be'],
  [{ do: 'drop', forMs: 5 }, 'goes with'],
  [{ do: 'silence', forMs: -1 }, '"forMs" must be'],
  [{ do: 'silence', forMs: '5' }, '"forMs" must be'],
  [{ do: 'refuse', forMs: 1e12 }, '"forMs" must be'],
])('refuses the order %j', async (order, message) => {
  const { url } = await serverForTest()
  const answer = await post(`${url}/api/weather`, order)
  expect(answer.status).toBe(400)
  expect(answer.body).toMatchObject({
    error: { code: 'bad_weather', message: expect.stringContaining(message) },
  })
})
