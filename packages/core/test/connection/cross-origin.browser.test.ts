import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import type { Browser, Page } from 'playwright'
import { type BaseServer, createBaseServer } from './base-server.ts'
import { engine, launch } from '../../../../engines/launch.ts'
import { bundle } from './bundle.ts'
import { type CountingServer, createCountingServer } from './counting-server.ts'
import { files } from './page-files.ts'
import type * as Client from './page-client.ts'

let browser: Browser
let code: string
let page: Page
let home: CountingServer
/** A server that sends no header of CORS. */
let api: BaseServer

declare const client: typeof Client

/** Text of the error that each engine's fetch fails with. */
const REASONS = {
  chromium: 'Failed to fetch',
  firefox: 'NetworkError when attempting to fetch resource.',
  webkit: 'Load failed',
}

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

test('a stream of another origin that the browser refuses names CORS and the missing header', async () => {
  await visit(home.origin)
  await page.evaluate((url) => client.open(url, { retry: false }), `${api.origin}/news?token=s3cret`)
  await page.waitForFunction(() => client.states.includes('closed failed: network'))
  const message = await page.evaluate(() => client.errorMessage())
  expect(api.requests).toBe(1)
  expect(message).toContain(`${api.origin}/news?token=…: the connection failed (${REASONS[engine]}).`)
  expect(message).toContain(`lack the header Access-Control-Allow-Origin: ${home.origin} (CORS).`)
})

test('a stream of another origin that fails with its first id names the preflight', async () => {
  const methods: string[] = []
  const preflighted = await createBaseServer(({ method }, response) => {
    methods.push(method!)
    response.writeHead(200, { 'access-control-allow-origin': '*', 'content-type': 'text/event-stream' })
    response.end(method === 'GET' ? 'retry: 1\nid: 1\ndata: x\n\n' : '')
  })
  await visit(home.origin)
  await page.evaluate((url) => client.open(url, { retry: { attempts: 2 } }), preflighted.origin)
  await page.waitForFunction(() => client.states.includes('closed failed: network'))
  const message = await page.evaluate(() => client.errorMessage())
  await preflighted.close()
  expect(methods).toEqual(['GET', 'OPTIONS'])
  expect(message).toContain(
    'The preflight (OPTIONS) needs an answer with Access-Control-Allow-Headers: Last-Event-ID, too.',
  )
})

test('a stream with a relative URL works in a page that was opened with a user name and a password', async () => {
  await visit(home.origin.replace('//', '//user:s3cret@'))
  await page.evaluate(() => client.open('/stream'))
  await page.waitForFunction(() => client.ids.length >= 3)
  expect(await page.evaluate(() => client.states.join())).toBe('connecting,open')
})
