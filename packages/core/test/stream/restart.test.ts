import { beforeEach, describe, expect, test } from 'vitest'
import {
  createEventStream,
  createScope,
  type EventStreamOptions,
  type Fold,
  history,
  keyed,
  latest,
  type NoEvents,
  count,
  type Scope,
  text,
} from '../../src/index.ts'
import { anthropic, openai } from '../../src/llm/index.ts'
import {
  createFakeClock,
  createFakeServer,
  type FakeClock,
  type FakeRequest,
  type FakeServer,
} from '../../src/testing/index.ts'

const url = 'https://example.com/answer'
const noop = () => undefined
let clock: FakeClock
let server: FakeServer
let scope: Scope

beforeEach(() => {
  clock = createFakeClock()
  server = createFakeServer()
  scope = createScope()
})

const make = <Data = string | undefined>(options: EventStreamOptions<Data> = {}) =>
  createEventStream<NoEvents, Data>(url, { clock, fetch: server.fetch, ...options }, scope)

/** Sends one message for each part, and lets the views be notified. */
async function send(request: FakeRequest, ...parts: string[]): Promise<void> {
  await request.send(parts.map((part) => `data: ${part}\n\n`).join(''))
  await clock.advance(0)
}

describe('when the stream opens without being resumed', () => {
  test('text starts again after close() and open()', async () => {
    const stream = make({ fold: text() })
    stream.subscribe(noop)
    await send(await server.nextRequest(), 'old')
    stream.close()
    expect(stream.getSnapshot().data).toBe('old')
    stream.open()
    const again = await server.nextRequest()
    // The view keeps the old text until the server has accepted the request.
    expect(stream.getSnapshot()).toMatchObject({ status: 'connecting', data: 'old' })
    await again.accept()
    expect(stream.getSnapshot()).toMatchObject({ status: 'open', continuity: 'restarted', data: '' })
    await send(again, 'new')
    expect(stream.getSnapshot().data).toBe('new')
  })

  test('text starts again when a POST without ids is repeated', async () => {
    const stream = make({ method: 'POST', body: 'question', idempotent: true, fold: text() })
    stream.subscribe(noop)
    const first = await server.nextRequest()
    await send(first, 'The answ')
    await first.fail()
    await clock.advance(5_000)
    await send(await server.nextRequest(), 'The answer')
    expect(stream.getSnapshot().data).toBe('The answer')
  })

  test('text keeps initialData on the first connection, and starts with it again', async () => {
    const stream = make({ fold: text(), initialData: '> ' })
    stream.subscribe(noop)
    await send(await server.nextRequest(), 'one')
    expect(stream.getSnapshot().data).toBe('> one')
    stream.close()
    stream.open()
    await send(await server.nextRequest(), 'two')
    expect(stream.getSnapshot().data).toBe('> two')
  })

  test.each([
    ['openai', openai, '{"choices":[{"index":0,"delta":{"content":"Hi"}}]}'],
    ['anthropic', anthropic, '{"type":"content_block_delta","delta":{"type":"text_delta","text":"Hi"}}'],
  ])('the answer of %s starts again', async (_, fold, chunk) => {
    const stream = make({ fold: fold() })
    stream.subscribe(noop)
    await send(await server.nextRequest(), chunk)
    stream.close()
    stream.open()
    await send(await server.nextRequest(), chunk)
    expect(stream.getSnapshot().data.text).toBe('Hi')
  })

  test.each<[string, Fold<any, any, any>, (data: any) => unknown, unknown]>([
    ['latest', latest(), (data) => data, 'a'],
    ['history', history(10), (data) => data.length, 2],
    ['keyed', keyed((message) => message.data), (data) => [...data.keys()], ['a', 'b']],
    ['count', count(), (data) => data, 2],
  ])('%s continues', async (_, fold, summary, expected) => {
    const stream = make({ fold })
    stream.subscribe(noop)
    await send(await server.nextRequest(), 'b')
    stream.close()
    stream.open()
    const again = await server.nextRequest()
    await again.accept()
    const kept = summary(stream.getSnapshot().data)
    await send(again, 'a')
    expect(kept).not.toEqual(expected)
    expect(summary(stream.getSnapshot().data)).toEqual(
      Array.isArray(expected) ? expected.toReversed() : expected,
    )
  })
})

describe('when the stream opens with an id', () => {
  test.each([
    ['continues', 'resumed', 'one two', { 'sse-resume': 'complete' }],
    ['continues', 'unverified', 'one two', {}],
    ['starts again', 'gap', 'two', { 'sse-resume': 'gap' }],
  ])('text %s if it is %s', async (_, continuity, expected, headers) => {
    const stream = make({ fold: text() })
    stream.subscribe(noop)
    const first = await server.nextRequest()
    await first.send('id: 1\ndata: one \n\n')
    await first.fail()
    await clock.advance(5_000)
    const second = await server.nextRequest()
    await second.accept(headers)
    await send(second, 'two')
    expect(stream.getSnapshot()).toMatchObject({ continuity, data: expected })
  })

  test('text starts again at each gap in the middle, and history continues', async () => {
    const streams = [make({ fold: text() }), make({ fold: history(10) })] as const
    for (const stream of streams) stream.subscribe(noop)
    const request = await server.nextRequest()
    const gap = 'event: headwater.gap\ndata: {"from":"1","to":"5"}\n\n'
    await request.send(`data: one\n\n${gap}data: two\n\n`)
    await clock.advance(0)
    expect(streams[0].getSnapshot().data).toBe('two')
    await request.send(gap)
    await send(request, 'three')
    expect(streams[0].getSnapshot().data).toBe('three')
    expect(streams[1].getSnapshot().data.map(({ data }) => data)).toEqual(['one', 'two', 'three'])
  })
})

describe('a subscriber that comes later', () => {
  test('starts with the data that another one with the same fold has, in its first rendering, too', async () => {
    make({ fold: text() }).subscribe(noop)
    const request = await server.nextRequest()
    await send(request, 'Hello ')
    const late = make({ fold: text() })
    expect(late.getSnapshot()).toMatchObject({ status: 'open', data: 'Hello ', lastEventType: 'message' })
    expect(late.getServerSnapshot().data).toBe('')
    await send(request, 'world')
    late.subscribe(noop)
    expect(late.getSnapshot().data).toBe('Hello world')
    await send(request, '!')
    expect(late.getSnapshot().data).toBe('Hello world!')
  })

  test('starts with it also within closeDelayMs after the other one has left', async () => {
    const leave = make({ fold: text() }).subscribe(noop)
    const request = await server.nextRequest()
    await send(request, 'Hello ')
    leave()
    await clock.advance(50)
    await send(request, 'wor')
    const late = make({ fold: text() })
    late.subscribe(noop)
    await send(request, 'ld')
    expect(late.getSnapshot().data).toBe('Hello world')
    expect(server.requests).toHaveLength(1)
  })

  test('does not change the data of the other one, nor is changed by it', async () => {
    const first = make({ fold: history(10) })
    const leave = first.subscribe(noop)
    const request = await server.nextRequest()
    await send(request, 'a')
    const late = make({ fold: history(10) })
    late.subscribe(noop)
    leave()
    await clock.advance(200)
    await send(request, 'b')
    expect(late.getSnapshot().data.map(({ data }) => data)).toEqual(['a', 'b'])
    expect(first.getSnapshot().data.map(({ data }) => data)).toEqual(['a'])
  })

  test.each<[string, EventStreamOptions<any, any>, EventStreamOptions<any, any>]>([
    ['another fold', { fold: count() }, { fold: text() }],
    ['another function', { fold: text((message) => `a${message.data}`) }, { fold: text() }],
    ['other events', { fold: text(), events: { message: text } }, { fold: text() }],
    ['a reducer', { fold: (data: string) => data, initialData: 'x' }, { fold: text() }],
  ])('with %s starts with its own data', async (_, others, options) => {
    make(others).subscribe(noop)
    const request = await server.nextRequest()
    await send(request, 'head')
    const late = make(options)
    late.subscribe(noop)
    await send(request, 'tail')
    expect(late.getSnapshot().data).toBe('tail')
  })

  test('starts with the data of the same reducer', async () => {
    const sum = {
      fold: (data: number, message: { data: string }) => data + Number(message.data),
      initialData: 0,
    }
    make(sum).subscribe(noop)
    const request = await server.nextRequest()
    await send(request, '1', '2')
    const late = make({ ...sum })
    late.subscribe(noop)
    await send(request, '3')
    expect(late.getSnapshot().data).toBe(6)
  })

  test('goes on with its own data if it had some, except for a fold that restarts', async () => {
    const own = [make({ fold: history(10) }), make({ fold: text() })] as const
    const leave = own.map((stream) => stream.subscribe(noop))
    await send(await server.nextRequest(), 'own')
    for (const each of leave) each()
    await clock.advance(200)

    make({ fold: history(10) }).subscribe(noop)
    make({ fold: text() }).subscribe(noop)
    const request = await server.nextRequest()
    await send(request, 'head')
    for (const stream of own) stream.subscribe(noop)
    await send(request, 'tail')
    expect(own[0].getSnapshot().data.map(({ data }) => data)).toEqual(['own', 'tail'])
    expect(own[1].getSnapshot().data).toBe('headtail')
  })

  test('of a fold that restarts drops its old data if no other one has the start of the answer', async () => {
    const own = make({ fold: text() })
    own.subscribe(noop)()
    await send(await server.nextRequest(), 'own')
    await clock.advance(200)
    make({ fold: count() }).subscribe(noop)
    const request = await server.nextRequest()
    await send(request, 'head')
    own.subscribe(noop)
    await send(request, 'tail')
    expect(own.getSnapshot().data).toBe('tail')
  })
})
