import { createFakeClock } from '@headwater/core/testing'
import { describe, expect, test } from 'vitest'
import { createChannel, memoryLog } from '../src/index.ts'
import { Client, createGate, requestTo, serveChannel, settle, uniqueName } from './harness.ts'

const retryOf = ({ text }: Client) => [...text.matchAll(/^retry: (\d+)$/gm)].map(([, retry]) => Number(retry))

describe('close', () => {
  test('spreads the return of the readers evenly, each with its position', async () => {
    const channel = createChannel(uniqueName(), { log: memoryLog() })
    const { url } = await serveChannel(channel)
    const clients = await Promise.all(Array.from({ length: 100 }, async () => new Client(await fetch(url))))
    const id = await channel.publish('n', 1)
    await channel.close({ spreadMs: 10_000 })
    for (const client of clients) await client.readToEnd()
    const retries = clients.map((client) => retryOf(client).at(-1)!)
    // At most 20 % return in any 100 ms.
    for (const start of retries)
      expect(retries.filter((retry) => retry >= start && retry < start + 100).length).toBeLessThanOrEqual(20)
    expect(Math.max(...retries)).toBe(10_000)
    expect(clients.every(({ text }) => text.includes(`id: ${id.replace(/\d+$/, '')}`))).toBe(true)
  })

  test('is over once a server is back: the next response resets the retry time', async () => {
    const name = uniqueName()
    const first = createChannel(name, { log: memoryLog(), retryMs: 1000 })
    const client = await new Client(await first.respond(requestTo())).readAll()
    await first.close({ spreadMs: 60_000 })
    await client.readToEnd()
    expect(retryOf(client)).toEqual([1000, 60_000])
    const second = createChannel(name, { log: memoryLog(), retryMs: 1000 })
    expect(second).not.toBe(first)
    const again = await new Client(await second.respond(requestTo())).readAll()
    expect(retryOf(again)).toEqual([1000])
  })

  test('sends what was published before to readers that take it, and appends what is on its way', async () => {
    const channel = createChannel(uniqueName(), { log: memoryLog() })
    const client = await new Client(await channel.respond(requestTo())).readAll()
    await channel.publish('n', 1)
    await client.readAll()
    const published = channel.publish('n', 2)
    await channel.close()
    await expect(published).resolves.toMatch(/-2$/)
    await client.readToEnd()
    expect(client.messages).toEqual(['n 1'])
  })

  test('leaves no timer, and answers each later call', async () => {
    const clock = createFakeClock()
    const channel = createChannel(uniqueName(), { log: memoryLog({ clock }), clock })
    await new Client(await channel.respond(requestTo())).readAll()
    await channel.close({ spreadMs: 3000 })
    await channel.close()
    expect(clock.timers).toBe(0)
    clock.chance = 0.99
    const refused = await channel.respond(requestTo())
    expect(refused.status).toBe(503)
    expect(Object.fromEntries(refused.headers)).toMatchObject({
      'retry-after': '3',
      connection: 'close',
      'cache-control': 'no-store',
    })
  })

  test('also refuses a request whose response has not begun', async () => {
    const log = memoryLog()
    const gate = createGate()
    const read = log.read.bind(log)
    log.read = async (...args) => {
      await gate.opened
      return await read(...args)
    }
    const channel = createChannel(uniqueName(), { log })
    const response = channel.respond(requestTo())
    const closed = channel.close()
    gate.open()
    expect((await response).status).toBe(503)
    await closed
    expect(channel.readers).toBe(0)
  })

  test('does not put its block into the middle of a message', async () => {
    const channel = createChannel<{ text: string }>(uniqueName(), {
      log: memoryLog(),
      maxBufferedBytes: 1000,
    })
    const client = new Client(await channel.respond(requestTo()))
    await client.read()
    void client.read()
    await channel.publish('text', 'x'.repeat(5000))
    await settle()
    await channel.close()
    await client.readToEnd()
    expect(client.text.length).toBeGreaterThan(1000)
    expect(client.blocks).toEqual([])
    expect(retryOf(client)).toEqual([1000])
  })
})

test('a fetch stream that vanished without a cancel is closed after stallMs, also on a quiet channel', async () => {
  const clock = createFakeClock()
  const channel = createChannel(uniqueName(), { log: memoryLog({ clock }), clock, stallMs: 20_000 })
  const reading = await new Client(await channel.respond(requestTo())).readAll()
  const vanished = await channel.respond(requestTo())
  for (let second = 0; second < 19; second++) {
    await clock.advance(1000)
    await reading.readAll()
  }
  expect(channel.readers).toBe(2)
  for (let second = 0; second < 3; second++) {
    await clock.advance(1000)
    await reading.readAll()
  }
  expect(channel.readers).toBe(1)
  await expect(vanished.text()).rejects.toThrow('stopped reading')
})

test('a fetch stream gets bytes only when it pulls, heartbeats included', async () => {
  const clock = createFakeClock()
  const channel = createChannel(uniqueName(), { log: memoryLog({ clock }), clock, stallMs: 1e9 })
  const client = new Client(await channel.respond(requestTo()))
  await client.read()
  for (let n = 0; n < 5; n++) {
    await channel.publish('n', n)
    await settle()
    await clock.advance(8000)
  }
  // One chunk has all that has become due meanwhile.
  await client.read()
  expect(client.messages).toEqual(['n 0', 'n 1', 'n 2', 'n 3', 'n 4'])
  expect(client.chunks).toHaveLength(2)
})

test('a response ends when the request is aborted', async () => {
  const abort = new AbortController()
  const channel = createChannel(uniqueName(), { log: memoryLog() })
  const client = new Client(await channel.respond(requestTo(undefined, { signal: abort.signal })))
  await client.read()
  abort.abort()
  await client.readToEnd()
  expect(channel.readers).toBe(0)
  expect((await channel.respond(requestTo(undefined, { signal: abort.signal }))).body).not.toBe(null)
  expect(channel.readers).toBe(0)
})
