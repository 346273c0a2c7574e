import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Browser, Page } from 'playwright'
import { bundle } from './bundle.ts'
import { files, launch } from './chromium.ts'
import { type CountingServer, createCountingServer } from './counting-server.ts'
import type * as Client from './page-client.ts'

let browser: Browser
let code: string
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
  page = await browser.newPage()
  await visit()
})

afterEach(async () => {
  await page.close()
  await server.close()
})

async function visit(): Promise<void> {
  await page.goto(`${server.origin}/`)
  await page.waitForFunction(() => 'client' in window)
}

const open = (options: object, path: string) =>
  page.evaluate(([path, options]) => client.open(path, options), [path, options] as const)

/** Waits for so many messages. */
const read = (count: number) => page.waitForFunction((count) => client.seen.length >= count, count)

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
