import { createFakeClock } from '@headwater/core/testing'
import { describe, expect, test, vi } from 'vitest'
import { createChannel, memoryLog, ServerError, type Log } from '../src/index.ts'
import { before, split } from '../src/resume.ts'
import { Client, connect, createGate, requestTo, settle, uniqueName } from './harness.ts'

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

  test('that is async hides all messages', async () => {
    const channel = createChannel<Events, 1>(uniqueName(), {
      log: memoryLog(),
      filter: (async () => true) as unknown as () => boolean,
    })
    const client = await connect(channel, { reader: 1 })
    await channel.publish('said', { to: 'ada', text: 'x' })
    await client.readAll()
    expect(client.messages).toEqual([])
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
