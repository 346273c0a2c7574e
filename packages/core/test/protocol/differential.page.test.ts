import * as fc from 'fast-check'
import { expect, inject, test } from 'vitest'
import type { Message } from '../../src/protocol/message.ts'
import { createParser } from '../../src/protocol/parser.ts'
import { decode, reference } from './reference.ts'
import { ChunkedStream, chunkedStreams } from './stream-arbitrary.ts'

// The browser's own EventSource and our parser read the same streams over HTTP and must deliver the same messages.

const STREAMS = 2_000
/** A page has six connections to a server. */
const CONNECTIONS = 6

test(
  "the parser reads random streams as the browser's own EventSource does",
  { timeout: 300_000 },
  async () => {
    const streams = fc.sample(chunkedStreams({ form: 'bytes' }), { numRuns: STREAMS, seed: 1 })
    let messages = 0
    async function work(): Promise<void> {
      for (let stream = streams.pop(); stream; stream = streams.pop()) {
        const count = await compare(stream)
        messages += count
      }
    }
    await Promise.all(Array.from({ length: CONNECTIONS }, work))
    expect(messages).toBeGreaterThan(STREAMS)
  },
)

// Three deviations of engines from the specification. Our parser follows none of them.
const isChromium = navigator.userAgent.includes('Chrome')
const isFirefox = navigator.userAgent.includes('Firefox')

/** Compares the messages of both with those of the reference. Returns their number. */
async function compare(stream: ChunkedStream): Promise<number> {
  // Firefox drops NUL, or the field that contains it.
  const chunks = (stream.chunks as Uint8Array[]).map((chunk) =>
    isFirefox ? chunk.map((byte) => byte || 120) : chunk,
  )
  const text = decode(chunks)
  const shown = fc.stringify(new ChunkedStream(chunks))
  const expected = reference(text).messages
  const url = new URL('/chunks', inject('control'))
  for (const chunk of chunks) url.searchParams.append('chunk', btoa(String.fromCharCode(...chunk)))
  const ours = await readOurs(url)
  expect(ours, `stream, against the reference: ${shown}`).toEqual(expected)
  // An EventSource delivers only types that have a listener.
  const native = await readNative(url, expected)
  // Chromium ignores the end of an empty line that follows the BOM.
  if (isChromium && /^\uFEFF[\r\n]/.test(text)) return ours.length
  // Firefox drops the id of a block without data.
  const like = isFirefox ? reference(text, { idNeedsData: true }).messages : ours
  expect(native, `stream: ${shown}`).toEqual(like)
  return ours.length
}

async function readOurs(url: URL): Promise<Message[]> {
  const messages: Message[] = []
  const parser = createParser({ onMessage: (message) => messages.push(message) })
  const response = await fetch(url)
  const reader = response.body!.getReader()
  for (let next = await reader.read(); !next.done; next = await reader.read()) parser.feed(next.value)
  return messages
}

function readNative(url: URL, messages: readonly Message[]): Promise<Message[]> {
  const types = new Set(['message', 'error', 'open', ...messages.map(({ type }) => type)])
  return new Promise((resolve) => {
    const delivered: Message[] = []
    const source = new EventSource(url)
    for (const type of types)
      source.addEventListener(type, (event) => {
        if (event instanceof MessageEvent)
          delivered.push({ type: event.type, data: event.data as string, id: event.lastEventId })
        else if ((event as Event).type === 'error') {
          // The stream has ended. Without close() the source would connect again.
          source.close()
          resolve(delivered)
        }
      })
  })
}
