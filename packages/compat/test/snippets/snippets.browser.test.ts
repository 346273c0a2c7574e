// Common usage of the original clients, in a page of the demo server: with the originals, and with only the import changed.
import { type DemoServer, startDemoServer } from 'demo-server'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Browser, Request } from 'playwright'
import { build } from 'vite'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { engine, launch } from '../../../../engines/launch.ts'

const pathOf = (file: string) => fileURLToPath(new URL(file, import.meta.url))

/** Snippets, and the module that each imported before. */
const snippets = {
  'native.ts': pathOf('page-event-source.ts'),
  'installed.mjs': pathOf('page-event-source.ts'),
  'polyfill.ts': 'event-source-polyfill',
  'chat.ts': '@microsoft/fetch-event-source',
  'new-chat.mjs': '@microsoft/fetch-event-source',
  'not-awaited.mjs': '@microsoft/fetch-event-source',
}
type Snippet = keyof typeof snippets
type Library = 'original' | 'drop-in'
const libraries: Library[] = ['original', 'drop-in']

/** Answer of a model, in the format of chat completions. The demo server has no such model. */
const ANSWER = [...'Server-Sent Events are text over HTTP.'.split(' '), '']
  .map((word) => `data: ${JSON.stringify({ choices: [{ delta: { content: `${word} ` } }] })}\n\n`)
  .join('')

let browser: Browser
let server: DemoServer
let folder: string

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'headwater-snippets-'))
  for (const [snippet, original] of Object.entries(snippets))
    for (const library of libraries) await bundle(snippet, library, original)
  writeFileSync(join(folder, 'index.html'), '<!doctype html>')
  ;[browser, server] = await Promise.all([launch(), startDemoServer({ pages: { '/': folder } })])
}, 60_000)

afterAll(async () => {
  await browser?.close()
  await server?.close()
  rmSync(folder, { recursive: true, force: true })
})

/** Bundles a snippet with one of the libraries, and writes a page that runs it. */
async function bundle(snippet: string, library: Library, original: string): Promise<void> {
  const name = `${snippet}-${library}`
  await build({
    configFile: false,
    logLevel: 'silent',
    resolve: {
      conditions: ['@headwater/source'],
      alias: library === 'original' ? [{ find: /^@headwater\/compat$/, replacement: original }] : [],
    },
    build: {
      outDir: folder,
      emptyOutDir: false,
      lib: { entry: pathOf(snippet), formats: ['es'], fileName: () => `${name}.js` },
    },
  })
  writeFileSync(
    join(folder, `${name}.html`),
    `<!doctype html><link rel=icon href=data:,><script type=module src=/${name}.js></script>`,
  )
}

/** Runs a snippet until its console output is complete. Returns the output and the requests to the server. */
async function run(snippet: Snippet, library: Library, isComplete: (output: readonly string[]) => boolean) {
  const page = await browser.newPage()
  const output: string[] = []
  const requests: Request[] = []
  let checkOutput: (() => void) | undefined
  page.on('request', (request) => request.url().includes('/api/') && requests.push(request))
  page.on('pageerror', (error) => {
    // Firefox itself reports an EventSource that fails.
    if (String(error).startsWith('Firefox')) return
    output.push(`page: ${String(error)}`)
    checkOutput?.()
  })
  const done = new Promise<void>((resolve) => {
    checkOutput = () => void (isComplete(output) && resolve())
    page.on('console', (message) => {
      // The browser itself logs requests that fail.
      if (message.type() === 'error') return
      output.push(message.text())
      checkOutput?.()
    })
  })
  await page.route('**/api/chat', (route) =>
    route.fulfill({ contentType: 'text/event-stream', body: `${ANSWER}data: [DONE]\n\n` }),
  )
  await page.goto(`${server.url}/${snippet}-${library}.html`)
  await done
  await page.close()
  return { output, requests }
}

const includes = (pattern: RegExp) => (output: readonly string[]) => output.some((line) => pattern.test(line))

// WebKit's driver reports no requests and no console.
describe.skipIf(engine === 'webkit').each(libraries)('with the %s', (library) => {
  test('the EventSource snippet reads the ticker', async () => {
    const { output } = await run('native.ts', library, (output) => output.length >= 20)
    expect(output[0]).toBe('open')
    expect(output.slice(1).filter((line) => !/^tick \S+ [\d.]+ \d+-\d+$/.test(line))).toEqual([])
  })

  test('the snippet that looks for a global EventSource reads a message, and gets the error of a 404', async () => {
    const { output } = await run('installed.mjs', library, includes(/^error|supported/))
    expect(output).toEqual(['open true', expect.stringMatching(/^message .*symbol/), 'error true'])
  })

  test('the EventSourcePolyfill snippet sends its token and reads the ticker', async () => {
    const { output, requests } = await run('polyfill.ts', library, (output) => output.length >= 5)
    expect(output.filter((line) => !line.startsWith('tick '))).toEqual([])
    expect(requests[0]!.headers()['authorization']).toBe('Bearer demo')
  })

  test('the fetchEventSource snippet sends one POST and reads the response to its end', async () => {
    const { output, requests } = await run('chat.ts', library, includes(/^answer|Error/))
    expect(output).toEqual(['open', 'close', expect.stringMatching(/^answer \w+/)])
    expect(requests.map((request) => request.method())).toEqual(['POST'])
  })

  test('new fetchEventSource, which nobody awaits, sends one POST and reads the response to its end', async () => {
    const { output, requests } = await run('new-chat.mjs', library, includes(/^answer|Error/))
    expect(output).toEqual(['promise true', expect.stringMatching(/^answer \w+/)])
    expect(requests.map((request) => request.method())).toEqual(['POST'])
  })

  test('a rejected promise that nobody awaits is an unhandled rejection, once', async () => {
    // The browser reports each of them on its own, before or after the page does.
    const isComplete = (output: readonly string[]) => output.length === 4
    const { output } = await run('not-awaited.mjs', library, isComplete)
    expect(output.sort()).toEqual([
      'page: Error: status 404',
      'page: Error: status 404',
      'unhandled 0 status 404',
      'unhandled 1 status 404',
    ])
  })
})
