import { expect, test } from 'vitest'
import { gapsIn, idsOf, lastIdOf, listen, post, resume, statsOf } from './listener.ts'
import { serverForTest } from './server-for-test.ts'

test('drop cuts the stream in the middle of a message, and the resumed stream has no gap', async () => {
  const { url } = await serverForTest()
  const first = await listen(`${url}/api/ticker`)
  await first.until(() => first.messages.length >= 20)
  expect((await post(`${url}/api/weather`, { do: 'drop' })).body).toMatchObject({
    do: 'drop',
    dropped: 1,
  })
  await first.ended()
  expect(first.complete).toBe(false)
  expect(first.rest).toMatch(/^data: \{"n":\d+/)
  const second = await resume(`${url}/api/ticker`, first)
  await second.until(() => second.messages.length >= 20)
  expect(gapsIn([...idsOf(first), ...idsOf(second)])).toEqual([])
  expect(await statsOf(url)).toEqual({
    open: 1,
    opened: 2,
    answered503: 0,
    lastEventIds: ['', lastIdOf(first)],
    chatsStopped: 0,
    lastChat: null,
  })
})

test('silence sends nothing on open and new streams, and everything after it', async () => {
  const { url } = await serverForTest({ heartbeatMs: 10 })
  const old = await listen(`${url}/api/ticker`)
  await old.until(() => old.messages.length >= 10 && old.comments.length > 0)
  await post(`${url}/api/weather`, { do: 'silence' })
  const opened = await resume(`${url}/api/ticker`, old)
  const unaffected = await listen(`${url}/api/ticker?visitor=unaffected`)
  const [messages, comments] = [old.messages.length, old.comments.length]
  await unaffected.until(() => unaffected.messages.length >= 30)
  expect(old.messages).toHaveLength(messages)
  expect(old.comments).toHaveLength(comments)
  expect(opened.messages).toHaveLength(0)
  expect(opened.status).toBe(200)
  await post(`${url}/api/weather`, { do: 'clear' })
  await old.until(() => old.messages.length >= messages + 40)
  await opened.until(() => opened.messages.length >= 40)
  expect(gapsIn(idsOf(old))).toEqual([])
  expect(gapsIn([...idsOf(old).slice(0, messages), ...idsOf(opened)])).toEqual([])
})

test('silence with forMs ends after that time', async () => {
  const { url } = await serverForTest()
  const ticker = await listen(`${url}/api/ticker`)
  await ticker.until(() => ticker.messages.length >= 5)
  const before = performance.now()
  await post(`${url}/api/weather`, { do: 'silence', forMs: 200 })
  const { length } = ticker.messages
  await ticker.until(() => ticker.messages.length > length)
  expect(performance.now() - before).toBeGreaterThan(190)
  expect(gapsIn(idsOf(ticker))).toEqual([])
})

test('refuse drops open streams and answers 503 with Retry-After to new ones', async () => {
  const { url } = await serverForTest()
  const ticker = await listen(`${url}/api/ticker`)
  await ticker.until(() => ticker.messages.length >= 5)
  expect((await post(`${url}/api/weather`, { do: 'refuse' })).body).toMatchObject({ dropped: 1, forMs: 5000 })
  await ticker.ended()
  const refused = await resume(`${url}/api/ticker`, ticker)
  expect(refused.status).toBe(503)
  expect(refused.headers['retry-after']).toBe('5')
  expect(refused.headers['content-type']).toContain('application/json')
  expect((await listen(`${url}/api/news`)).status).toBe(503)
  expect(await statsOf(url)).toMatchObject({ open: 0, opened: 1, answered503: 2 })
  expect(await statsOf(url, '?stream=news')).toMatchObject({ opened: 0, answered503: 1, lastEventIds: [''] })
  await post(`${url}/api/weather`, { do: 'clear' })
  const resumed = await resume(`${url}/api/ticker`, ticker)
  await resumed.until(() => resumed.messages.length >= 5)
  expect(gapsIn([...idsOf(ticker), ...idsOf(resumed)])).toEqual([])
})

test('slow reduces the rate and loses no message', async () => {
  const { url } = await serverForTest()
  const market = await listen(`${url}/api/market`)
  await market.until(() => market.messages.length >= 1000)
  expect((await post(`${url}/api/weather`, { do: 'slow' })).body).toMatchObject({ do: 'slow', forMs: 10_000 })
  // Messages that were written before the request may still arrive.
  const unaffected = await listen(`${url}/api/ticker?visitor=unaffected`)
  await unaffected.until(() => unaffected.messages.length >= 20)
  const { length } = market.messages
  await market.until(() => market.messages.length >= length + 3)
  const ticks = unaffected.messages.length
  await unaffected.until(() => unaffected.messages.length >= ticks + 30)
  expect(market.messages.length - length).toBeLessThan(unaffected.messages.length)
  await post(`${url}/api/weather`, { do: 'clear' })
  await market.until(() => market.messages.length >= length + 2000)
  expect(gapsIn(idsOf(market))).toEqual([])
})

test('refuse with forMs ends after that time', async () => {
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

test('applies weather to one visitor only', async () => {
  const { url } = await serverForTest()
  const mine = await listen(`${url}/api/ticker?visitor=me`)
  const yours = await listen(`${url}/api/ticker?visitor=you`)
  await yours.until(() => yours.messages.length >= 5)
  await post(`${url}/api/weather?visitor=me`, { do: 'refuse' })
  await mine.ended()
  const { length } = yours.messages
  await yours.until(() => yours.messages.length >= length + 20)
  expect((await listen(`${url}/api/news?visitor=you`)).status).toBe(200)
  expect((await listen(`${url}/api/news?visitor=me`)).status).toBe(503)
  expect(await statsOf(url, '?visitor=you')).toMatchObject({ open: 2, opened: 2, answered503: 0 })
  expect(await statsOf(url, '?visitor=me')).toMatchObject({ open: 0, opened: 1, answered503: 1 })
  expect(await statsOf(url)).toMatchObject({ open: 0, opened: 0 })
})

test('keeps two servers in one process independent', async () => {
  const [one, other] = [await serverForTest(), await serverForTest()]
  const ticker = await listen(`${one.url}/api/ticker`)
  await post(`${other.url}/api/weather`, { do: 'refuse' })
  await ticker.until(() => ticker.messages.length >= 20)
  expect(await statsOf(other.url)).toMatchObject({ opened: 0 })
})

test.each([
  [{}, '"do" must be'],
  [{ do: 'rain' }, '"do" must be'],
  [{ do: 'drop', forMs: 5 }, 'only goes with'],
  [{ do: 'silence', forMs: -1 }, '"forMs" must be'],
  [{ do: 'silence', forMs: '5' }, '"forMs" must be'],
  [{ do: 'refuse', forMs: 1e12 }, '"forMs" must be'],
])('answers 400 to the body %j', async (body, message) => {
  const { url } = await serverForTest()
  const answer = await post(`${url}/api/weather`, body)
  expect(answer.status).toBe(400)
  expect(answer.body).toMatchObject({
    error: { code: 'bad_weather', message: expect.stringContaining(message) },
  })
})
