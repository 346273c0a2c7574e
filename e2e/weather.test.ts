import { findRedisServer } from '../apps/server/src/redis-server.ts'
import { apps, type Demo, expect, test } from './demo.ts'

/** Long enough for a retry delay with jitter, or for the idle timeout. */
const timeout = 20_000

/** Returns the age of the last entry of the log, in seconds. */
const secondsAgo = ({ page }: Demo): Promise<number> =>
  page.evaluate(() => {
    const [hours = 0, minutes = 0, seconds = 0] = document
      .querySelector('.log time')!
      .textContent.split(':')
      .map(Number)
    const now = new Date()
    const midnight = new Date(now).setHours(0, 0, 0, 0)
    const at = midnight + ((hours * 60 + minutes) * 60 + seconds) * 1000
    const day = 86_400_000
    // Positive also if midnight has passed between the entry and now.
    return ((now.getTime() - at + day) % day) / 1000
  })

for (const app of apps) {
  test(`${app}: shows each network failure, recovers, and loses no message`, async ({ demo }) => {
    test.setTimeout(120_000)
    const { page, weather, news } = demo
    await demo.open(app)
    await expect(weather.status).toHaveAttribute('data-status', 'open')
    await expect.poll(() => weather.count('messages')).toBeGreaterThan(2000)
    await expect(page.locator('.cells span')).toHaveCount(200)
    await expect(page.locator('.cells b').nth(199)).toHaveText(/^\d+(\.\d+)?$/)
    await expect(page.locator('demo-rates dd').first()).toHaveText(/^[12],\d{3}$/)
    expect(await demo.stats('market'), 'both cards share one connection').toMatchObject({
      open: 1,
      opened: 1,
    })
    expect(await demo.violations()).toEqual([])
    const { first } = await weather.ids()

    await test.step('the server drops the connection', async () => {
      await demo.applyWeather({ do: 'drop' })
      await expect(weather.detail).toContainText(/attempt 2\. network: /)
      await expectRecovery(demo)
      await expect(page.locator('.log li').nth(2)).toContainText(/attempt-failed → waiting.*network/)
      expect(await secondsAgo(demo), 'the log shows the time of day').toBeLessThan(60)
    })

    await test.step('the server process is killed and started again', async () => {
      await demo.killServer()
      // Attempt 2 finds no server and fails.
      await expect(weather.detail).toContainText(/attempt 3\. network/, { timeout })
      await demo.restartServer()
      await expectRecovery(demo)
      expect((await demo.stats('market')).opened, 'of the new process').toBe(1)
      expect(numberIn((await demo.stats('market')).lastEventIds.at(-1))).toBeGreaterThan(first)
    })

    await test.step('the process that serves the page is killed', async () => {
      const before = await demo.process.innerText()
      expect(before).toMatch(/^One process serves this page \(PID \d+\)\.$/)
      await demo.press('kill')
      await expect(weather.status).not.toHaveAttribute('data-status', 'open')
      await expectRecovery(demo)
      await expect(demo.process).toHaveText(/^One process serves this page/)
      await expect(demo.process).not.toHaveText(before)
    })

    await test.step('the server answers 503 with Retry-After', async () => {
      await demo.applyWeather({ do: 'refuse', forMs: 30_000 })
      await expect(weather.detail).toContainText(/status: .*503/, { timeout })
      const before = await secondsLeft(demo)
      expect(before).toBeGreaterThan(20)
      await expect.poll(() => secondsLeft(demo)).toBeLessThan(before - 0.5)
      expect(await demo.violations()).toEqual([])
      expect(await demo.layoutShifts(), 'no layout shift').toEqual([])
      // The button of the news retries only in this state. On an open stream it closes.
      await expect(news.detail).toContainText(/status: .*503/, { timeout })
      await demo.press('clear')
      await weather.button.click()
      await news.button.click()
      await expectRecovery(demo)
    })

    await test.step('the server sends nothing', async () => {
      await demo.press('silence')
      await expect(weather.detail).toContainText(/attempt 2\. idle-timeout: /, { timeout })
      await expect(news.status, 'the news has no idle timeout of 5 s').toHaveAttribute('data-status', 'open')
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

    await test.step('the user closes and opens the stream', async () => {
      await weather.button.click()
      await expect(weather.status).toHaveAttribute('data-status', 'closed')
      await expect.poll(async () => (await demo.stats('market')).open).toBe(0)
      await weather.button.click()
      await expectRecovery(demo)
    })

    expect((await weather.ids()).first, 'the ids were checked from the start').toBe(first)
    const { last } = await news.ids()
    await page.reload()
    await expect
      .poll(async () => numberIn((await demo.stats('news')).lastEventIds.at(-1)), 'a reload resumes')
      .toBeGreaterThanOrEqual(last)
    await expect(page.locator('.stories li')).not.toHaveCount(0)
    await page.goto('about:blank')
    for (const stream of ['market', 'news'] as const)
      await expect.poll(async () => (await demo.stats(stream)).open).toBe(0)
  })
}

test.describe('with three processes', () => {
  test.skip(!findRedisServer(), 'redis-server is not installed. Run `apt-get install redis-server`.')
  test.use({ serverArgs: ['--processes', '3'] })

  test('shows which process serves the market, and continues on another one when it is killed', async ({
    demo,
  }) => {
    const { weather, news } = demo
    await demo.open('react')
    await expect.poll(() => weather.count('messages')).toBeGreaterThan(2000)
    await expect(demo.process).toHaveText(/^Process [123] of 3 serves the market \(PID \d+\)\.$/)
    for (let kills = 0; kills < 2; kills++) {
      const before = await demo.process.innerText()
      await demo.press('kill')
      await expect(demo.process).toHaveText('No process serves the market now.')
      await expectRecovery(demo)
      await expect(demo.process).toHaveText(/^Process [123] of 3/)
      await expect(demo.process).not.toHaveText(before)
    }
    await expect(news.status).toHaveAttribute('data-status', 'open', { timeout })
    await expect(news.proof).toContainText(/^All ids from/)
    expect(await demo.violations()).toEqual([])
  })
})

test('shows the gap that the server tells after its log is gone', async ({ demo }) => {
  const { page, weather } = demo
  await demo.open('react')
  await expect.poll(() => weather.count('messages')).toBeGreaterThan(2000)
  await demo.loseLog()
  await expect(weather.detail).toContainText(/The server says that messages are missing/, { timeout })
  await expect(weather.proof).toHaveText(/^Ids from \d+ to \d+\. The server told of 1 gap\.$/)
  await expect(page.locator('.log li').filter({ hasText: 'gap' })).not.toHaveCount(0)
  expect([await weather.count('missing'), await weather.count('repeated')]).toEqual([0, 0])
  expect(await demo.violations()).toEqual([])
})

/** Expects that the stream resumed from its last id, that no message is missing, and that the server has one socket. */
async function expectRecovery({ weather, stats }: Demo) {
  await expect(weather.status).toHaveAttribute('data-status', 'open', { timeout })
  const before = await weather.count('messages')
  await expect.poll(() => weather.count('messages'), { timeout }).toBeGreaterThan(before + 1000)
  await expect(weather.detail).toContainText(/^Resumed after .* from the last message/)
  await expect(weather.proof).toContainText(/^All ids from/)
  for (const name of ['missing', 'repeated'] as const) expect(await weather.count(name)).toBe(0)
  const { first, last } = await weather.ids()
  expect(last - first + 1).toBeGreaterThan(before)
  await expect.poll(async () => (await stats('market')).open).toBe(1)
}

/** Returns the number in an id of the server: `n` of `<epoch>-<n>`. */
function numberIn(id = ''): number {
  return Number(id.slice(id.indexOf('-') + 1))
}

async function secondsLeft({ weather }: Demo): Promise<number> {
  return Number.parseFloat(await weather.countDown.innerText())
}
