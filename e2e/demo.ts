import { AxeBuilder } from '@axe-core/playwright'
import { test as base, expect, type ConsoleMessage, type Locator, type Page } from '@playwright/test'
import frameworks from '../frameworks.json' with { type: 'json' }
import { type DemoServer, startDemoServer, type Stats } from './demo-server.ts'

export { expect }

export const apps = frameworks.map(({ name }) => name)

/** One card of a page, found by what does not depend on the language. */
export interface Card {
  readonly status: Locator
  /** What the state means, with the cause where there is one. */
  readonly account: Locator
  readonly countDown: Locator
  /** The button of its connection: open, close, try now, stop. */
  readonly button: Locator
  readonly proof: Locator
  /** A number from the books that the page keeps, message by message. */
  count(book: 'messages' | 'missing' | 'repeated'): Promise<number>
  ids(): Promise<{ first: number; last: number }>
}

/** A demo page in a browser, and a server of its own behind it. */
export interface Demo {
  readonly page: Page
  readonly weather: Card
  readonly news: Card
  readonly chat: Card
  open(app: string): Promise<void>
  press(order: 'drop' | 'silence' | 'offline' | 'refuse' | 'slow' | 'clear'): Promise<void>
  /** Tells the server how to misbehave without a button: the browser overlooks what moves after a click. */
  order(weather: { do: string; forMs?: number }): Promise<void>
  stats(stream: 'market' | 'news' | 'chat'): Promise<Stats>
  /** Ends the server the hard way. */
  killServer(): Promise<void>
  restartServer(): Promise<void>
  /** What has moved by itself since the page was opened. */
  moved(): Promise<string[]>
  /** What axe objects to. */
  objections(): Promise<unknown[]>
}

/** Failures that a test brings about, which the browser notes in the console by itself. */
const notes =
  /^Failed to load resource: (net::ERR_(INCOMPLETE_CHUNKED_ENCODING|CONNECTION_(REFUSED|RESET))|the server responded with a status of (401 \(Unauthorized\)|503 \(Service Unavailable\)))$/

/** Each test has a server of its own, so one name will do. */
const visitor = 'someone'

export const test = base.extend<{ demo: Demo }>({
  async demo({ page }, use) {
    let server: DemoServer = await startDemoServer()
    const { url } = server
    const complaints: string[] = []
    page.on('pageerror', (error) => complaints.push(String(error)))
    page.on('console', (message) => {
      if (!isExpected(message, url))
        complaints.push(`${message.type()}: ${message.text()} (${message.location().url})`)
    })

    await use({
      page,
      weather: cardOf(page, 'weather'),
      news: cardOf(page, 'news'),
      chat: cardOf(page, 'chat'),
      async open(app) {
        await page.addInitScript(noteMoves)
        await page.goto(`${url}/${app}/?visitor=${visitor}`)
      },
      press: (order) => page.locator(`[data-order=${order}]`).click(),
      async order(weather) {
        await fetch(`${url}/api/weather?visitor=${visitor}`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(weather),
        })
      },
      async stats(stream) {
        const query = `visitor=${visitor}&stream=${stream}`
        return (await (await fetch(`${url}/api/stats?${query}`)).json()) as Stats
      },
      killServer: () => server.kill(),
      async restartServer() {
        server = await startDemoServer(server.port)
      },
      moved: () => page.evaluate(() => (globalThis as { moved?: string[] }).moved ?? []),
      async objections() {
        const { violations } = await new AxeBuilder({ page }).analyze()
        return violations.map(({ id, nodes }) => [
          id,
          nodes.map(({ html, failureSummary }) => `${html} ${failureSummary}`),
        ])
      },
    })

    await page.close()
    await server.kill()
    expect(complaints, 'the console is empty, but for the failures that were brought about').toEqual([])
  },
})

/** What the browser says about a thing that moved. */
interface Shift extends PerformanceEntry {
  hadRecentInput: boolean
  sources: { node: Node | null; previousRect: DOMRect; currentRect: DOMRect }[]
}

/** Runs in the page, from its start. */
function noteMoves() {
  const moved: string[] = []
  Object.assign(globalThis, { moved })
  new PerformanceObserver((list) => {
    for (const { hadRecentInput, sources } of list.getEntries() as Shift[])
      for (const { node, previousRect: was, currentRect: is } of sources)
        if (!hadRecentInput && (was.x !== is.x || was.y !== is.y))
          moved.push(`${node?.textContent} from ${was.x} ${was.y} to ${is.x} ${is.y}`)
  }).observe({ type: 'layout-shift', buffered: true })
}

function isExpected(message: ConsoleMessage, url: string): boolean {
  const { pathname, origin } = new URL(message.location().url || 'about:blank')
  return (
    message.type() === 'error' && origin === url && pathname.startsWith('/api/') && notes.test(message.text())
  )
}

function cardOf(page: Page, name: 'weather' | 'news' | 'chat'): Card {
  const card = page.locator(`section[aria-labelledby=${name}]`)
  return {
    status: card.locator('.status'),
    account: card.locator('.connection [role=status]'),
    countDown: card.locator('.count-down'),
    button: card.locator('.connection button'),
    proof: card.locator('.proof'),
    async count(book) {
      return Number((await card.locator(`[data-book=${book}]`).innerText()).replaceAll(',', ''))
    },
    async ids() {
      const [first, last] = (await card.locator('.proof').innerText()).match(/\d+/g) ?? []
      return { first: Number(first), last: Number(last) }
    },
  }
}
