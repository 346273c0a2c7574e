import { AxeBuilder } from '@axe-core/playwright'
import { test as base, expect, type ConsoleMessage, type Locator, type Page } from '@playwright/test'
import frameworks from '../frameworks.json' with { type: 'json' }
import { startDemoServer, type Stats } from './demo-server.ts'

export { expect }

export const apps = frameworks.map(({ name }) => name)

/** One card of a page. Its locators do not depend on the language. */
export interface Card {
  readonly status: Locator
  /** Sentence about the status, with the error if there is one. */
  readonly detail: Locator
  readonly countDown: Locator
  /** Button of the connection: open, close, retry now, or stop. */
  readonly button: Locator
  readonly proof: Locator
  /** Reads one of the message counts that the page shows. */
  count(name: 'messages' | 'missing' | 'repeated'): Promise<number>
  /** Reads the first and the last id that the page shows. */
  ids(): Promise<{ first: number; last: number }>
}

/** A demo page in a browser, with its own server. */
export interface Demo {
  readonly page: Page
  readonly weather: Card
  readonly news: Card
  readonly chat: Card
  open(app: string): Promise<void>
  /** Sentence about the process that serves the market. */
  readonly process: Locator
  /** Clicks a button of the weather card. */
  press(action: 'drop' | 'silence' | 'offline' | 'refuse' | 'slow' | 'clear' | 'kill'): Promise<void>
  /** Injects a fault without a click: the browser does not report layout shifts right after a click. */
  applyWeather(body: { do: string; forMs?: number }): Promise<void>
  stats(stream: 'market' | 'news' | 'chat'): Promise<Stats>
  /** Kills the process that serves a stream of the page with SIGKILL. Another one takes its place. */
  killProcess(stream: 'market' | 'chat'): Promise<void>
  /** Kills the server with SIGKILL. */
  killServer(): Promise<void>
  restartServer(): Promise<void>
  /** Kills the server and starts it with an empty log. */
  loseLog(): Promise<void>
  /** Lists the layout shifts since the page was opened, except those right after a click or key press. */
  layoutShifts(): Promise<string[]>
  /** Lists the accessibility violations that axe finds. */
  violations(): Promise<unknown[]>
}

/** Messages that the browser logs for failures that the tests cause. */
const expectedMessages =
  /^Failed to load resource: (net::ERR_(INCOMPLETE_CHUNKED_ENCODING|CONNECTION_(REFUSED|RESET))|the server responded with a status of (401 \(Unauthorized\)|503 \(Service Unavailable\)))$/

/** Each test has its own server, so all can use the same name. */
const visitor = 'e2e'

export const test = base.extend<{ demo: Demo; serverArgs: string[] }>({
  /** Arguments of the server. Set them with `test.use`. */
  serverArgs: [[], { option: true }],
  async demo({ page, serverArgs }, use) {
    const server = await startDemoServer(...serverArgs)
    const { url } = server
    const problems: string[] = []
    page.on('pageerror', (error) => problems.push(String(error)))
    page.on('console', (message) => {
      if (!isExpected(message, url))
        problems.push(`${message.type()}: ${message.text()} (${message.location().url})`)
    })

    await use({
      page,
      weather: cardOf(page, 'weather'),
      news: cardOf(page, 'news'),
      chat: cardOf(page, 'chat'),
      process: page.locator('.process span'),
      async open(app) {
        await page.addInitScript(recordLayoutShifts)
        await page.goto(`${url}/${app}/?visitor=${visitor}`)
      },
      press: (action) => page.locator(`[data-action=${action}]`).click(),
      async applyWeather(body) {
        await fetch(`${url}/api/weather?visitor=${visitor}`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(body),
        })
      },
      async stats(stream) {
        const query = `visitor=${visitor}&stream=${stream}`
        return (await (await fetch(`${url}/api/stats?${query}`)).json()) as Stats
      },
      async killProcess(stream) {
        const response = await fetch(`${url}/api/processes?visitor=${visitor}&stream=${stream}`)
        const { processes } = (await response.json()) as {
          processes: { process: number; openedAt: number | null }[]
        }
        const victim = processes.find(({ openedAt }) => openedAt !== null)?.process
        const headers = { 'content-type': 'application/json' }
        await fetch(`${url}/api/kill`, { method: 'POST', headers, body: JSON.stringify({ process: victim }) })
      },
      killServer: () => server.kill(),
      restartServer: () => server.restart(),
      async loseLog() {
        await server.remove()
        await server.restart()
      },
      layoutShifts: () => page.evaluate(() => (globalThis as { layoutShifts?: string[] }).layoutShifts ?? []),
      async violations() {
        const { violations } = await new AxeBuilder({ page }).analyze()
        return violations.map(({ id, nodes }) => [
          id,
          nodes.map(({ html, failureSummary }) => `${html} ${failureSummary}`),
        ])
      },
    })

    await page.close()
    await server.remove()
    expect(problems, 'the console shows nothing but the failures that the test caused').toEqual([])
  },
})

/** A layout-shift entry. TypeScript's DOM types do not have it. */
interface LayoutShift extends PerformanceEntry {
  hadRecentInput: boolean
  sources: { node: Node | null; previousRect: DOMRect; currentRect: DOMRect }[]
}

/** Runs in the page before its scripts. */
function recordLayoutShifts() {
  const layoutShifts: string[] = []
  Object.assign(globalThis, { layoutShifts })
  new PerformanceObserver((list) => {
    for (const { hadRecentInput, sources } of list.getEntries() as LayoutShift[])
      for (const { node, previousRect: from, currentRect: to } of sources)
        if (!hadRecentInput && (from.x !== to.x || from.y !== to.y))
          layoutShifts.push(`${node?.textContent} from ${from.x} ${from.y} to ${to.x} ${to.y}`)
  }).observe({ type: 'layout-shift', buffered: true })
}

function isExpected(message: ConsoleMessage, url: string): boolean {
  const { pathname, origin } = new URL(message.location().url || 'about:blank')
  return (
    message.type() === 'error' &&
    origin === url &&
    pathname.startsWith('/api/') &&
    expectedMessages.test(message.text())
  )
}

function cardOf(page: Page, name: 'weather' | 'news' | 'chat'): Card {
  const card = page.locator(`section[aria-labelledby=${name}]`)
  return {
    status: card.locator('.status'),
    detail: card.locator('.connection [role=status]'),
    countDown: card.locator('.count-down'),
    button: card.locator('.connection button'),
    proof: card.locator('.proof'),
    async count(name) {
      return Number((await card.locator(`[data-count=${name}]`).innerText()).replaceAll(',', ''))
    },
    async ids() {
      const [first, last] = (await card.locator('.proof').innerText()).match(/\d+/g) ?? []
      return { first: Number(first), last: Number(last) }
    },
  }
}
