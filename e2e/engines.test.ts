import { type Browser, expect, type Page, test } from '@playwright/test'
import { tokensFor } from '../apps/server/src/model.ts'
import { engine, launch } from '../engines/launch.ts'
import frameworks from '../frameworks.json' with { type: 'json' }
import { startDemoServer } from './demo-server.ts'
import { replaceLaterTokens } from './tokens.ts'

// A page of `launch` has but a few methods in WebKit, so the test reads and clicks with scripts.
const apps = frameworks.map(({ name }) => name)
const visitor = 'e2e'
/** WebKitGTK reports a response that is cut off as one that has ended. */
const lost = engine === 'webkit' ? /attempt 2\. ended:/ : /attempt 2\. network:/
/** Polls often enough to see states that last less than a second. */
const polling = { timeout: 20_000, intervals: [100] }

let browser: Browser

test.beforeAll(async () => {
  browser = await launch()
})

test.afterAll(() => browser.close())

for (const app of apps) {
  test(`${app} in ${engine}: recovers from each network failure, loses no message, and stops an answer`, async () => {
    test.setTimeout(120_000)
    const server = await startDemoServer()
    const page = await browser.newPage()
    await page.goto(`${server.url}/${app}/?visitor=${visitor}`)
    await page.evaluate(replaceLaterTokens)
    await page.evaluate(record)
    const { status, saw, count, press, text } = cards(page)
    const stats = async (stream: string) =>
      (await (await fetch(`${server.url}/api/stats?visitor=${visitor}&stream=${stream}`)).json()) as object

    async function expectRecovery() {
      await expect.poll(() => status('weather'), polling).toBe('open')
      const before = await count('messages')
      await expect.poll(() => count('messages'), polling).toBeGreaterThan(before + 1000)
      await expect.poll(() => saw(/from the last message/), polling).toBe(true)
      expect([await count('missing'), await count('repeated')]).toEqual([0, 0])
      await expect.poll(() => stats('market'), polling).toMatchObject({ open: 1 })
    }

    await expect.poll(() => count('messages'), polling).toBeGreaterThan(2000)
    await press('[data-action=drop]')
    await expect.poll(() => saw(lost), polling).toBe(true)
    await expectRecovery()

    await server.kill()
    await expect.poll(() => saw(/attempt 3\. network:/), polling).toBe(true)
    await server.restart()
    await expectRecovery()

    await press('[data-action=refuse]')
    await expect.poll(() => saw(/status: .*503/), polling).toBe(true)
    await expect.poll(() => saw(/^waiting .*[34]\.\d s/), polling).toBe(true)
    await expectRecovery()

    await press('[data-action=silence]')
    await expect.poll(() => saw(/attempt 2\. idle-timeout:/), polling).toBe(true)
    await press('[data-action=clear]')
    await expectRecovery()

    await press('[data-action=offline]')
    await expect.poll(() => saw(/^paused/), polling).toBe(true)
    await press('[data-action=clear]')
    await expectRecovery()

    const answer = () => text('demo-answer [data-kind=text] a')
    await press('.question button')
    await expect.poll(answer, polling).toBe(tokensFor('What is a river?').join(''))
    const tokens = await text('.facts')
    expect(Number(/(\d+) tokens used/.exec(tokens)?.[1]), 'the first token expired').toBeGreaterThan(1)
    // The end of the answer comes after its text. Until then, no question is sent.
    await expect.poll(() => status('chat'), polling).toBe('closed')
    await press('.question button')
    await page.evaluate(stopAnswer)
    await expect
      .poll(() => text('.facts [role=status]'), polling)
      .toMatch(/^The model stopped at message \d+ of \d+\.$/)

    expect(await page.evaluate(() => (globalThis as unknown as { problems: string[] }).problems)).toEqual([])
    await page.close()
    await expect.poll(() => stats('market'), polling).toMatchObject({ open: 0 })
    await server.remove()
  })
}

/** Runs in the page. Records its errors, and what the connection of the weather shows: some of it lasts less than a second. */
function record() {
  const problems: string[] = []
  const shown: string[] = []
  Object.assign(globalThis, { problems, shown })
  addEventListener('error', ({ message }) => problems.push(message))
  addEventListener('unhandledrejection', ({ reason }) => problems.push(String(reason)))
  const note = () => {
    const card = document.querySelector('section[aria-labelledby=weather] .connection')
    const text = `${card?.querySelector('.status')?.getAttribute('data-status')} ${card?.textContent}`
    if (text !== shown.at(-1)) shown.push(text)
  }
  new MutationObserver(note).observe(document.body, { subtree: true, childList: true, characterData: true })
}

/** Runs in the page. Stops the answer as soon as its connection is open: it is short. */
async function stopAnswer() {
  const find = (selector: string) =>
    document.querySelector<HTMLElement>(`section[aria-labelledby=chat] .connection ${selector}`)
  while (!find('[data-status=open]')) await new Promise((resolve) => setTimeout(resolve, 10))
  find('button')!.click()
}

/** Returns functions that read the current content of the page. */
function cards(page: Page) {
  const within = (card: string, selector: string) => `section[aria-labelledby=${card}] ${selector}`
  const text = (selector: string) =>
    page.evaluate((selector) => document.querySelector(selector)?.textContent ?? '', selector)
  return {
    text,
    status: (card: string) =>
      page.evaluate(
        (selector) => document.querySelector(selector)?.getAttribute('data-status'),
        within(card, '.status'),
      ),
    /** True if the connection of the weather has shown such a text since the last call that returned true. */
    saw: (pattern: RegExp) =>
      page.evaluate((source) => {
        const { shown } = globalThis as unknown as { shown: string[] }
        const index = shown.findIndex((text) => new RegExp(source).test(text))
        if (index >= 0) shown.splice(0, index)
        return index >= 0
      }, pattern.source),
    count: async (name: string) =>
      Number((await text(within('weather', `[data-count=${name}]`))).replaceAll(',', '')),
    press: (selector: string) =>
      page.evaluate((selector) => document.querySelector<HTMLElement>(selector)!.click(), selector),
  }
}
