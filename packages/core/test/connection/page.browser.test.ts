import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Browser, BrowserContext, Page } from 'playwright'
import { engine, launch } from '../../../../engines/launch.ts'
import { bundle } from './bundle.ts'
import { type CountingServer, createCountingServer } from './counting-server.ts'
import { waitFor } from './harness.ts'
import { files } from './page-files.ts'
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

const inspect = () =>
  page.evaluate(() => ({
    messages: client.ids.length,
    gap: client.findGap(),
    states: client.states.join(', '),
  }))

/** Waits for `count` messages and expects their ids to count up without a gap. */
async function read(count: number): Promise<void> {
  await page.waitForFunction((count) => client.ids.length >= count, count)
  expect((await inspect()).gap).toBe('')
}

/** Expects one second request that resumes from the last event id, and no other connection. */
async function expectResumed(): Promise<void> {
  await waitFor('a second request', () => server.streamRequests.length === 2)
  const { messages } = await inspect()
  await read(messages + 5)
  expect(server.streamRequests[1]!.headers['last-event-id']).toMatch(/^\d+$/)
  expect(server.maxStreams).toBe(1)
  expect(server.streams).toBe(1)
}

describe(`a stream in ${engine}`, () => {
  test('pauses when the browser goes offline and reconnects immediately when it is back online', async () => {
    await open()
    await read(5)
    await setOffline(true)
    await waitFor('the stream to close', () => server.streams === 0)
    expect((await inspect()).states).toBe('connecting, open, paused offline')
    await setOffline(false)
    await expectResumed()
    expect((await inspect()).states).toBe('connecting, open, paused offline, connecting, open')
    expect(await page.evaluate(() => client.reconnects)).toEqual(['unverified'])
  })

  // WebKit's driver cannot take the network away.
  test.skipIf(engine === 'webkit')(
    'connects although the browser is offline from the start, and reconnects immediately when it is online',
    async () => {
      await context.setOffline(true)
      await open({ retry: { baseMs: 600_000 } })
      await page.waitForFunction(() => client.states.includes('waiting: network'))
      await context.setOffline(false)
      await read(5)
      expect(server.maxStreams).toBe(1)
    },
  )

  test('closes its socket when the page is frozen and resumes with the page', async () => {
    await open()
    await read(5)
    await dispatch('freeze')
    await waitFor('the stream to close', () => server.streams === 0)
    await dispatch('resume')
    await expectResumed()
    expect((await inspect()).states).toContain('paused frozen')
  })

  test('pauses on pagehide and resumes on pageshow, for browsers without freeze events such as Safari', async () => {
    await open()
    await read(5)
    await page.evaluate(
      () => void window.dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true })),
    )
    await waitFor('the stream to close', () => server.streams === 0)
    await page.evaluate(
      () => void window.dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true })),
    )
    await expectResumed()
  })

  test('removes all its event listeners when it is closed', async () => {
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

  test('closes its socket when the page enters the back-forward cache and resumes with its state and id', async () => {
    await open()
    await read(5)
    await page.evaluate(() => void Object.assign(window, { cached: true }))
    await page.goto(`${server.origin}/elsewhere`)
    await waitFor('the stream to close', () => server.streams === 0)
    // A page from the cache has no load event.
    await page.goBack({ waitUntil: 'commit' })
    await page.waitForFunction(() => 'client' in window)
    const isCached = await page.evaluate(() => 'cached' in window)
    // Firefox does not cache a page with an open response, although it is closed in the event pagehide.
    expect(isCached, 'the page is restored from the cache').toBe(engine !== 'firefox')
    if (!isCached) return
    await expectResumed()
    // WebKit ends the requests of a page that is left before the event pagehide.
    const lost = engine === 'webkit' ? 'waiting: network, ' : ''
    expect((await inspect()).states).toBe(`connecting, open, ${lost}paused frozen, connecting, open`)
  })

  test('stays open when the page is hidden, by default', async () => {
    await open()
    await read(5)
    await hide()
    const { messages } = await inspect()
    await read(messages + 10)
    await show()
    expect(server.streamRequests).toHaveLength(1)
  })

  test('pauses after pauseWhenHiddenMs in a hidden page and resumes when it is visible', async () => {
    await open({ pauseWhenHiddenMs: 200 })
    await read(5)
    await hide()
    await waitFor('the stream to close', () => server.streams === 0)
    expect((await inspect()).states).toContain('paused hidden')
    await show()
    await expectResumed()
  })

  test('pauses after pauseWhenHiddenMs in a page that is hidden from the start, and resumes when it is visible', async () => {
    await hide()
    await open({ pauseWhenHiddenMs: 300 })
    await page.waitForFunction(() => client.states.includes('paused hidden'))
    await show()
    await read(5)
    expect(server.maxStreams).toBe(1)
  })

  test('never sends a POST again because the page was hidden or frozen', async () => {
    await open({ method: 'POST', body: 'question', pauseWhenHiddenMs: 100 }, '/no-id')
    await page.waitForFunction(() => client.ids.length > 2)
    await hide()
    await new Promise((resolve) => setTimeout(resolve, 200))
    await show()
    await dispatch('freeze')
    await dispatch('resume')
    await new Promise((resolve) => setTimeout(resolve, 300))
    expect(server.streamRequests).toHaveLength(1)
    expect(server.streams).toBe(1)
  })

  test('resumes after a reload if it has a lastEventIdStore', async () => {
    await page.evaluate(() => client.open('/stream', {}, 'count'))
    await read(5)
    await visit()
    await page.evaluate(() => client.open('/stream', {}, 'count'))
    await expectResumed()
    expect(Number(server.streamRequests[1]!.headers['last-event-id'])).toBeGreaterThanOrEqual(5)
  })

  test('closes its socket when the page is closed', async () => {
    await open()
    await read(5)
    await page.close()
    await waitFor('the stream to close', () => server.streams === 0)
  })
})

async function setOffline(isOffline: boolean): Promise<void> {
  if (engine !== 'webkit') return context.setOffline(isOffline)
  await page.evaluate((type) => void window.dispatchEvent(new Event(type)), isOffline ? 'offline' : 'online')
}

// Pages of a headless browser are never hidden, and only hidden pages are frozen. So the tests dispatch these events. The
// events of the back-forward cache are real.
const dispatch = (type: string) => page.evaluate((type) => void document.dispatchEvent(new Event(type)), type)

async function hide(state = 'hidden'): Promise<void> {
  await page.evaluate((state) => {
    Object.defineProperty(document, 'visibilityState', { configurable: true, get: () => state })
  }, state)
  await dispatch('visibilitychange')
}

const show = () => hide('visible')

test('a stream in a worker delivers messages', async () => {
  const result = await page.evaluate(
    (url) =>
      new Promise((resolve) => {
        const worker = new Worker('/module.js', { type: 'module' })
        worker.addEventListener('message', ({ data }) => resolve(data))
        worker.postMessage(url) // oxlint-disable-line require-post-message-target-origin
      }),
    `${server.origin}/stream`,
  )
  expect(result).toEqual({ messages: expect.any(Number), gap: '' })
  await waitFor('the stream to close', () => server.streams === 0)
})

describe(`a redirect in ${engine}`, () => {
  const waitForEnd = async () => {
    await page.waitForFunction(() => client.states.some((state) => state.startsWith('closed')))
    return page.evaluate(() => [client.states.at(-1), client.errorMessage()])
  }

  test('is followed with the Authorization header at the same origin', async () => {
    await open({ headers: { authorization: 'Bearer secret' } }, '/moved-twice')
    await read(3)
    expect(server.streamRequests.at(-1)).toMatchObject({
      url: '/stream',
      headers: { authorization: 'Bearer secret' },
    })
  })

  test('to another origin does not forward the Authorization header', async () => {
    const otherServer = await createCountingServer()
    await server.close()
    server = await createCountingServer(files(code, 'client'), { '/away': `${otherServer.origin}/stream` })
    await visit()
    await open({ headers: { authorization: 'Bearer secret' } }, '/away')
    await read(3)
    expect(JSON.stringify(otherServer.streamRequests)).not.toContain('secret')
    await otherServer.close()
  })

  test.each([
    ['a custom header', { headers: { 'x-api-key': 'secret' } }],
    ['a body', { method: 'POST', body: 'secret' }],
  ])('of a request with %s fails with a message that names the option redirect', async (_, options) => {
    await open(options, '/moved')
    const [state, message] = await waitForEnd()
    expect(state).toBe('closed failed: redirect')
    expect(message).toContain('which the option redirect refuses')
    expect(server.streamRequests).toHaveLength(1)
  })

  test("is followed with custom headers if redirect is 'follow'", async () => {
    await open({ headers: { 'x-api-key': 'mine' }, redirect: 'follow' }, '/moved')
    await read(3)
    expect(server.streamRequests.at(-1)).toMatchObject({ url: '/stream', headers: { 'x-api-key': 'mine' } })
  })
})
