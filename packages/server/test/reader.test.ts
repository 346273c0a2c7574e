import { createFakeClock } from '@headwater/core/testing'
import { describe, expect, test, vi } from 'vitest'
import { createChannel, memoryLog, ServerError, type Log } from '../src/index.ts'
import { before, split } from '../src/resume.ts'
import { Client, createGate, requestTo, settle, uniqueName } from './harness.ts'

const connect = async (
  channel: { respond(request: Request, options: never): Promise<Response> },
  options?: object,
  lastEventId?: string,
) => new Client(await channel.respond(requestTo(lastEventId), options as never)).readAll()

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

describe('filter', () => {
  interface Events {
    said: { to: string; text: string }
  }
  const create = () =>
    createChannel<Events, { name: string }>(uniqueName(), {
      log: memoryLog(),
      filter: ({ data }, { name }) => data.to === name,
    })

  test('applies to live messages and to replay, without a gap', async () => {
    const channel = create()
    const start = await channel.lastId()
    for (const to of ['ada', 'bob', 'ada', 'bob']) await channel.publish('said', { to, text: 'old' })
    const ada = await connect(channel, { reader: { name: 'ada' } }, start)
    for (const to of ['bob', 'ada']) await channel.publish('said', { to, text: 'new' })
    await ada.readAll()
    expect(ada.messages).toEqual([
      'said {"to":"ada","text":"old"}',
      'said {"to":"ada","text":"old"}',
      'said {"to":"ada","text":"new"}',
    ])
    expect(ada.response.headers.get('sse-resume')).toBe('complete')
  })

  test('hides the same from a cursor of another user, epoch or channel', async () => {
    const channel = create()
    const other = create()
    const ids = [await other.lastId()]
    for (let n = 0; n < 300; n++) ids.push(await channel.publish('said', { to: 'ada', text: `secret ${n}` }))
    const [epoch] = split(ids[1]!)
    ids.push(`${epoch - 1}-5`, `${epoch + 1}-5`, '0-0', 'x')
    for (const id of ids) {
      const bob = await connect(channel, { reader: { name: 'bob' } }, id)
      expect(bob.text).not.toMatch(/secret|data: (?!\{"from")/)
      await bob.cancel()
    }
  })

  test('sees a message once it was decoded, with its id and type', async () => {
    const seen: unknown[] = []
    const channel = createChannel<Events, 1>(uniqueName(), {
      log: memoryLog(),
      filter: (message) => seen.push(message) > 0,
    })
    await connect(channel, { reader: 1 })
    const id = await channel.publish('said', { to: 'ada', text: 'x' })
    await settle()
    expect(seen).toEqual([{ event: 'said', data: { to: 'ada', text: 'x' }, id }])
  })

  test('that throws hides the message and is reported', async () => {
    const onError = vi.fn<(error: unknown) => void>()
    const failure = new Error('broken filter')
    const channel = createChannel<Events, 1>(uniqueName(), {
      log: memoryLog(),
      onError,
      filter: ({ data }) => {
        if (data.to === 'ada') throw failure
        return true
      },
    })
    const client = await connect(channel, { reader: 1 })
    await channel.publish('said', { to: 'ada', text: 'x' })
    await channel.publish('said', { to: 'bob', text: 'x' })
    await client.readAll()
    expect(client.messages).toEqual(['said {"to":"bob","text":"x"}'])
    expect(onError.mock.calls).toEqual([[failure]])
  })

  test('requires a reader', async () => {
    const channel = create()
    // @ts-expect-error The second argument is missing.
    const rejected = channel.respond(requestTo())
    await expect(rejected).rejects.toBeInstanceOf(ServerError)
    await expect(rejected).rejects.toMatchObject({ code: 'reader-required' })
    // @ts-expect-error The reader is missing.
    await expect(channel.respond(requestTo(), { from: 'start' })).rejects.toMatchObject({
      code: 'reader-required',
    })
    // @ts-expect-error The reader has another type.
    void channel.respond(requestTo(), { reader: { id: 1 } })
  })
})

test('a message is not sent after expiresAt, live or replayed', async () => {
  const clock = createFakeClock()
  const channel = createChannel(uniqueName(), { log: memoryLog({ clock }), clock, stallMs: 1e9 })
  const start = await channel.lastId()
  const slow = new Client(await channel.respond(requestTo()))
  await slow.read()
  const fast = await connect(channel)
  await channel.publish('offer', 'short', { expiresAt: clock.now() + 1000 })
  await channel.publish('offer', 'long', { expiresAt: clock.now() + 60_000 })
  await channel.publish('offer', 'for ever')
  await fast.readAll()
  await clock.advance(1000)
  const late = await connect(channel, {}, start)
  await slow.readAll()
  expect(fast.messages).toEqual(['offer "short"', 'offer "long"', 'offer "for ever"'])
  expect(late.messages).toEqual(['offer "long"', 'offer "for ever"'])
  expect(slow.messages).toEqual(late.messages)
})

describe('disconnect', () => {
  test('ends responses in the middle of a replay, and sends nothing more', async () => {
    const channel = createChannel<{ n: number }, string>(uniqueName(), {
      log: memoryLog({ maxMessages: 5000 }),
    })
    for (let n = 1; n <= 3000; n++) void channel.publish('n', n)
    await channel.publish('n', 3001)
    const start = before(await channel.lastId(), 3001)
    const revoked = new Client(await channel.respond(requestTo(start), { reader: 'eve' }))
    const kept = new Client(await channel.respond(requestTo(start), { reader: 'ada' }))
    await revoked.read()
    const { length } = revoked.blocks
    expect(length).toBeGreaterThan(0)
    expect(channel.disconnect((reader) => reader === 'eve')).toBe(1)
    await revoked.readToEnd()
    expect(revoked.blocks).toHaveLength(length)
    await kept.readAll()
    expect(kept.blocks).toHaveLength(3001)
  })

  test('also refuses requests whose response has not begun', async () => {
    const log = memoryLog()
    const gate = createGate()
    const slow: Log = {
      append: (...args) => log.append(...args),
      start: () => log.start(),
      tail: (...args) => log.tail(...args),
      close: () => log.close(),
      read: async (...args) => {
        await gate.opened
        return await log.read(...args)
      },
    }
    const channel = createChannel<{ n: number }, string>(uniqueName(), { log: slow })
    const response = channel.respond(requestTo(), { reader: 'eve' })
    expect(channel.disconnect((reader) => reader === 'eve')).toBe(1)
    gate.open()
    expect((await response).status).toBe(503)
    expect(channel.readers).toBe(0)
  })
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
