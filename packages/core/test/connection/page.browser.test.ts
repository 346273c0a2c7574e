import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Browser, BrowserContext, Page } from 'playwright'
import { bundle } from './bundle.ts'
import { files, launch } from './chromium.ts'
import { type CountingServer, createCountingServer } from './counting-server.ts'
import { until } from './harness.ts'
import type * as Client from './page-client.ts'

let browser: Browser
let code: string
let context: BrowserContext
let page: Page
let server: CountingServer

declare const client: typeof Client

beforeAll(async () => {
  ;[browser, code] = await Promise.all([launch(), bundle('page-client.ts')])
}, 60_000)
afterAll(() => browser?.close())

beforeEach(async () => {
  server = await createCountingServer(files(code, 'client'), {
    '/moved': '/stream',
    '/moved-twice': '/moved',
  })
  context = await browser.newContext()
  page = await context.newPage()
  await visit()
})

afterEach(async () => {
  await context.close()
  await server.close()
})

async function visit(): Promise<void> {
  await page.goto(`${server.origin}/`)
  await page.waitForFunction(() => 'client' in window)
}

const open = (options: object = {}, path = '/stream') =>
  page.evaluate(([path, options]) => client.open(path, options), [path, options] as const)

const look = () =>
  page.evaluate(() => ({ seen: client.seen.length, gap: client.gap(), states: client.states.join(', ') }))

/** Waits for so many messages, and checks that they count up. */
async function read(count: number): Promise<void> {
  await page.waitForFunction((count) => client.seen.length >= count, count)
  expect((await look()).gap).toBe('')
}

async function resumed(): Promise<void> {
  await until('a second request', () => server.asked.length === 2)
  const { seen } = await look()
  await read(seen + 5)
  expect(server.asked[1]!.headers['last-event-id']).toMatch(/^\d+$/)
  expect(server.most).toBe(1)
  expect(server.streams).toBe(1)
}

describe('the network', () => {
  test('that goes pauses the stream, and its return resumes it at once', async () => {
    await open()
    await read(5)
    await context.setOffline(true)
    await until('the stream is let go', () => server.streams === 0)
    expect((await look()).states).toBe('connecting, open, paused offline')
    await context.setOffline(false)
    await resumed()
    expect((await look()).states).toBe('connecting, open, paused offline, connecting, open')
    expect(await page.evaluate(() => client.openings)).toEqual(['resumed'])
  })

  test('that is away from the start keeps nothing from being tried, and its return means now', async () => {
    await context.setOffline(true)
    await open({ retry: { baseMs: 600_000 } })
    await page.waitForFunction(() => client.states.includes('waiting: network'))
    await context.setOffline(false)
    await read(5)
    expect(server.most).toBe(1)
  })
})

describe('the page', () => {
  test('that is frozen lets the socket go, and that goes on resumes', async () => {
    await open()
    await read(5)
    await happen('freeze')
    await until('the stream is let go', () => server.streams === 0)
    await happen('resume')
    await resumed()
    expect((await look()).states).toContain('paused frozen')
  })

  test('of a browser that freezes without saying so, as Safari does, is paused by pagehide and resumed by pageshow', async () => {
    await open()
    await read(5)
    await page.evaluate(
      () => void window.dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true })),
    )
    await until('the stream is let go', () => server.streams === 0)
    await page.evaluate(
      () => void window.dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true })),
    )
    await resumed()
  })

  test('has as many listeners after the stream was closed as before', async () => {
    await page.evaluate(() => {
      const { addEventListener, removeEventListener } = EventTarget.prototype
      const counts = { added: 0, removed: 0 }
      EventTarget.prototype.addEventListener = function (...all) {
        if (this === window || this === document) counts.added++
        return addEventListener.apply(this, all)
      }
      EventTarget.prototype.removeEventListener = function (...all) {
        if (this === window || this === document) counts.removed++
        return removeEventListener.apply(this, all)
      }
      Object.assign(window, { counts })
    })
    await open()
    await read(5)
    const counts = () => page.evaluate(() => (window as unknown as { counts: Record<string, number> }).counts)
    expect(await counts()).toEqual({ added: 7, removed: 0 })
    await page.evaluate(() => client.close())
    expect(await counts()).toEqual({ added: 7, removed: 7 })
  })

  test('that goes into the back-forward cache lets the socket go, and comes back with its state and the id', async () => {
    await open()
    await read(5)
    await page.evaluate(() => void Object.assign(window, { stayed: true }))
    await page.goto(`${server.origin}/elsewhere`)
    await until('the stream is let go', () => server.streams === 0)
    // A page from the cache does not load: its commit is all there is.
    await page.goBack({ waitUntil: 'commit' })
    expect(await page.evaluate(() => 'stayed' in window), 'the page came from the cache').toBe(true)
    await resumed()
    expect((await look()).states).toBe('connecting, open, paused frozen, connecting, open')
  })

  test('that is hidden keeps the stream by default', async () => {
    await open()
    await read(5)
    await hide()
    const { seen } = await look()
    await read(seen + 10)
    await show()
    expect(server.asked).toHaveLength(1)
  })

  test('that is hidden for long pauses the stream where that is wished, and resumes it when it is shown', async () => {
    await open({ pauseWhenHiddenMs: 200 })
    await read(5)
    await hide()
    await until('the stream is let go', () => server.streams === 0)
    expect((await look()).states).toContain('paused hidden')
    await show()
    await resumed()
  })

  test('that is hidden from the start pauses the stream, too, and resumes it when it is shown', async () => {
    await hide()
    await open({ pauseWhenHiddenMs: 300 })
    await page.waitForFunction(() => client.states.includes('paused hidden'))
    await show()
    await read(5)
    expect(server.most).toBe(1)
  })

  test('that is hidden, frozen or offline never has a POST sent again', async () => {
    await open({ method: 'POST', body: 'question', pauseWhenHiddenMs: 100 }, '/no-id')
    await page.waitForFunction(() => client.seen.length > 2)
    await hide()
    await new Promise((resolve) => setTimeout(resolve, 200))
    await show()
    await happen('freeze')
    await happen('resume')
    await new Promise((resolve) => setTimeout(resolve, 300))
    expect(server.asked).toHaveLength(1)
    expect(server.streams).toBe(1)
  })

  test('that is reloaded resumes where it kept the id', async () => {
    await page.evaluate(() => client.open('/stream', {}, 'count'))
    await read(5)
    await visit()
    await page.evaluate(() => client.open('/stream', {}, 'count'))
    await resumed()
    expect(Number(server.asked[1]!.headers['last-event-id'])).toBeGreaterThanOrEqual(5)
  })

  test('that is left lets the socket go', async () => {
    await open()
    await read(5)
    await page.close()
    await until('the stream is let go', () => server.streams === 0)
  })
})

// A headless browser's page is never hidden, and only hidden pages are frozen: these events are made by hand. The
// back-forward cache's are real, and hide, freeze and resume the page in their turn.
const happen = (type: string) => page.evaluate((type) => void document.dispatchEvent(new Event(type)), type)

async function hide(state = 'hidden'): Promise<void> {
  await page.evaluate((state) => {
    Object.defineProperty(document, 'visibilityState', { configurable: true, get: () => state })
  }, state)
  await happen('visibilitychange')
}

const show = () => hide('visible')

test('a worker, which has no window, reads a stream', async () => {
  const result = await page.evaluate(
    (url) =>
      new Promise((resolve) => {
        const worker = new Worker('/module.js', { type: 'module' })
        worker.addEventListener('message', ({ data }) => resolve(data))
        worker.postMessage(url) // oxlint-disable-line require-post-message-target-origin
      }),
    `${server.origin}/stream`,
  )
  expect(result).toEqual({ seen: expect.any(Number), gap: '' })
  await until('the stream is let go', () => server.streams === 0)
})

describe('a redirect', () => {
  const ended = async () => {
    await page.waitForFunction(() => client.states.some((state) => state.startsWith('closed')))
    return page.evaluate(() => [client.states.at(-1), client.failure()])
  }

  test('of a request with a token is followed', async () => {
    await open({ headers: { authorization: 'Bearer secret' } }, '/moved-twice')
    await read(3)
    expect(server.asked.at(-1)).toMatchObject({ url: '/stream', headers: { authorization: 'Bearer secret' } })
  })

  test('to another origin leaves the token behind', async () => {
    const stranger = await createCountingServer()
    await server.close()
    server = await createCountingServer(files(code, 'client'), { '/away': `${stranger.origin}/stream` })
    await visit()
    await open({ headers: { authorization: 'Bearer secret' } }, '/away')
    await read(3)
    expect(JSON.stringify(stranger.asked)).not.toContain('secret')
    await stranger.close()
  })

  test.each([
    ['a header of one’s own', { headers: { 'x-api-key': 'secret' } }],
    ['a body', { method: 'POST', body: 'secret' }],
  ])('of a request with %s is an error that says what to do', async (_, options) => {
    await open(options, '/moved')
    const [state, message] = await ended()
    expect(state).toBe('closed failed: redirect')
    expect(message).toContain("redirect: 'follow'")
    expect(server.asked).toHaveLength(1)
  })

  test('is followed where that is wished', async () => {
    await open({ headers: { 'x-api-key': 'mine' }, redirect: 'follow' }, '/moved')
    await read(3)
    expect(server.asked.at(-1)).toMatchObject({ url: '/stream', headers: { 'x-api-key': 'mine' } })
  })
})
