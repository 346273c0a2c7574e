import { existsSync } from 'node:fs'
import { expect, test } from '@playwright/test'
import { launch, type Browser, type Page } from 'puppeteer-core'
import { tokensFor } from '../apps/server/src/model.ts'
import frameworks from '../frameworks.json' with { type: 'json' }
import { startDemoServer } from './demo-server.ts'
import { renewTokensForGood } from './tokens.ts'

// Playwright drives a Firefox of its own only; puppeteer speaks WebDriver BiDi with the one that Debian has.
const firefox = process.env['FIREFOX_PATH'] || '/usr/bin/firefox-esr'
const apps = frameworks.map(({ name }) => name)
const visitor = 'someone'
/** What passes within a second is not to be missed. */
const patient = { timeout: 20_000, intervals: [100] }

test.skip(!existsSync(firefox), 'There is no Firefox: apt-get install firefox-esr, or set FIREFOX_PATH.')

let browser: Browser

test.beforeAll(async () => {
  browser = await launch({ browser: 'firefox', executablePath: firefox, headless: true })
})

test.afterAll(() => browser.close())

for (const app of apps) {
  test(`${app} in Firefox: the network breaks, answers are stopped, and no message is lost`, async () => {
    test.setTimeout(120_000)
    let server = await startDemoServer()
    const page = await browser.newPage()
    const complaints: string[] = []
    page.on('pageerror', (error) => complaints.push(String(error)))
    await page.evaluateOnNewDocument(renewTokensForGood)
    await page.goto(`${server.url}/${app}/?visitor=${visitor}`)
    const { status, account, number, press } = cards(page)
    const stats = async (stream: string) =>
      (await (await fetch(`${server.url}/api/stats?visitor=${visitor}&stream=${stream}`)).json()) as object

    async function expectRecovery() {
      await expect.poll(() => status('weather'), patient).toBe('open')
      const before = await number('messages')
      await expect.poll(() => number('messages'), patient).toBeGreaterThan(before + 1000)
      expect(await account('weather')).toContain('where it broke off')
      expect([await number('missing'), await number('repeated')]).toEqual([0, 0])
      await expect.poll(() => stats('market'), patient).toMatchObject({ open: 1 })
    }

    await expect.poll(() => number('messages'), patient).toBeGreaterThan(2000)
    await press('[data-order=drop]')
    await expect.poll(() => account('weather'), patient).toMatch(/attempt 2\. network:/)
    await expectRecovery()

    await server.kill()
    await expect.poll(() => account('weather'), patient).toMatch(/attempt 3\. network/)
    server = await startDemoServer(server.port)
    await expectRecovery()

    await press('[data-order=refuse]')
    await expect.poll(() => account('weather'), patient).toMatch(/status: .*503/)
    await expect
      .poll(() => page.$eval('.count-down', (element) => element.textContent), patient)
      .toMatch(/[34]\.\d s/)
    await expectRecovery()

    await press('[data-order=silence]')
    await expect.poll(() => account('weather'), patient).toMatch(/attempt 2\. silence:/)
    await press('[data-order=clear]')
    await expectRecovery()

    await press('[data-order=offline]')
    await expect.poll(() => status('weather'), patient).toBe('paused')
    await press('[data-order=clear]')
    await expectRecovery()

    const answer = () => page.$eval('.answer', (element) => element.textContent)
    await press('.question button')
    await expect.poll(answer, patient).toBe(tokensFor('What is a river?').join(''))
    const tokens = await page.$eval('.facts', (element) => element.textContent)
    expect(Number(/(\d+) tokens used/.exec(tokens)?.[1]), 'the first has expired').toBeGreaterThan(1)
    await press('.question button')
    await expect.poll(() => status('chat'), patient).toBe('open')
    await press('section[aria-labelledby=chat] .connection button')
    await expect
      .poll(() => page.$eval('.facts [role=status]', (element) => element.textContent), patient)
      .toMatch(/^The server noticed, and stopped at word \d+ of \d+\.$/)

    await page.close()
    await expect.poll(() => stats('market'), patient).toMatchObject({ open: 0 })
    await server.kill()
    expect(complaints).toEqual([])
  })
}

/** What a page shows, read anew each time. */
function cards(page: Page) {
  const within = (card: string, selector: string) => `section[aria-labelledby=${card}] ${selector}`
  return {
    status: (card: string) =>
      page.$eval(within(card, '.status'), (element) => element.getAttribute('data-status')),
    account: (card: string) =>
      page.$eval(within(card, '.connection [role=status]'), (element) => element.textContent),
    number: (book: string) =>
      page.$eval(within('weather', `[data-book=${book}]`), (element) =>
        Number(element.textContent.replaceAll(',', '')),
      ),
    press: (selector: string) => page.$eval(selector, (element) => (element as HTMLElement).click()),
  }
}
