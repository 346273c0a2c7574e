import { AxeBuilder } from '@axe-core/playwright'
import { expect, test } from './demo.ts'

test('live messages appear, and the view renders less often than they come', async ({ demo }) => {
  const { ticker, news } = demo
  await demo.open()
  await expect(ticker.data).toHaveCount(6)
  await expect(news.data.nth(2)).toBeVisible()
  const price = ticker.data.first().locator('.price')
  await expect(price).toHaveText(/^\d+\.\d\d$/)
  await expect(price).not.toHaveText(await price.innerText())

  await expect.poll(() => ticker.count('Messages')).toBeGreaterThan(300)
  expect(await ticker.count('Renders')).toBeLessThan(await ticker.count('Messages'))
  expect((await demo.stats('ticker')).open).toBe(1)
  expect((await demo.stats('news')).open).toBe(1)
})

test('closing by hand closes the socket, and opening goes on after the last id', async ({ demo }) => {
  const { ticker, stats } = demo
  await demo.open()
  await expect.poll(() => ticker.count('Messages')).toBeGreaterThan(50)
  await ticker.button('Close').click()
  await expect(ticker.status).toHaveText('closed')
  await expect(ticker.account).toContainText('Closed by hand.')
  await expect.poll(async () => (await stats('ticker')).open).toBe(0)
  const { last } = await ticker.ids()

  await ticker.button('Open').click()
  await expect(ticker.account).toContainText(/Resumed after [\d.]+ s where it broke off/)
  await expect.poll(async () => (await ticker.ids()).last).toBeGreaterThan(last + 100)
  expect(await ticker.count('Missing')).toBe(0)
  expect(await ticker.count('Repeated')).toBe(0)
  expect((await stats('ticker')).lastEventIds).toEqual(['', String(last)])
  expect((await stats('ticker')).open).toBe(1)
})

test('leaving the page closes every socket', async ({ demo }) => {
  await demo.open()
  await expect.poll(async () => (await demo.stats()).open).toBe(2)
  await demo.page.goto('about:blank')
  await expect.poll(async () => (await demo.stats()).open).toBe(0)
})

test('a reload leaves one socket for each stream', async ({ demo }) => {
  await demo.open()
  await expect.poll(async () => (await demo.stats()).open).toBe(2)
  await demo.page.reload()
  await expect.poll(async () => (await demo.stats()).opened).toBe(4)
  await expect.poll(async () => (await demo.stats()).open).toBe(2)
})

/** What the browser says about a thing that moved. */
interface Source {
  node: Node | null
  previousRect: DOMRect
  currentRect: DOMRect
}

for (const [device, viewport] of Object.entries({
  desktop: { width: 1280, height: 900 },
  phone: { width: 390, height: 844 },
  'small phone': { width: 320, height: 640 },
})) {
  test.describe(`on a ${device}`, () => {
    test.use({ viewport, expected: ['broken off', 'refused'] })

    test('nothing moves while data streams, breaks off and recovers', async ({ demo }) => {
      const { page, ticker } = demo
      await demo.open()
      await page.evaluate(() => {
        new PerformanceObserver((list) => {
          for (const { sources } of list.getEntries() as (PerformanceEntry & { sources: Source[] })[])
            for (const { node, previousRect: was, currentRect: is } of sources)
              if (was.x !== is.x || was.y !== is.y)
                document.title += `, ${node?.textContent} moved from ${was.x} ${was.y} to ${is.x} ${is.y}`
        }).observe({ type: 'layout-shift', buffered: true })
      })
      await expect.poll(() => ticker.count('Messages')).toBeGreaterThan(100)
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(viewport.width)
      // Not by the button: the browser looks away from what follows a click.
      await demo.order({ do: 'refuse', forMs: 30_000 })
      await expect(ticker.account).toContainText('503')
      await expect(ticker.status).toHaveText('waiting')
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(viewport.width)
      await demo.order({ do: 'clear' })
      for (const card of [ticker, demo.news]) await card.button('Try now').click()
      await expect(ticker.account).toContainText(/Resumed after [\d.]+ s where it broke off/)
      await expect.poll(() => ticker.count('Messages')).toBeGreaterThan(500)
      await expect(page).toHaveTitle('Headwater in React')
    })
  })
}

for (const colorScheme of ['light', 'dark'] as const) {
  test.describe(`in ${colorScheme}`, () => {
    test.use({ colorScheme, expected: ['broken off', 'refused'] })

    test('axe finds nothing to object to, open, waiting and closed', async ({ demo }) => {
      const { page, ticker, news } = demo
      const violations = async () =>
        (await new AxeBuilder({ page }).analyze()).violations.map(({ id, nodes }) => [
          id,
          nodes.map(({ html, failureSummary }) => `${html} ${failureSummary}`),
        ])
      await demo.open()
      await expect(ticker.data).toHaveCount(6)
      expect(await violations()).toEqual([])
      await demo.order({ do: 'refuse', forMs: 30_000 })
      await expect(news.account).toContainText('503')
      await news.button('Close').click()
      await expect(ticker.account).toContainText('503')
      await expect(ticker.status).toHaveText('waiting')
      await expect(news.status).toHaveText('closed')
      expect(await violations()).toEqual([])
      await expect(ticker.status, 'it was waiting all the while').toHaveText('waiting')
    })
  })
}
