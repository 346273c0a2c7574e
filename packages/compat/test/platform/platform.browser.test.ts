import { fileURLToPath } from 'node:url'
import type { Browser } from 'playwright'
import { build, type Rolldown } from 'vite'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { launch } from '../../../core/test/connection/chromium.ts'
import type * as Page from './page.ts'
import { type PlatformServer, startPlatformServer } from './server.ts'

declare const platform: typeof Page

let browser: Browser
let server: PlatformServer

beforeAll(async () => {
  const html = {
    type: 'text/html; charset=utf-8',
    body: '<!doctype html><link rel=icon href=data:,><body><script src=/page.js></script>',
  }
  const script = { type: 'text/javascript; charset=utf-8', body: await bundle() }
  ;[browser, server] = await Promise.all([
    launch(),
    startPlatformServer({
      '/': html,
      '/frames/page': html,
      '/elsewhere': { type: 'text/html', body: '<!doctype html>elsewhere' },
      '/page.js': script,
    }),
  ])
}, 60_000)

afterAll(async () => {
  await browser?.close()
  await server?.close()
})

/** One classic script, as a frame and a worker take it. */
async function bundle(): Promise<string> {
  const entry = fileURLToPath(new URL('page.ts', import.meta.url))
  const result = await build({
    configFile: false,
    logLevel: 'silent',
    resolve: { conditions: ['@headwater/source'] },
    build: { write: false, minify: false, lib: { entry, formats: ['iife'], name: 'platform' } },
  })
  return ([result].flat() as Rolldown.RolldownOutput[])[0]!.output[0].code
}

/** What fails of the checks of every scope, and how many there are. */
async function runAll(): Promise<{ passed: number; failed: string[] }> {
  const failed: string[] = []
  let passed = 0
  const context = await browser.newContext()
  for (const scope of ['window', 'dedicated', 'shared'] as const) {
    const page = await context.newPage()
    await page.goto(server.home)
    for (const title of await page.evaluate((scope) => platform.titles(scope), scope)) {
      const order = { title, origins: { home: server.home, stranger: server.stranger } }
      const wrong = await page.evaluate(
        ([scope, order]) => (scope === 'window' ? platform.run(order) : platform.runIn(scope, order)),
        [scope, order] as const,
      )
      if (wrong) failed.push(`${scope}: ${title}`)
      else passed++
    }
    await page.close()
  }
  await context.close()
  return { passed, failed }
}

test('in Chromium it passes but for what only a browser can do itself', async () => {
  const { passed, failed } = await runAll()
  expect(failed).toEqual([
    // Scripts cannot make an event that is trusted.
    'window: A message is trusted',
    // fetch does not tell a refusal by another origin from a network that is away.
    'window: Another origin that allows somebody else fails for good',
    'window: Another origin that allows nobody by an empty header fails for good',
    'window: Another origin that says nothing of it fails for good',
    // fetch asks another origin before it sends any Last-Event-ID.
    'window: A harmless id is sent to another origin without asking',
    // Nor does it tell a page that was stopped from a network that is away.
    'window: A page that is stopped while it connects fails for good',
    'window: A page that is stopped while it is open fails for good',
    'dedicated: A message is trusted',
  ])
  expect(passed).toBeGreaterThanOrEqual(133)
})

test('a page that goes into the back-forward cache lets go without an error, and its return opens anew', async () => {
  const context = await browser.newContext()
  const page = await context.newPage()
  await page.goto(server.home)
  await page.evaluate(() => {
    const log: string[] = []
    const source = new EventSource('/stay')
    source.onopen =
      source.onerror =
      source.onmessage =
        ({ type }: Event) => log.push(`${type} ${source.readyState}`)
    Object.assign(window, { log })
  })
  const read = (count: number) =>
    page.waitForFunction((count) => (window as { log?: string[] }).log?.length === count, count)
  await read(2)
  await page.goto(`${server.home}/elsewhere`)
  // A page from the cache does not load: its commit is all there is.
  await page.goBack({ waitUntil: 'commit' })
  await read(4)
  const log = await page.evaluate(() => (window as { log?: string[] }).log)
  expect(log).toEqual(['open 1', 'message 1', 'open 1', 'message 1'])
  await context.close()
})
