import { type Card, type Demo, expect, test } from './demo.ts'

test.describe('when the server drops the connection', () => {
  test.use({ expected: ['broken off'] })

  test('the page says why it waits, then goes on where it broke off', async ({ demo }) => {
    const last = await openAndFlow(demo)
    await demo.misbehave('Drop now')

    await expectRecovery(demo, last)
    for (const card of [demo.ticker, demo.news]) {
      const states = (await card.states()).slice(-5)
      expect(states.map((state) => state.replace(/:.*/, ''))).toEqual([
        ...['connecting', 'open'],
        ...['waiting', 'connecting', 'open'],
      ])
      expect(states[2]).toMatch(/Waiting for attempt 2\..*network .*the connection failed or broke off/)
    }
    expect((await demo.stats('ticker')).opened).toBe(2)
  })
})

test.describe('when the server process is killed and started again', () => {
  test.use({ expected: ['broken off', 'server gone'] })

  test('the page goes on where it broke off', async ({ demo }) => {
    const last = await openAndFlow(demo)
    await demo.killServer()

    // The attempt after the first finds nobody there.
    await expect
      .poll(() => demo.ticker.states())
      .toContainEqual(
        expect.stringMatching(
          /^waiting: .*Waiting for attempt 3\..*network .*the connection failed or broke off/,
        ),
      )
    await demo.restartServer()
    await expectRecovery(demo, last)
    expect((await demo.stats('ticker')).opened, 'by the new process').toBe(1)
  })
})

test.describe('when the server refuses for 5 s', () => {
  test.use({ expected: ['broken off', 'refused'] })

  test('the page waits as long as Retry-After asks, counting down', async ({ demo }) => {
    const { page, ticker } = demo
    const attempts: number[] = []
    let refusedAt = Infinity
    page.on('request', (request) => {
      if (request.url().includes('/api/ticker')) attempts.push(Date.now())
    })
    page.on('response', (response) => {
      if (response.status() === 503 && response.url().includes('/api/ticker')) refusedAt = Date.now()
    })
    const last = await openAndFlow(demo)
    await demo.misbehave('Refuse 5 s')

    await expect(ticker.account).toContainText(/status The server answered 503/)
    await expect(ticker.status).toHaveText('waiting')
    const before = await secondsLeft(ticker)
    expect(before).toBeGreaterThan(4)
    await expect.poll(() => secondsLeft(ticker)).toBeLessThan(before - 1)
    expect((await demo.stats('ticker')).answered503).toBe(1)

    await expectRecovery(demo, last)
    expect(attempts.length).toBe(3)
    // Both moments were noted here and not in the browser, which may be late by a little.
    expect((attempts[2] ?? 0) - refusedAt).toBeGreaterThan(4_900)
  })

  test('trying now does not wait for the end of the count-down', async ({ demo }) => {
    const last = await openAndFlow(demo)
    await demo.order({ do: 'refuse', forMs: 30_000 })
    await expect(demo.ticker.account).toContainText('503')
    await expect(demo.ticker.status).toHaveText('waiting')
    await expect(demo.news.account).toContainText('503')
    await demo.misbehave('Clear')
    expect(await secondsLeft(demo.ticker)).toBeGreaterThan(20)
    await demo.ticker.button('Try now').click()
    await demo.news.button('Try now').click()
    await expectRecovery(demo, last)
  })
})

test.describe('when the server goes silent', () => {
  test('the ticker notices after its limit, and nothing is missing', async ({ demo }) => {
    const last = await openAndFlow(demo)
    await demo.misbehave('Go silent')

    await expect(demo.ticker.account).toContainText(/silence Nothing came for longer than silenceMs/, {
      timeout: 10_000,
    })
    await expect(demo.ticker.status).toHaveText('waiting')
    await expect(demo.news.status, 'the news are patient').toHaveText('open')
    await demo.misbehave('Clear')
    await expectRecovery(demo, last)
    expect((await demo.stats('news')).opened, 'the news never reconnected').toBe(1)
  })
})

/** Gives the last id that was seen before anything went wrong. */
async function openAndFlow(demo: Demo): Promise<number> {
  await demo.open()
  await expect(demo.ticker.status).toHaveText('open')
  await expect(demo.news.status).toHaveText('open')
  await expect.poll(() => demo.ticker.count('Messages')).toBeGreaterThan(100)
  await expect(demo.news.data.first()).toBeVisible()
  return (await demo.ticker.ids()).last
}

/** Both streams run again, resumed by id, nothing is missing, and the server holds one socket for each. */
async function expectRecovery({ ticker, news, stats }: Demo, last: number) {
  const timeout = 20_000
  await expect(ticker.account).toContainText(/Resumed after [\d.]+ s where it broke off/, { timeout })
  await expect(ticker.status).toHaveText('open')
  await expect(news.status).toHaveText('open', { timeout })
  const { last: now } = await ticker.ids()
  await expect.poll(async () => (await ticker.ids()).last).toBeGreaterThan(now + 100)
  const storiesBefore = await news.count('Messages')
  await expect.poll(() => news.count('Messages'), { timeout: 10_000 }).toBeGreaterThan(storiesBefore)
  await expectWhole(ticker)
  await expectWhole(news)

  expect((await stats('ticker')).open).toBe(1)
  expect((await stats('news')).open).toBe(1)
  expect(Number((await stats('ticker')).lastEventIds.at(-1))).toBeGreaterThanOrEqual(last)
}

async function expectWhole(card: Card) {
  expect(await card.count('Missing')).toBe(0)
  expect(await card.count('Repeated')).toBe(0)
}

async function secondsLeft(card: Card): Promise<number> {
  return Number.parseFloat(await card.countDown.innerText())
}
