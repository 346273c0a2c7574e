import { test as base, expect, type ConsoleMessage, type Locator, type Page } from '@playwright/test'
import { type DemoServer, startDemoServer, type Stats } from './demo-server.ts'

export { expect }

/** One stream's card on the page. */
export interface Card {
  readonly status: Locator
  /** What the state means, with the cause where there is one. */
  readonly account: Locator
  readonly countDown: Locator
  readonly data: Locator
  /** Every state since the page was opened with what was said about it, however short it was. */
  states(): Promise<string[]>
  button(name: 'Open' | 'Try now' | 'Close'): Locator
  /** A number from the books that the page keeps, message by message. */
  count(label: 'Messages' | 'Renders' | 'Missing' | 'Repeated'): Promise<number>
  ids(): Promise<{ first: number; last: number }>
}

/** The demo page in a browser, and a server of its own behind it. */
export interface Demo {
  readonly page: Page
  readonly server: DemoServer
  readonly ticker: Card
  readonly news: Card
  open(): Promise<void>
  misbehave(button: 'Drop now' | 'Go silent' | 'Refuse 5 s' | 'Clear'): Promise<void>
  /** Tells the server how to misbehave without a button, which allows for longer. */
  order(weather: { do: string; forMs?: number }): Promise<void>
  stats(stream?: 'ticker' | 'news'): Promise<Stats>
  /** Ends the server the hard way. */
  killServer(): Promise<void>
  restartServer(): Promise<void>
}

/** Failures that a test brings about, which the browser notes in the console by itself. */
type Failure = 'broken off' | 'refused' | 'server gone'

const notes: Record<Failure, RegExp> = {
  'broken off': /^Failed to load resource: net::ERR_INCOMPLETE_CHUNKED_ENCODING$/,
  refused: /^Failed to load resource: the server responded with a status of 503 \(Service Unavailable\)$/,
  'server gone': /^Failed to load resource: net::ERR_CONNECTION_(REFUSED|RESET)$/,
}

/** Each test has a server of its own, so one name will do. */
const visitor = 'someone'

export const test = base.extend<{ expected: Failure[]; demo: Demo }>({
  expected: [[], { option: true }],
  async demo({ page, expected }, use) {
    let server = await startDemoServer()
    const { url } = server
    const complaints: string[] = []
    const noted = new Set<Failure>()
    page.on('pageerror', (error) => complaints.push(String(error)))
    page.on('console', (message) => {
      const failure = failureIn(message, url)
      if (failure && expected.includes(failure)) noted.add(failure)
      else complaints.push(`${message.type()}: ${message.text()} (${message.location().url})`)
    })

    await use({
      page,
      server,
      ticker: cardOf(page, 'Ticker'),
      news: cardOf(page, 'News'),
      async open() {
        await page.addInitScript(noteStates)
        await page.goto(`${url}/?visitor=${visitor}`)
      },
      async misbehave(button) {
        await page.getByRole('button', { name: button }).click()
      },
      async order(weather) {
        await fetch(`${url}/api/weather?visitor=${visitor}`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(weather),
        })
      },
      async stats(stream) {
        const query = `visitor=${visitor}${stream ? `&stream=${stream}` : ''}`
        return (await (await fetch(`${url}/api/stats?${query}`)).json()) as Stats
      },
      killServer: () => server.kill(),
      async restartServer() {
        server = await startDemoServer(server.port)
      },
    })

    await page.close()
    await server.kill()
    expect(complaints, 'the console is empty, but for the failures that were brought about').toEqual([])
    expect([...noted].toSorted(), 'the failures did happen').toEqual(expected.toSorted())
  },
})

/** Runs in the page: writes each state that a card shows beside it, in an attribute that the page does not know. */
function noteStates() {
  new MutationObserver(() => {
    for (const card of document.querySelectorAll<HTMLElement>('.card')) {
      const state = `${card.querySelector('.status')?.textContent}: ${card.querySelector('[role=status]')?.textContent}`
      const states = card.dataset['states']?.split('\n') ?? []
      if (states.at(-1) !== state) card.dataset['states'] = [...states, state].join('\n')
    }
  }).observe(document, { subtree: true, childList: true, characterData: true })
}

function failureIn(message: ConsoleMessage, url: string): Failure | undefined {
  const { pathname, origin } = new URL(message.location().url || 'about:blank')
  if (message.type() !== 'error' || origin !== url || !/^\/api\/(ticker|news)$/.test(pathname))
    return undefined
  return (Object.keys(notes) as Failure[]).find((failure) => notes[failure].test(message.text()))
}

function cardOf(page: Page, name: string): Card {
  const card = page.getByRole('region', { name })
  const term = (label: string) =>
    card.locator('dl > div').filter({ has: page.getByText(label, { exact: true }) })
  return {
    status: card.locator('.status'),
    account: card.getByRole('status'),
    countDown: card.getByRole('timer'),
    data: card.getByRole('listitem'),
    states: () => card.evaluate((element) => (element.dataset['states'] ?? '').split('\n')),
    button: (label) => card.getByRole('button', { name: label }),
    async count(label) {
      return Number((await term(label).getByRole('definition').innerText()).replaceAll(',', ''))
    },
    async ids() {
      const [first, last] = (await card.getByText(/ids? from/i).innerText()).match(/\d+/g) ?? []
      return { first: Number(first), last: Number(last) }
    },
  }
}
