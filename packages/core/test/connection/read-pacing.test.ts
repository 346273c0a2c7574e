import { expect, test } from 'vitest'
import { createEventStream, type Page } from '../../src/index.ts'
import { createFakeClock, createFakeServer } from '../../src/testing/index.ts'

const url = 'https://example.com/burst'

test('lets a busy page paint before it reads on', async () => {
  let workedMs = 0
  const clock = { ...createFakeClock(), monotonic: () => workedMs }
  const server = createFakeServer()
  const pauses: (() => void)[] = []
  const page: Page = {
    showsFrames: () => true,
    address: () => undefined,
    observe: () => () => {},
    pause: () => new Promise((resolve) => pauses.push(resolve)),
  }
  const received: string[] = []
  const stream = createEventStream(url, { clock, fetch: server.fetch, page })
  stream.onMessage(({ data }) => {
    received.push(data)
    // Each message takes three milliseconds.
    workedMs += 3
  })
  const request = await server.nextRequest()
  for (const data of 'abcdef') await request.send(`data: ${data}\n\n`)
  expect([received, pauses.length]).toEqual([['a', 'b', 'c'], 1])
  pauses[0]!()
  await clock.advance(0)
  expect([received.join(''), pauses.length]).toEqual(['abcdef', 2])
  stream.close()
})

test('reads a chunk of several megabytes in pieces of 64 KiB, without loss', async () => {
  const bytes = new TextEncoder().encode(Array.from({ length: 60_000 }, (_, n) => `data: ${n}\n\n`).join(''))
  const body = new ReadableStream({
    start(controller) {
      controller.enqueue(bytes)
      controller.enqueue(new Uint8Array())
      controller.enqueue(new TextEncoder().encode('data: last\n\n'))
      controller.close()
    },
  })
  const fetch = () =>
    Promise.resolve(new Response(body, { headers: { 'content-type': 'text/event-stream' } }))
  let pieces = 0
  const received: string[] = []
  for await (const { data } of createEventStream(url, {
    fetch,
    method: 'POST',
    queueLimit: Infinity,
    inspect: ({ event }) => void (pieces += Number(event.type === 'received')),
  }))
    received.push(data)
  expect(received).toEqual([...Array.from({ length: 60_000 }, (_, n) => String(n)), 'last'])
  expect(pieces).toBeGreaterThanOrEqual(Math.ceil(bytes.length / 65_536))
})
