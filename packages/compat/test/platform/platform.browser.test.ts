import { fileURLToPath } from 'node:url'
import type { Browser } from 'playwright'
import { build, type Rolldown } from 'vite'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { engine, launch } from '../../../../engines/launch.ts'
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

/** Bundles the checks into a classic script for pages, frames and workers. */
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

/** WebKitGTK encodes the headers of fetch as UTF-8, so an id that is encoded already is encoded twice. */
const DOUBLY_ENCODED = ['window', 'dedicated'].flatMap((scope) => [
  `${scope}: sends the last event ID with the next request, as UTF-8`,
  `${scope}: sends the last event ID with each request until there is another`,
])

/** Runs the checks of all scopes. */
async function runAll(): Promise<{ passed: number; failed: string[] }> {
  const failed: string[] = []
  let passed = 0
  const context = await browser.newContext()
  for (const scope of ['window', 'dedicated', 'shared'] as const) {
    const page = await context.newPage()
    await page.goto(server.home)
    for (const title of await page.evaluate((scope) => platform.titles(scope), scope)) {
      const request = { title, origins: { home: server.home, otherOrigin: server.otherOrigin } }
      const failure = await page.evaluate(
        ([scope, request]) => (scope === 'window' ? platform.run(request) : platform.runIn(scope, request)),
        [scope, request] as const,
      )
      if (failure) failed.push(`${scope}: ${title}`)
      else passed++
    }
    await page.close()
  }
  await context.close()
  return { passed, failed }
}

test('passes all checks except those that only a browser can implement', async () => {
  const { passed, failed } = await runAll()
  expect(failed.toSorted()).toEqual(
    [
      // Scripts cannot create trusted events.
      'window: dispatches trusted message events',
      // fetch reports a CORS failure and a network error in the same way.
      'window: fails permanently if another origin allows a different origin',
      'window: fails permanently if another origin sends an empty Access-Control-Allow-Origin',
      'window: fails permanently if another origin sends no Access-Control-Allow-Origin',
      // fetch sends a preflight for each cross-origin request with Last-Event-ID.
      'window: sends a CORS-safelisted ID to another origin without a preflight',
      // fetch reports window.stop() and a network error in the same way.
      'window: fails permanently when the page is stopped while connecting',
      'window: fails permanently when the page is stopped while open',
      'dedicated: dispatches trusted message events',
      ...(engine === 'webkit' ? DOUBLY_ENCODED : []),
    ].toSorted(),
  )
  expect(passed).toBeGreaterThanOrEqual(133)
})

test('has the properties of the browser’s own class, with the same flags', async () => {
  const page = await browser.newPage()
  await page.goto(server.home)
  const [native, ours] = await page.evaluate(() => platform.interfaces())
  await page.close()
  expect(native!.length).toBeGreaterThan(16)
  expect(ours).toEqual(native)
})

// Firefox caches no page that has an open response.
test.skipIf(engine === 'firefox')(
  'disconnects while the page is in the back-forward cache, and reconnects on its return',
  async () => {
    const context = await browser.newContext()
    const page = await context.newPage()
    await page.goto(server.home)
    await page.evaluate(() => {
      const log: string[] = []
      const source = new EventSource('/open-stream')
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
    // A page from the cache fires no load event.
    await page.goBack({ waitUntil: 'commit' })
    // WebKit ends the requests of a page that is left before the event pagehide.
    const lost = engine === 'webkit' ? ['error 0'] : []
    await read(4 + lost.length)
    const log = await page.evaluate(() => (window as { log?: string[] }).log)
    expect(log).toEqual(['open 1', 'message 1', ...lost, 'open 1', 'message 1'])
    await context.close()
  },
)
