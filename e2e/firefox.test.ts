import { existsSync } from 'node:fs'
import { expect, test } from '@playwright/test'
import { launch, type Browser, type Page } from 'puppeteer-core'
import { tokensFor } from '../apps/server/src/model.ts'
import frameworks from '../frameworks.json' with { type: 'json' }
import { startDemoServer } from './demo-server.ts'
import { replaceLaterTokens } from './tokens.ts'

// Playwright only supports its own build of Firefox. Puppeteer drives Debian's Firefox over WebDriver BiDi.
const firefox = process.env['FIREFOX_PATH'] || '/usr/bin/firefox-esr'
const apps = frameworks.map(({ name }) => name)
const visitor = 'e2e'
/** Polls often enough to see states that last less than a second. */
const polling = { timeout: 20_000, intervals: [100] }

test.skip(
  !existsSync(firefox),
  'Firefox is not installed. Run apt-get install firefox-esr, or set FIREFOX_PATH.',
)

let browser: Browser

test.beforeAll(async () => {
  browser = await launch({ browser: 'firefox', executablePath: firefox, headless: true })
})

test.afterAll(() => browser.close())

for (const app of apps) {
  test(`${app} in Firefox: recovers from each network failure, loses no message, and stops an answer`, async () => {
    test.setTimeout(120_000)
    const server = await startDemoServer()
    const page = await browser.newPage()
    const problems: string[] = []
    page.on('pageerror', (error) => problems.push(String(error)))
    await page.evaluateOnNewDocument(replaceLaterTokens)
    await page.goto(`${server.url}/${app}/?visitor=${visitor}`)
    const { status, detail, count, press } = cards(page)
    const stats = async (stream: string) =>
      (await (await fetch(`${server.url}/api/stats?visitor=${visitor}&stream=${stream}`)).json()) as object

    async function expectRecovery() {
      await expect.poll(() => status('weather'), polling).toBe('open')
      const before = await count('messages')
      await expect.poll(() => count('messages'), polling).toBeGreaterThan(before + 1000)
      expect(await detail('weather')).toContain('from the last message')
      expect([await count('missing'), await count('repeated')]).toEqual([0, 0])
      await expect.poll(() => stats('market'), polling).toMatchObject({ open: 1 })
    }

    await expect.poll(() => count('messages'), polling).toBeGreaterThan(2000)
    await press('[data-action=drop]')
    await expect.poll(() => detail('weather'), polling).toMatch(/attempt 2\. network:/)
    await expectRecovery()

    await server.kill()
    await expect.poll(() => detail('weather'), polling).toMatch(/attempt 3\. network/)
    await server.restart()
    await expectRecovery()

    await press('[data-action=refuse]')
    await expect.poll(() => detail('weather'), polling).toMatch(/status: .*503/)
    await expect
      .poll(() => page.$eval('.count-down', (element) => element.textContent), polling)
      .toMatch(/[34]\.\d s/)
    await expectRecovery()

    await press('[data-action=silence]')
    await expect.poll(() => detail('weather'), polling).toMatch(/attempt 2\. idle-timeout:/)
    await press('[data-action=clear]')
    await expectRecovery()

    await press('[data-action=offline]')
    await expect.poll(() => status('weather'), polling).toBe('paused')
    await press('[data-action=clear]')
    await expectRecovery()

    const answer = () => page.$$eval('demo-answer [data-kind=text] a', ([first]) => first?.textContent)
    await press('.question button')
    await expect.poll(answer, polling).toBe(tokensFor('What is a river?').join(''))
    const tokens = await page.$eval('.facts', (element) => element.textContent)
    expect(Number(/(\d+) tokens used/.exec(tokens)?.[1]), 'the first token expired').toBeGreaterThan(1)
    await press('.question button')
    await expect.poll(() => status('chat'), polling).toBe('open')
    await press('section[aria-labelledby=chat] .connection button')
    await expect
      .poll(() => page.$eval('.facts [role=status]', (element) => element.textContent), polling)
      .toMatch(/^The model stopped at message \d+ of \d+\.$/)

    await page.close()
    await expect.poll(() => stats('market'), polling).toMatchObject({ open: 0 })
    await server.remove()
    expect(problems).toEqual([])
  })
}

/** Returns functions that read the current content of the page. */
function cards(page: Page) {
  const within = (card: string, selector: string) => `section[aria-labelledby=${card}] ${selector}`
  return {
    status: (card: string) =>
      page.$eval(within(card, '.status'), (element) => element.getAttribute('data-status')),
    detail: (card: string) =>
      page.$eval(within(card, '.connection [role=status]'), (element) => element.textContent),
    count: (name: string) =>
      page.$eval(within('weather', `[data-count=${name}]`), (element) =>
        Number(element.textContent.replaceAll(',', '')),
      ),
    press: (selector: string) => page.$eval(selector, (element) => (element as HTMLElement).click()),
  }
}
