import { createFakeClock } from '@headwater/core/testing'
import { describe, expect, test, vi } from 'vitest'
import { createChannel, memoryLog } from '../src/index.ts'
import { before, split } from '../src/resume.ts'
import { Client, connect, requestTo, settle, uniqueName } from './harness.ts'

describe('the beginning of a response', () => {
  test('is the retry time and the position, before the first message', async () => {
    const channel = createChannel(uniqueName(), { log: memoryLog(), retryMs: 2500 })
    const id = await channel.publish('news', 'old')
    const { text, messages } = await connect(channel)
    expect(text).toBe(`retry: 2500\nid: ${id}\n\n`)
    expect(messages).toEqual([])
  })

  test('lets a client that was dropped before the first message miss nothing', async () => {
    const channel = createChannel(uniqueName(), { log: memoryLog() })
    const client = await connect(channel)
    const [, id] = /^id: (.*)$/m.exec(client.text)!
    await client.cancel()
    await channel.publish('news', 'while it was away')
    const again = await connect(channel, {}, id)
    expect(again.messages).toEqual(['news "while it was away"'])
    expect(again.response.headers.get('sse-resume')).toBe('complete')
  })

  test('comes in one chunk with what is due', async () => {
    const channel = createChannel(uniqueName(), { log: memoryLog() })
    for (let n = 1; n <= 10; n++) await channel.publish('n', n)
    const client = new Client(await channel.respond(requestTo(), { from: 'start' }))
    await client.read()
    expect(client.blocks).toHaveLength(10)
  })
})

describe('heartbeats', () => {
  test('come after silence only, and fire no event', async () => {
    const clock = createFakeClock()
    const channel = createChannel(uniqueName(), { log: memoryLog({ clock }), clock, heartbeatMs: 8000 })
    const client = await connect(channel)
    const { length } = client.text
    for (let silent = 0; silent < 4; silent++) {
      await clock.advance(8000)
      await client.readAll()
    }
    const beats = client.text.slice(length)
    expect(beats).toMatch(/^(:\n\n){4,5}$/)
    expect(client.blocks).toEqual([])
    // A message each second: nothing else is needed.
    for (let second = 0; second < 20; second++) {
      await channel.publish('n', second)
      await settle()
      await client.readAll()
      await clock.advance(1000)
    }
    expect(client.text.slice(length + beats.length)).not.toContain(':\n\n')
    expect(client.blocks).toHaveLength(20)
  })

  test('repeat the position when it has moved, so that everything can be filtered and trimmed', async () => {
    const clock = createFakeClock()
    const channel = createChannel<{ n: number }, { none: true }>(uniqueName(), {
      log: memoryLog({ clock, maxMessages: 5 }),
      clock,
      filter: () => false,
    })
    const client = await connect(channel, { reader: { none: true } })
    for (let n = 1; n <= 50; n++) {
      await channel.publish('n', n)
      await settle()
    }
    await clock.advance(8000)
    await client.readAll()
    const id = await channel.lastId()
    expect(client.text.endsWith(`\n\nid: ${id}\n\n`)).toBe(true)
    await client.cancel()
    const again = await connect(channel, { reader: { none: true } }, id)
    expect(again.response.headers.get('sse-resume')).toBe('complete')
    await clock.advance(8000)
    await again.readAll()
    expect(again.text.endsWith('\n\n:\n\n')).toBe(true)
  })

  test('have one timer for all readers, which stops after the last one', async () => {
    const clock = createFakeClock()
    const channel = createChannel(uniqueName(), { log: memoryLog({ clock }), clock })
    const clients = [await connect(channel), await connect(channel), await connect(channel)]
    expect(clock.timers).toBe(1)
    for (const client of clients) await client.cancel()
    expect(channel.readers).toBe(0)
    await clock.advance(20_000)
    expect(clock.timers).toBe(0)
    // And begins again.
    const client = await connect(channel)
    await channel.publish('n', 1)
    await client.readAll()
    expect(client.messages).toEqual(['n 1'])
  })
})

test('a replay reads the log only as fast as the reader takes it', async () => {
  const log = memoryLog({ maxMessages: 100_000 })
  const channel = createChannel<{ n: number }>(uniqueName(), { log, maxBufferedBytes: 10_000 })
  const published = Array.from({ length: 100_000 }, (_, n) => channel.publish('n', n))
  const start = before((await Promise.all(published))[0]!)
  const read = vi.spyOn(log, 'read')
  const client = new Client(await channel.respond(requestTo(start)))
  await client.read()
  await settle(50)
  expect(read.mock.calls.length).toBeLessThan(5)
  while (!client.chunks.at(-1)!.includes('data: 99999\n')) await client.read()
  expect(client.blocks).toHaveLength(100_000)
  expect(Math.max(...client.chunks.map(({ length }) => length))).toBeLessThanOrEqual(10_000)
})

test('10,000 readers that return together cause few reads of the log', async () => {
  const log = memoryLog({ maxMessages: 20_000 })
  const read = vi.spyOn(log, 'read')
  const channel = createChannel<{ n: number }>(uniqueName(), { log })
  for (let n = 1; n <= 10_000; n++) void channel.publish('n', n)
  const [epoch] = split(await channel.publish('n', 10_001))
  read.mockClear()
  const clients = await Promise.all(
    Array.from({ length: 10_000 }, (_, index) =>
      channel.respond(requestTo(`${epoch}-${9900 + (index % 100)}`)),
    ),
  )
  expect(clients.every(({ headers }) => headers.get('sse-resume') === 'complete')).toBe(true)
  const bodies = clients.map(({ body }) => body!.getReader())
  await Promise.all(bodies.map((body) => body.read()))
  expect(read.mock.calls.length).toBeLessThan(20)
  await channel.close()
})
