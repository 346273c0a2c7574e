import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { stripTypeScriptTypes } from 'node:module'
import type { AddressInfo } from 'node:net'
import * as fc from 'fast-check'
import { chromium, type Browser, type Page } from 'playwright'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Message } from '../../src/protocol/message.ts'
import type * as ParserModule from '../../src/protocol/parser.ts'
import { decode, reference } from './reference.ts'
import { chunkedStreams } from './stream-arbitrary.ts'

// The browser's own EventSource and our parser read the same streams over HTTP and must deliver the same messages.

const BATCH = 250
const STREAMS = fc.sample(chunkedStreams({ form: 'bytes' }), { numRuns: 3_000, seed: 1 })

/** True if an empty line follows the BOM. Chromium ignores its end, unlike the specification and our parser. */
function startsWithEmptyLineAfterBOM(stream: Uint8Array): boolean {
  return (
    stream[0] === 0xef && stream[1] === 0xbb && stream[2] === 0xbf && (stream[3] === 10 || stream[3] === 13)
  )
}

const PAGE = `<!doctype html><title>differential</title>
<script type="module">
  import { createParser } from '/protocol/parser.ts'
  Object.assign(globalThis, { createParser })
</script>`

let server: Server
let browser: Browser
let page: Page

beforeAll(async () => {
  server = createServer(async (request, response) => {
    const url = new URL(request.url ?? '/', 'http://localhost')
    if (url.pathname.endsWith('.ts')) {
      const source = await readFile(new URL(`../../src${url.pathname}`, import.meta.url), 'utf8')
      response.writeHead(200, { 'content-type': 'text/javascript' }).end(stripTypeScriptTypes(source))
    } else if (url.pathname === '/stream') {
      const index = Number(url.searchParams.get('index'))
      response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
      for (const chunk of STREAMS[index]!.chunks) {
        response.write(chunk)
        // Chunks written in one turn mostly arrive as one. For a third of the streams each is written in its own turn.
        if (index % 3 === 0) await new Promise((resolve) => setImmediate(resolve))
      }
      response.end()
    } else {
      response.writeHead(200, { 'content-type': 'text/html' }).end(PAGE)
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const executablePath = process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium'
  browser = await chromium.launch({
    args: ['--no-sandbox'],
    ...(existsSync(executablePath) ? { executablePath } : {}),
  })
  page = await browser.newPage()
  await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
}, 60_000)

afterAll(async () => {
  await browser?.close()
  server?.closeAllConnections()
  server?.close()
})

/** Runs in the page. Returns the messages that EventSource and our parser read, for each of the streams. */
async function readBoth(streams: { index: number; types: string[] }[]): Promise<[Message[], Message[]][]> {
  const { createParser } = globalThis as unknown as typeof ParserModule

  function readNative(index: number, types: Iterable<string>): Promise<Message[]> {
    return new Promise((resolve) => {
      const messages: Message[] = []
      const source = new EventSource(`/stream?index=${index}`)
      for (const type of new Set(['message', 'error', 'open', ...types])) {
        source.addEventListener(type, (event) => {
          if (event instanceof MessageEvent) {
            messages.push({ type: event.type, data: event.data as string, id: event.lastEventId })
          } else if ((event as Event).type === 'error') {
            // The stream has ended. Without close() the source would connect again.
            source.close()
            resolve(messages)
          }
        })
      }
    })
  }

  async function readOurs(index: number): Promise<Message[]> {
    const messages: Message[] = []
    const parser = createParser({ onMessage: (message) => messages.push(message) })
    const response = await fetch(`/stream?index=${index}`)
    const reader = response.body!.getReader()
    for (let next = await reader.read(); !next.done; next = await reader.read()) parser.feed(next.value)
    return messages
  }

  const outcomes: [Message[], Message[]][] = []
  let next = 0
  // A page has six connections to a server.
  async function work(): Promise<void> {
    while (next < streams.length) {
      const position = next++
      const { index, types } = streams[position]!
      const ours = await readOurs(index)
      outcomes[position] = [await readNative(index, [...types, ...ours.map((message) => message.type)]), ours]
    }
  }
  await Promise.all(Array.from({ length: 6 }, work))
  return outcomes
}

test(
  "the parser reads random streams as the browser's own EventSource does",
  { timeout: 120_000 },
  async () => {
    let messages = 0
    for (let first = 0; first < STREAMS.length; first += BATCH) {
      const expected = STREAMS.slice(first, first + BATCH).map(
        ({ chunks }) => reference(decode(chunks)).messages,
      )
      const streams = expected.map((list, position) => {
        // An EventSource delivers only types that have a listener.
        return { index: first + position, types: list.map((message) => message.type) }
      })
      const outcomes = await page.evaluate(readBoth, streams)
      for (const [position, [native, ours]] of outcomes.entries()) {
        const stream = STREAMS[first + position]!
        const shown = fc.stringify(stream)
        if (!startsWithEmptyLineAfterBOM(stream.bytes)) expect(ours, `stream: ${shown}`).toEqual(native)
        expect(ours, `stream, against the reference: ${shown}`).toEqual(expected[position])
        messages += ours.length
      }
    }
    expect(messages).toBeGreaterThan(STREAMS.length)
  },
)
