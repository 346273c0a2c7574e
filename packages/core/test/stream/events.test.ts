import { type } from 'arktype'
import * as v from 'valibot'
import { beforeEach, describe, expect, expectTypeOf, test, vi } from 'vitest'
import { z } from 'zod'
import {
  createEventStream,
  history,
  json,
  keyed,
  latest,
  type Message,
  type MessageOf,
  type Schemas,
  type SseError,
  text,
} from '../../src/index.ts'
import {
  createFakeClock,
  createFakeServer,
  type FakeClock,
  type FakeServer,
} from '../../src/testing/index.ts'

const url = 'https://example.com/market'
let clock: FakeClock
let server: FakeServer

beforeEach(() => {
  clock = createFakeClock()
  server = createFakeServer()
  // Warnings about types that no schema names.
  vi.spyOn(console, 'warn').mockImplementation(() => undefined)
})

interface Price {
  symbol: string
  price: number
}

const vendors = {
  zod: z.object({ symbol: z.string(), price: z.number().min(0) }),
  valibot: v.object({ symbol: v.string(), price: v.pipe(v.number(), v.minValue(0)) }),
  arktype: type({ symbol: 'string', price: 'number >= 0' }),
}

/** Sends blocks to a stream with these `events`. Returns the stream, the request and the delivered messages. */
async function deliver(
  events: Schemas,
  blocks: string,
  onInvalid?: (error: SseError, message: Message) => unknown,
) {
  const stream = createEventStream(url, {
    clock,
    fetch: server.fetch,
    events,
    fold: history(100),
    ...(onInvalid && { onInvalid }),
  })
  stream.subscribe(() => {})
  const request = await server.nextRequest()
  await request.send(blocks)
  await clock.advance(0)
  return { stream, request, messages: stream.getSnapshot().data.map(({ type, data }) => [type, data]) }
}

describe.each(Object.entries(vendors))('a schema of %s', (_, price) => {
  test('sets the data of its event, and events without a schema are not delivered', async () => {
    const { messages } = await deliver(
      { price },
      'event: price\ndata: {"symbol":"A","price":1}\n\nevent: other\ndata: x\n\ndata: y\n\n',
    )
    expect(messages).toEqual([['price', { symbol: 'A', price: 1 }]])
  })

  test('rejects invalid messages, which are counted and passed to onInvalid with their raw text', async () => {
    const onInvalid = vi.fn()
    const { stream, messages } = await deliver(
      { price },
      'event: price\ndata: {"symbol":"A","price":-1}\n\nevent: price\ndata: {"cut\n\nevent: price\ndata: {"symbol":"B","price":2}\n\n',
      onInvalid,
    )
    expect(messages).toEqual([['price', { symbol: 'B', price: 2 }]])
    expect(stream.getSnapshot()).toMatchObject({ status: 'open', invalidCount: 2 })
    const [[error, message], [cut]] = onInvalid.mock.calls as [[SseError, Message], [SseError]]
    expect(error.code).toBe('invalid-message')
    expect(error.issues).toHaveLength(1)
    expect(error.message).toContain('{"symbol":"A","price":-1}')
    expect(message).toEqual({ type: 'price', data: '{"symbol":"A","price":-1}', id: '' })
    expect(cut.cause).toBeInstanceOf(SyntaxError)
  })

  test('sets the type of the data', () => {
    const stream = createEventStream(url, { events: { price } })
    expectTypeOf(stream.getSnapshot().data).toEqualTypeOf<Price | undefined>()
  })
})

test('a schema may transform the data', async () => {
  const at = z.object({ at: z.iso.datetime().transform((date) => new Date(date)) })
  const { messages } = await deliver({ tick: at }, 'event: tick\ndata: {"at":"2026-01-02T00:00:00Z"}\n\n')
  expect(messages).toEqual([['tick', { at: new Date('2026-01-02') }]])
})

test('decoders get the text, and a message is invalid if its decoder throws', async () => {
  const onInvalid = vi.fn()
  const { messages } = await deliver(
    { halt: json<{ symbol: string }>(), note: text, size: Number.parseFloat, picky: () => JSON.parse('{') },
    'event: halt\ndata: {"symbol":"A"}\n\nevent: note\ndata: {\n\nevent: size\ndata: 1.5\n\nevent: picky\ndata: x\n\n',
    onInvalid,
  )
  expect(messages).toEqual([
    ['halt', { symbol: 'A' }],
    ['note', '{'],
    ['size', 1.5],
  ])
  expect(onInvalid).toHaveBeenCalledTimes(1)
})

test("'*' applies to all types without a schema of their own", async () => {
  const { messages } = await deliver(
    { a: json(), '*': text },
    'event: a\ndata: 1\n\nevent: b\ndata: 2\n\ndata: 3\n\n',
  )
  expect(messages).toEqual([
    ['a', 1],
    ['b', '2'],
    ['message', '3'],
  ])
})

test.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])(
  'an event named %s does not match a property of Object.prototype',
  async (name) => {
    const { messages, stream } = await deliver(
      { a: text },
      `event: ${name}\ndata: x\n\nevent: a\ndata: y\n\n`,
    )
    expect(messages).toEqual([['a', 'y']])
    expect(stream.getSnapshot().invalidCount).toBe(0)
  },
)

test('messages are invalid if their schema is asynchronous, because it would change their order', async () => {
  const onInvalid = vi.fn()
  const slow = z.string().refine(() => Promise.resolve(true))
  const { stream } = await deliver(
    {
      a: v.pipeAsync(
        v.string(),
        v.checkAsync(() => Promise.resolve(true)),
      ) as never,
      b: slow,
    },
    'event: a\ndata: "x"\n\n',
    onInvalid,
  )
  expect(stream.getSnapshot().invalidCount).toBe(1)
  expect(String(onInvalid.mock.calls[0]?.[0])).toContain('asynchronous')
})

describe('without onInvalid', () => {
  test('the first invalid message is reported, and the stream continues', async () => {
    const reported = vi.spyOn(console, 'error').mockReturnValue()
    const { stream, messages } = await deliver(
      { a: json() },
      'event: a\ndata: {\n\n'.repeat(50) + 'event: a\ndata: 1\n\n',
    )
    expect(messages).toEqual([['a', 1]])
    expect(stream.getSnapshot().invalidCount).toBe(50)
    expect(reported).toHaveBeenCalledTimes(1)
    expect(String(reported.mock.calls[0]?.[0])).toMatch(/type a does not match its schema.*Data: \{/)
    reported.mockRestore()
  })
})

test("the stream fails with the error and delivers nothing more if onInvalid returns 'fail'", async () => {
  const { stream, request, messages } = await deliver(
    { a: json() },
    'event: a\ndata: 1\n\nevent: a\ndata: {\n\nevent: a\ndata: 2\n\n',
    () => 'fail',
  )
  expect(messages).toEqual([['a', 1]])
  expect(stream.getSnapshot()).toMatchObject({
    status: 'closed',
    reason: 'failed',
    error: { code: 'invalid-message' },
    invalidCount: 1,
  })
  expect(request.aborted).toBe(true)
  await clock.advance(60_000)
  expect(server.requests).toHaveLength(1)
})

test('an error thrown by onInvalid is reported, and the stream continues', async () => {
  const reported = vi.spyOn(console, 'error').mockReturnValue()
  const { stream, messages } = await deliver(
    { a: json() },
    'event: a\ndata: {\n\nevent: a\ndata: 1\n\n',
    () => {
      throw new Error('thrown by onInvalid')
    },
  )
  expect(messages).toEqual([['a', 1]])
  expect(stream.getSnapshot().status).toBe('open')
  expect(reported).toHaveBeenCalledTimes(1)
  reported.mockRestore()
})

test('until gets the raw messages, before any schema', async () => {
  const received: string[] = []
  const stream = createEventStream(url, {
    clock,
    fetch: server.fetch,
    events: { a: json<number>() },
    until: ({ data }) => received.push(data) > 2,
  })
  stream.subscribe(() => {})
  await (await server.nextRequest()).send('event: a\ndata: 1\n\ndata: other\n\ndata: [DONE]\n\n')
  expect(received).toEqual(['1', 'other', '[DONE]'])
  expect(stream.getSnapshot()).toMatchObject({ status: 'closed', reason: 'ended', data: 1 })
})

test('onMessage and the iterator get the decoded messages', async () => {
  const received: unknown[] = []
  const stream = createEventStream(url, {
    clock,
    fetch: server.fetch,
    events: { a: json<number>() },
    onMessage: ({ data }) => received.push(data),
  })
  const next = stream[Symbol.asyncIterator]().next()
  await (await server.nextRequest()).send('data: no\n\nevent: a\ndata: 7\n\n')
  expect((await next).value).toEqual({ type: 'a', data: 7, id: '' })
  expect(received).toEqual([7])
})

test('the types of messages and data follow from events', () => {
  const events = { price: vendors.zod, halt: json<{ symbol: string; why: string }>(), note: text }
  // Checked by the compiler, never called.
  const checkTypes = (program: () => void) => void program
  checkTypes(() => {
    const stream = createEventStream(url, {
      events,
      onMessage(message) {
        if (message.type === 'price') expectTypeOf(message.data).toEqualTypeOf<Price>()
        if (message.type === 'halt') expectTypeOf(message.data.why).toEqualTypeOf<string>()
        if (message.type === 'note') expectTypeOf(message.data).toEqualTypeOf<string>()
        // @ts-expect-error: no event has this name
        if (message.type === 'pirce') return
      },
    })
    expectTypeOf(stream.getSnapshot().data).toEqualTypeOf<
      Price | { symbol: string; why: string } | string | undefined
    >()
    type Each =
      | Message<'price', Price>
      | Message<'halt', { symbol: string; why: string }>
      | Message<'note', string>
    expectTypeOf<MessageOf<typeof events>>().toEqualTypeOf<Each>()
    expectTypeOf(createEventStream(url, { events, fold: history(5) }).getSnapshot().data).toEqualTypeOf<
      readonly Each[]
    >()
    expectTypeOf(createEventStream(url, { events, fold: latest() }).getSnapshot().data).toEqualTypeOf<
      Each['data'] | undefined
    >()
    const bySymbol = createEventStream(url, {
      events: { price: vendors.zod },
      fold: keyed((message) => message.data.symbol as string),
    })
    expectTypeOf(bySymbol.getSnapshot().data).toEqualTypeOf<ReadonlyMap<string, Message<'price', Price>>>()
    const exact = createEventStream(url, {
      events: { price: vendors.zod },
      fold: keyed((message: Message<'price', Price>) => message.data.symbol),
    })
    expectTypeOf(exact.getSnapshot().data).toEqualTypeOf<ReadonlyMap<string, Message<'price', Price>>>()
    const sum = createEventStream(url, {
      events: { price: vendors.zod },
      fold: (total: number, message) => total + message.data.price,
      initialData: 0,
    })
    expectTypeOf(sum.getSnapshot().data).toEqualTypeOf<number>()
    stream.onMessage((message) => expectTypeOf(message).toEqualTypeOf<Each>())
    // @ts-expect-error: neither a schema nor a decoder
    createEventStream(url, { events: { price: 'number' } })
    expectTypeOf(
      createEventStream(url, { fold: keyed((message) => message.id) }).getSnapshot().data,
    ).toEqualTypeOf<ReadonlyMap<string, Message>>()
  })
})
