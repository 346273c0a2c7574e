import { apps, type Demo, expect, test } from './demo.ts'

/** Long enough for a delay and its jitter, or for a silence to be noticed. */
const timeout = 20_000

for (const app of apps) {
  test(`${app}: whatever the network does, the page says so, and no message is lost`, async ({ demo }) => {
    test.setTimeout(90_000)
    const { page, weather, news } = demo
    await demo.open(app)
    await expect(weather.status).toHaveAttribute('data-status', 'open')
    await expect.poll(() => weather.count('messages')).toBeGreaterThan(2000)
    await expect(page.locator('.cells span')).toHaveCount(200)
    await expect(page.locator('.cells b').nth(199)).toHaveText(/^\d+(\.\d+)?$/)
    await expect(page.locator('demo-rates dd').first()).toHaveText(/^[12],\d{3}$/)
    expect(await demo.stats('market'), 'the two cards share a connection').toMatchObject({
      open: 1,
      opened: 1,
    })
    expect(await demo.objections()).toEqual([])
    const { first } = await weather.ids()

    await test.step('the server drops the connection', async () => {
      await demo.order({ do: 'drop' })
      await expect(weather.account).toContainText(/attempt 2\. network: /)
      await expectRecovery(demo)
      await expect(page.locator('.log li').nth(2)).toContainText(/lost → waiting.*network/)
    })

    await test.step('the server process is killed and started again', async () => {
      await demo.killServer()
      // The attempt after the first finds nobody there.
      await expect(weather.account).toContainText(/attempt 3\. network/, { timeout })
      await demo.restartServer()
      await expectRecovery(demo)
      expect((await demo.stats('market')).opened, 'by the new process').toBe(1)
      expect(Number((await demo.stats('market')).lastEventIds.at(-1))).toBeGreaterThan(first)
    })

    await test.step('the server answers 503 with Retry-After', async () => {
      await demo.order({ do: 'refuse', forMs: 30_000 })
      await expect(weather.account).toContainText(/status: .*503/, { timeout })
      const before = await secondsLeft(demo)
      expect(before).toBeGreaterThan(20)
      await expect.poll(() => secondsLeft(demo)).toBeLessThan(before - 0.5)
      expect(await demo.objections()).toEqual([])
      expect(await demo.moved(), 'nothing moves by itself').toEqual([])
      await demo.press('clear')
      await weather.button.click()
      await news.button.click()
      await expectRecovery(demo)
    })

    await test.step('the server goes silent', async () => {
      await demo.press('silence')
      await expect(weather.account).toContainText(/attempt 2\. silence: /, { timeout })
      await expect(news.status, 'the news are patient').toHaveAttribute('data-status', 'open')
      await demo.press('clear')
      await expectRecovery(demo)
    })

    await test.step('the device is offline', async () => {
      await demo.press('offline')
      await expect(weather.status).toHaveAttribute('data-status', 'paused')
      await demo.press('clear')
      await expectRecovery(demo)
    })

    await test.step('the network is slow', async () => {
      await demo.press('slow')
      await expect(page.locator('demo-rates dd').first()).toHaveText(/^\d{1,2}$/)
      await demo.press('clear')
      await expectRecovery(demo)
    })

    await test.step('the stream is closed and opened by hand', async () => {
      await weather.button.click()
      await expect(weather.status).toHaveAttribute('data-status', 'closed')
      await expect.poll(async () => (await demo.stats('market')).open).toBe(0)
      await weather.button.click()
      await expectRecovery(demo)
    })

    expect((await weather.ids()).first, 'the books were kept from the start').toBe(first)
    const { last } = await news.ids()
    await page.reload()
    await expect
      .poll(async () => Number((await demo.stats('news')).lastEventIds.at(-1)), 'a reload resumes')
      .toBeGreaterThanOrEqual(last)
    await expect(page.locator('.stories li')).not.toHaveCount(0)
    await page.goto('about:blank')
    for (const stream of ['market', 'news'] as const)
      await expect.poll(async () => (await demo.stats(stream)).open).toBe(0)
  })
}

/** The stream runs again, resumed by its id, nothing is missing, and the server holds one socket for it. */
async function expectRecovery({ weather, stats }: Demo) {
  await expect(weather.status).toHaveAttribute('data-status', 'open', { timeout })
  const before = await weather.count('messages')
  await expect.poll(() => weather.count('messages'), { timeout }).toBeGreaterThan(before + 1000)
  await expect(weather.account).toContainText(/where it broke off/)
  await expect(weather.proof).toContainText(/^Each id from/)
  for (const book of ['missing', 'repeated'] as const) expect(await weather.count(book)).toBe(0)
  const { first, last } = await weather.ids()
  expect(last - first + 1).toBeGreaterThan(before)
  await expect.poll(async () => (await stats('market')).open).toBe(1)
}

async function secondsLeft({ weather }: Demo): Promise<number> {
  return Number.parseFloat(await weather.countDown.innerText())
}
