// What beginners copy, unchanged but for the import, in a page of the demo server.
import { type DemoServer, startDemoServer } from 'demo-server'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Browser, Request } from 'playwright'
import { build } from 'vite'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { launch } from '../../../core/test/connection/chromium.ts'

let browser: Browser
let server: DemoServer
let folder: string

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'headwater-snippets-'))
  for (const name of ['native', 'polyfill', 'chat']) {
    await build({
      configFile: false,
      logLevel: 'silent',
      resolve: { conditions: ['@headwater/source'] },
      build: {
        outDir: folder,
        emptyOutDir: false,
        lib: {
          entry: fileURLToPath(new URL(`${name}.ts`, import.meta.url)),
          formats: ['es'],
          fileName: () => `${name}.js`,
        },
      },
    })
    writeFileSync(
      join(folder, `${name}.html`),
      `<!doctype html><link rel=icon href=data:,><script type=module src=/${name}.js></script>`,
    )
  }
  writeFileSync(join(folder, 'index.html'), '<!doctype html>')
  ;[browser, server] = await Promise.all([
    launch(),
    startDemoServer({ pages: { '/': folder }, chatTokenMs: 1 }),
  ])
}, 60_000)

afterAll(async () => {
  await browser?.close()
  await server?.close()
  rmSync(folder, { recursive: true, force: true })
})

/** What a snippet says until it has said enough, and the requests that it made to the server's streams. */
async function run(name: string, enough: (said: readonly string[]) => boolean) {
  const page = await browser.newPage()
  const said: string[] = []
  const requests: Request[] = []
  page.on('request', (request) => request.url().includes('/api/') && requests.push(request))
  page.on('pageerror', (error) => said.push(String(error)))
  const done = new Promise<void>((resolve) => {
    page.on('console', (message) => {
      said.push(message.text())
      if (enough(said)) resolve()
    })
  })
  await page.goto(`${server.url}/${name}.html`)
  await done
  await page.close()
  return { said, requests }
}

test('the one with EventSource reads the ticker', async () => {
  const { said } = await run('native', (said) => said.length >= 20)
  expect(said[0]).toBe('open')
  expect(said.slice(1).filter((line) => !/^tick \S+ [\d.]+ \d+$/.test(line))).toEqual([])
})

test('the one with EventSourcePolyfill and a token reads the ticker', async () => {
  const { said, requests } = await run('polyfill', (said) => said.length >= 5)
  expect(said.filter((line) => !line.startsWith('tick '))).toEqual([])
  expect(requests[0]!.headers()['authorization']).toBe('Bearer demo')
})

test('the one with fetchEventSource asks the chat, and gets its answer to the end', async () => {
  const { said, requests } = await run('chat', (said) => said.some((line) => /^answer|Error/.test(line)))
  expect(said).toEqual(['open', 'close', expect.stringMatching(/^answer \w+/)])
  expect(requests.map((request) => request.method())).toEqual(['POST'])
})
