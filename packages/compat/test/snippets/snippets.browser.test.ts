// Common usage of the original clients with only the import changed, in a page of the demo server.
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

/** Runs a snippet until its console output is complete. Returns the output and the requests to the server. */
async function run(name: string, isComplete: (output: readonly string[]) => boolean) {
  const page = await browser.newPage()
  const output: string[] = []
  const requests: Request[] = []
  page.on('request', (request) => request.url().includes('/api/') && requests.push(request))
  page.on('pageerror', (error) => output.push(String(error)))
  const done = new Promise<void>((resolve) => {
    page.on('console', (message) => {
      output.push(message.text())
      if (isComplete(output)) resolve()
    })
  })
  await page.goto(`${server.url}/${name}.html`)
  await done
  await page.close()
  return { output, requests }
}

test('the EventSource snippet reads the ticker', async () => {
  const { output } = await run('native', (output) => output.length >= 20)
  expect(output[0]).toBe('open')
  expect(output.slice(1).filter((line) => !/^tick \S+ [\d.]+ \d+$/.test(line))).toEqual([])
})

test('the EventSourcePolyfill snippet sends its token and reads the ticker', async () => {
  const { output, requests } = await run('polyfill', (output) => output.length >= 5)
  expect(output.filter((line) => !line.startsWith('tick '))).toEqual([])
  expect(requests[0]!.headers()['authorization']).toBe('Bearer demo')
})

test('the fetchEventSource snippet sends one POST and reads the response to its end', async () => {
  const { output, requests } = await run('chat', (output) =>
    output.some((line) => /^answer|Error/.test(line)),
  )
  expect(output).toEqual(['open', 'close', expect.stringMatching(/^answer \w+/)])
  expect(requests.map((request) => request.method())).toEqual(['POST'])
})
