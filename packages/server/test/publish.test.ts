import { describe, expect, test, vi } from 'vitest'
import { createChannel, memoryLog, PublishError, ServerError, type Log } from '../src/index.ts'
import { split } from '../src/resume.ts'
import { Client, createGate, requestTo, settle, uniqueName } from './harness.ts'

type Events = { n: number; text: string }
const create = (log: Log) => createChannel<Events>(uniqueName(), { log })
const number = (id: string) => split(id)[1]

describe('publish', () => {
  test('resolves with ids in the order of the calls, and appends the calls of one turn at once', async () => {
    const log = memoryLog()
    const append = vi.spyOn(log, 'append')
    const channel = create(log)
    const ids = await Promise.all(Array.from({ length: 300 }, (_, n) => channel.publish('n', n)))
    expect(ids.map(number)).toEqual(ids.map((_, index) => index + 1))
    expect(append.mock.calls.map(([messages]) => messages.length)).toEqual([256, 44])
  })

  test('keeps the order while the log is slow, and gathers what comes meanwhile', async () => {
    const log = memoryLog()
    const gate = createGate()
    const sizes: number[] = []
    const append = log.append.bind(log)
    log.append = async (messages, options) => {
      sizes.push(messages.length)
      await gate.opened
      return await append(messages, options)
    }
    const channel = create(log)
    const first = channel.publish('n', 1)
    await settle()
    const rest = [channel.publish('n', 2), channel.publish('n', 3), channel.publish('n', 4)]
    gate.open()
    expect((await Promise.all([first, ...rest])).map(number)).toEqual([1, 2, 3, 4])
    expect(sizes).toEqual([1, 3])
  })

  test('does not append twice with the same dedupeKey', async () => {
    const channel = create(memoryLog())
    const once = await channel.publish('n', 1, { dedupeKey: 'a' })
    const [again, other, plain] = await Promise.all([
      channel.publish('n', 1, { dedupeKey: 'a' }),
      channel.publish('n', 2, { dedupeKey: 'b' }),
      channel.publish('n', 3),
    ])
    expect([again, other, plain].map(number)).toEqual([1, 2, 3])
    expect(again).toBe(once)
    const mixed = await Promise.all([
      channel.publish('n', 4),
      channel.publish('n', 1, { dedupeKey: 'a' }),
      channel.publish('n', 5),
    ])
    expect(mixed.map(number)).toEqual([4, 1, 5])
  })

  test('never delivers locally: readers see what the log has', async () => {
    const log = memoryLog()
    log.append = async () => ['1-1']
    const channel = create(log)
    const client = await new Client(await channel.respond(requestTo())).readAll()
    expect(await channel.publish('n', 1)).toBe('1-1')
    await client.readAll()
    expect(client.messages).toEqual([])
  })

  test('rejects with the error of the log, or with unknown, and goes on with the next message', async () => {
    const log = memoryLog()
    const append = log.append.bind(log)
    const failures = [new PublishError('not-appended', 'full'), new TypeError('broken pipe'), undefined]
    log.append = async (...args) => {
      const failure = failures.shift()
      if (failure) throw failure
      return await append(...args)
    }
    const channel = create(log)
    const results = await Promise.allSettled([
      channel.publish('n', 1, { dedupeKey: 'a' }),
      channel.publish('n', 2, { dedupeKey: 'b' }),
      channel.publish('n', 3, { dedupeKey: 'c' }),
    ])
    expect(results).toMatchObject([
      { reason: { code: 'not-appended', message: 'full' } },
      { reason: { code: 'unknown', cause: new TypeError('broken pipe') } },
      { status: 'fulfilled' },
    ])
    expect((results[1] as PromiseRejectedResult).reason).toBeInstanceOf(PublishError)
  })

  test('rejects with not-appended where the log cannot do the durability, or the channel is closed', async () => {
    const channel = create(memoryLog())
    const durable = channel.publish('n', 1, { durability: 'fsync' })
    await expect(durable).rejects.toMatchObject({ name: 'PublishError', code: 'not-appended' })
    const last = channel.publish('n', 2)
    await channel.close()
    expect(number(await last)).toBe(1)
    await expect(channel.publish('n', 3)).rejects.toMatchObject({ code: 'not-appended' })
  })

  test('has types for events and data', async () => {
    const channel = create(memoryLog())
    // @ts-expect-error The event is unknown.
    await channel.publish('other', 1)
    // @ts-expect-error The data has another type.
    await channel.publish('n', 'text')
  })

  test.each([
    ['the reserved prefix', 'headwater.gap', 1],
    ['a line feed in the event name', 'a\nid: 1', 1],
    ['a carriage return in the event name', 'a\rb', 1],
    ['NUL in the event name', 'a\0b', 1],
    ['half of a surrogate pair in the event name', 'a\uD800b', 1],
    ['data that is not JSON', 'n', undefined],
    ['a function as data', 'n', () => {}],
  ])('refuses %s', async (_, event, data) => {
    const channel = createChannel(uniqueName(), { log: memoryLog() })
    const refused = channel.publish(event, data)
    await expect(refused).rejects.toBeInstanceOf(ServerError)
    await expect(refused).rejects.toMatchObject({ code: 'invalid-message' })
    expect(number(await channel.lastId())).toBe(0)
  })

  test('sends text as it is with the format text, and refuses what the format cannot carry', async () => {
    const channel = createChannel<{ html: string }>(uniqueName(), { log: memoryLog(), format: 'text' })
    const client = await new Client(await channel.respond(requestTo())).readAll()
    for (const text of ['<p>\n\n one', '', ' two', '\n']) await channel.publish('html', text)
    await client.readAll()
    expect(client.blocks.map(({ data }) => data)).toEqual(['<p>\n\n one', '', ' two', '\n'])
    for (const data of ['a\rb', '\r\n', '\uDC00', 5])
      await expect(channel.publish('html', data as string)).rejects.toMatchObject({ code: 'invalid-message' })
  })
})

test.each([
  ['a wrong name', { heartbeat: 5 }, 'Option heartbeat is unknown. Did you mean heartbeatMs?'],
  ['a negative number', { stallMs: -1 }, 'Option stallMs must be a number of 0 or more, not -1.'],
  ['no number', { retryMs: Number.NaN }, 'Option retryMs must be a number of 0 or more, not NaN.'],
  ['no log', { log: {} }, /Option log of the channel .* must be a log, such as memoryLog\(\)/],
  ['credentials for all origins', { cors: { origin: '*', credentials: true } }, /name the origins/],
])('createChannel refuses %s', (_, options, message) => {
  const call = () => createChannel(uniqueName(), { log: memoryLog(), ...(options as object) })
  expect(call).toThrow(message)
  expect(call).toThrow(ServerError)
})

test('publish and respond refuse unknown options', async () => {
  const channel = create(memoryLog())
  const options = { dedupe: 'a' } as object
  await expect(channel.publish('n', 1, options)).rejects.toThrow('Did you mean dedupeKey?')
  await expect(channel.respond(requestTo(), { form: 'now' } as object)).rejects.toThrow(
    'Option form is unknown',
  )
  await expect(channel.respond(requestTo(), { from: -1 })).rejects.toThrow('from')
})
