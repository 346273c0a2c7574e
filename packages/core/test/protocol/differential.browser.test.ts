import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { stripTypeScriptTypes } from 'node:module'
import type { AddressInfo } from 'node:net'
import { chromium, type Browser, type Page } from 'playwright'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Message } from '../../src/protocol/message.ts'
import type * as ParserModule from '../../src/protocol/parser.ts'
import { randomChunks, randomStream } from './random-stream.ts'
import { reference } from './reference.ts'

// The browser's own EventSource and our parser hear the same streams over HTTP, and must say the same.

const STREAMS = 3000
const BATCH = 250

/**
 * Chromium does not see the end of a line that is empty and comes straight behind the BOM: it takes the end for the start
 * of the next line. The specification has no such exception, and neither have we.
 */
function startsWithEmptyLineAfterBOM(stream: Uint8Array): boolean {
  return (
    stream[0] === 0xef && stream[1] === 0xbb && stream[2] === 0xbf && (stream[3] === 10 || stream[3] === 13)
  )
}

const PAGE = `<!doctype html><title>differential</title>
<script type="module">
  import { createParser } from '/parser.ts'
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
      const seed = Number(url.searchParams.get('seed'))
      response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
      for (const chunk of randomChunks(randomStream(seed), seed)) {
        response.write(chunk)
        // Most arrive as one: a turn between them cuts some of them apart.
        if (seed % 3 === 0) await new Promise((resolve) => setImmediate(resolve))
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

/** Runs in the page: what each of the two says to the streams of these seeds. */
async function hearBoth(streams: { seed: number; types: string[] }[]): Promise<[Message[], Message[]][]> {
  const { createParser } = globalThis as unknown as typeof ParserModule

  function native(seed: number, types: Iterable<string>): Promise<Message[]> {
    return new Promise((resolve) => {
      const messages: Message[] = []
      const source = new EventSource(`/stream?seed=${seed}`)
      for (const type of new Set(['message', 'error', 'open', ...types])) {
        source.addEventListener(type, (event) => {
          if (event instanceof MessageEvent) {
            messages.push({ type: event.type, data: event.data as string, id: event.lastEventId })
          } else if ((event as Event).type === 'error') {
            // The end of the stream: the next step would be to ask for it again.
            source.close()
            resolve(messages)
          }
        })
      }
    })
  }

  async function ours(seed: number): Promise<Message[]> {
    const messages: Message[] = []
    const parser = createParser({ onMessage: (message) => messages.push(message) })
    const response = await fetch(`/stream?seed=${seed}`)
    const reader = response.body!.getReader()
    for (let next = await reader.read(); !next.done; next = await reader.read()) parser.feed(next.value)
    return messages
  }

  const outcomes: [Message[], Message[]][] = []
  let next = 0
  // A page has six connections to a server.
  async function work(): Promise<void> {
    while (next < streams.length) {
      const index = next++
      const { seed, types } = streams[index]!
      const mine = await ours(seed)
      outcomes[index] = [await native(seed, [...types, ...mine.map((message) => message.type)]), mine]
    }
  }
  await Promise.all(Array.from({ length: 6 }, work))
  return outcomes
}

test("what the browser's own EventSource says, the parser says", { timeout: 120_000 }, async () => {
  let messages = 0
  for (let first = 1; first <= STREAMS; first += BATCH) {
    const streams = Array.from({ length: BATCH }, (_, index) => {
      const seed = first + index
      // An EventSource only tells of types that were asked for.
      return { seed, types: reference(randomStream(seed)).messages.map((message) => message.type) }
    })
    const outcomes = await page.evaluate(hearBoth, streams)
    for (const [index, [native, ours]] of outcomes.entries()) {
      const seed = first + index
      const stream = randomStream(seed)
      if (!startsWithEmptyLineAfterBOM(stream)) expect(ours, `seed ${seed}`).toEqual(native)
      expect(ours, `seed ${seed}, against the reference`).toEqual(reference(stream).messages)
      messages += ours.length
    }
  }
  expect(messages).toBeGreaterThan(STREAMS)
})
