import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import type { Browser, Page } from 'playwright'
import { type BaseServer, createBaseServer } from './base-server.ts'
import { bundle } from './bundle.ts'
import { files, launch } from './chromium.ts'
import { type CountingServer, createCountingServer } from './counting-server.ts'
import type * as Client from './page-client.ts'

let browser: Browser
let code: string
let page: Page
let home: CountingServer
/** A server that sends no header of CORS. */
let api: BaseServer

declare const client: typeof Client

beforeAll(async () => {
  ;[browser, code] = await Promise.all([launch(), bundle('page-client.ts')])
}, 60_000)
afterAll(() => browser?.close())

beforeEach(async () => {
  home = await createCountingServer(files(code, 'client'))
  api = await createBaseServer((_, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: x\n\n')
  })
  page = await browser.newPage()
})
afterEach(async () => {
  await page.close()
  await home.close()
  await api.close()
})

async function visit(address: string): Promise<void> {
  await page.goto(address)
  await page.waitForFunction(() => 'client' in window)
}

test('a stream of another origin that Chromium refuses names CORS and the missing header', async () => {
  await visit(home.origin)
  await page.evaluate((url) => client.open(url, { retry: false }), `${api.origin}/news?token=s3cret`)
  await page.waitForFunction(() => client.states.includes('closed failed: network'))
  const message = await page.evaluate(() => client.errorMessage())
  expect(api.requests).toBe(1)
  expect(message).toContain(
    `${api.origin}/news?token=…: the connection failed or broke off (Failed to fetch).`,
  )
  expect(message).toContain(`lack the header Access-Control-Allow-Origin: ${home.origin} (CORS).`)
})

test('a stream with a relative URL works in a page that was opened with a user name and a password', async () => {
  await visit(home.origin.replace('//', '//user:s3cret@'))
  await page.evaluate(() => client.open('/stream'))
  await page.waitForFunction(() => client.ids.length >= 3)
  expect(await page.evaluate(() => client.states.join())).toBe('connecting,open')
})
