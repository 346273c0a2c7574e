import type { ServerResponse } from 'node:http'
import type { Browser, BrowserContext, Page } from 'playwright'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { engine, launch } from '../../../../engines/launch.ts'
import { type BaseServer, createBaseServer } from '../connection/base-server.ts'
import { bundle } from '../connection/bundle.ts'
import { waitFor } from '../connection/harness.ts'
import { files } from '../connection/page-files.ts'
import type * as Client from './tab-client.ts'

declare const client: typeof Client

let browser: Browser
let context: BrowserContext
let server: BaseServer
let timer: NodeJS.Timeout
/** Open responses. */
const streams = new Set<ServerResponse>()
/** Id of the last message. */
let last = 0

const block = (id: number) => `id: ${id}\ndata: x\n\n`

/** Starts a server that sends the same message to all streams every 20 ms. */
async function startServer(code: string): Promise<void> {
  const pages: ReturnType<typeof files> & { [path: string]: unknown } = files(code, 'client')
  server = await createBaseServer(({ url, headers }, response) => {
    const file = pages[url as '/']
    if (file) return void response.writeHead(200, { 'content-type': file.type }).end(file.body)
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    const from = Number(headers['last-event-id'] ?? last)
    response.write(
      `:\n${Array.from({ length: last - from }, (_, index) => block(from + index + 1)).join('')}`,
    )
    streams.add(response)
    response.on('close', () => streams.delete(response))
  })
  timer = setInterval(() => {
    last++
    for (const response of streams) response.write(block(last))
  }, 20)
}

beforeAll(async () => {
  const [started, code] = await Promise.all([launch(), bundle('../tabs/tab-client.ts')])
  browser = started
  context = await browser.newContext()
  await startServer(code)
}, 60_000)
afterAll(async () => {
  await context?.close()
  await browser?.close()
  clearInterval(timer)
  await server?.close()
})

async function openTab(): Promise<Page> {
  const tab = await context.newPage()
  await tab.goto(`${server.origin}/`)
  await tab.waitForFunction(() => 'client' in window)
  await tab.evaluate(() => client.open())
  return tab
}

/** Waits until a tab has this role, and then for more messages. Expects the ids of the tab to count up without a gap. */
async function expectRole(tab: Page, role: string): Promise<void> {
  await tab.waitForFunction((role) => client.role() === role, role)
  const count = await tab.evaluate(() => client.ids.length)
  await tab.waitForFunction((count) => client.ids.length >= count, count + 10)
  expect(await tab.evaluate(() => client.isGapless())).toBe(true)
}

test(`tabs in ${engine} share one connection, and another one goes on without a gap when the leader is closed`, async () => {
  const leader = await openTab()
  await expectRole(leader, 'leader')
  const followers = [await openTab(), await openTab()]
  for (const tab of followers) await expectRole(tab, 'follower')
  await waitFor('one connection', () => streams.size === 1)

  await leader.close()
  const roles = () => Promise.all(followers.map((tab) => tab.evaluate(() => client.role())))
  await expect
    .poll(async () => (await roles()).toSorted(), { timeout: 20_000 })
    .toEqual(['follower', 'leader'])
  for (const [index, role] of (await roles()).entries()) await expectRole(followers[index]!, role!)
  // A server learns late that a tab is gone.
  await waitFor('one connection', () => streams.size === 1)
})
