import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { afterEach, describe, expect, test, vi } from 'vitest'
import {
  createEventStream,
  type EventStreamOptions,
  type Fold,
  latest,
  SseError,
  text as grow,
} from '../../src/index.ts'
import { createFakeClock } from '../../src/testing/index.ts'
import { type BaseServer, createBaseServer } from './base-server.ts'
import { until } from './harness.ts'

const text = 'id: 1\ndata: 1\n\nid: 2\ndata: overloaded\n\nid: 3\ndata: 3\n\n'

let server: BaseServer
/** Settles when the client has let the socket of a response go. */
let gone: Promise<unknown>

/** Answers with all that it has to say, in one chunk or byte by byte, and keeps the socket. */
async function serve(cut: boolean): Promise<void> {
  server = await createBaseServer((_: IncomingMessage, response: ServerResponse) => {
    gone = once(response, 'close')
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    for (const part of cut ? text : [text]) response.write(part)
  })
}

afterEach(() => server.close())

const overloaded = new SseError('server', 'The server is overloaded: ask again later.')

/** The rules that make the most of any loss. */
const eager: Record<string, EventStreamOptions> = {
  'the default rule': {},
  'a rule that never gives up': { retry: () => 0 },
  'losses that are always worth another attempt': { retry: { when: () => true } },
  'a POST that may be repeated': { method: 'POST', body: 'x', idempotent: true },
}

describe.each(Object.entries(eager))('under %s', (_, options) => {
  test.each([false, true])(
    'a message that until makes an error of fails the stream for good, cut at every byte: %s',
    async (cut) => {
      await serve(cut)
      const clock = createFakeClock()
      const stream = createEventStream(server.origin, {
        clock,
        until: ({ data }) => data === 'overloaded' && overloaded,
        ...options,
      })
      const seen: string[] = []
      stream.onMessage(({ data }) => void seen.push(data))
      await until('the stream is over', () => stream.getSnapshot().status === 'closed')
      expect(stream.getSnapshot()).toMatchObject({
        status: 'closed',
        reason: 'failed',
        error: overloaded,
        data: '1',
      })
      await gone
      await clock.advance(600_000)
      expect(seen).toEqual(['1'])
      expect(server.requests).toBe(1)
      expect(clock.timers).toBe(0)
    },
  )
})

test('a loop over the messages throws the error that until gave, after the messages before it', async () => {
  await serve(false)
  const seen: string[] = []
  const reading = async () => {
    const stream = createEventStream(server.origin, {
      until: ({ data }) => data === 'overloaded' && overloaded,
    })
    for await (const { data } of stream) seen.push(data)
  }
  await expect(reading()).rejects.toBe(overloaded)
  expect(seen).toEqual(['1'])
})

test('by hand, a stream that until failed is opened again', async () => {
  await serve(false)
  let patience = 0
  const stream = createEventStream(server.origin, {
    until: ({ data }) => data === 'overloaded' && patience-- === 0 && overloaded,
  })
  const seen: string[] = []
  stream.onMessage(({ data }) => void seen.push(data))
  await until('the stream is over', () => stream.getSnapshot().status === 'closed')
  stream.open()
  await until('the rest has come', () => seen.includes('3'))
  expect(seen).toEqual(['1', '1', 'overloaded', '3'])
  expect(server.requests).toBe(2)
  stream.close()
})

describe.each([false, true])('cut at every byte: %s', (cut) => {
  test('a last message that is included is folded and delivered before the stream ends', async () => {
    await serve(cut)
    const stream = createEventStream(server.origin, {
      until: ({ data }) => data === 'overloaded' && 'inclusive',
    })
    const seen: string[] = []
    stream.onMessage(({ data }) => void seen.push(data))
    await until('the stream is over', () => stream.getSnapshot().status === 'closed')
    expect(stream.getSnapshot()).toMatchObject({ reason: 'ended', data: 'overloaded', lastEventId: '2' })
    expect(stream.getSnapshot()).not.toHaveProperty('error')
    await gone
    expect(seen).toEqual(['1', 'overloaded'])
    expect(server.requests).toBe(1)
  })

  test('a loop over the messages gives the one that is included, and ends', async () => {
    await serve(cut)
    const seen: string[] = []
    const until: EventStreamOptions['until'] = ({ id }) => id === '2' && 'inclusive'
    for await (const { data } of createEventStream(server.origin, { until })) seen.push(data)
    expect(seen).toEqual(['1', 'overloaded'])
  })

  test('a fold may know the last word of the format that it reads', async () => {
    await serve(cut)
    const fold: Fold<string, string> = { ...grow(), until: ({ data }) => data === 'overloaded' && overloaded }
    const stream = createEventStream(server.origin, { fold, until: ({ data }) => data === '4' })
    stream.subscribe(() => {})
    await until('the stream is over', () => stream.getSnapshot().status === 'closed')
    expect(stream.getSnapshot()).toMatchObject({ reason: 'failed', error: overloaded, data: '1' })
  })
})

test('a reader that closes the stream at the message that is included has closed it', async () => {
  await serve(false)
  const stream = createEventStream(server.origin, { until: ({ id }) => id === '2' && 'inclusive' })
  stream.onMessage(({ id }) => id === '2' && stream.close())
  await until('the stream is over', () => stream.getSnapshot().status === 'closed')
  expect(stream.getSnapshot()).toMatchObject({ reason: 'closed', data: 'overloaded' })
})

test('the option until is asked before the fold', async () => {
  await serve(false)
  const asked: string[] = []
  const fold: Fold<string | undefined> = {
    ...latest(),
    until: ({ id }) => asked.push(id) < 0,
  }
  const stream = createEventStream(server.origin, { fold, until: ({ id }) => id === '2' })
  stream.subscribe(() => {})
  await until('the stream is over', () => stream.getSnapshot().status === 'closed')
  expect(asked).toEqual(['1'])
})

test('a fold that is given at run time ends the stream as well', async () => {
  await serve(false)
  let fold: Fold<string | undefined> = latest()
  const stream = createEventStream(server.origin, () => ({ fold }))
  fold = { ...fold, until: ({ id }) => id === '1' }
  stream.subscribe(() => {})
  await until('the stream is over', () => stream.getSnapshot().status === 'closed')
  expect(stream.getSnapshot()).toMatchObject({ reason: 'ended', data: undefined })
})

test('what the until of a fold throws is reported, and the message is no last word', async () => {
  await serve(false)
  const error = new Error('a fault of mine')
  const reported: unknown[] = []
  const log = vi.spyOn(console, 'error').mockImplementation((thrown) => void reported.push(thrown))
  const fold: Fold<string | undefined> = {
    ...latest(),
    until() {
      throw error
    },
  }
  const stream = createEventStream(server.origin, { fold })
  stream.subscribe(() => {})
  await until('all has come', () => stream.getSnapshot().data === '3')
  expect(reported).toEqual([error, error, error])
  log.mockRestore()
  stream.close()
})

test('a reader that opens the stream anew at the message that is included has it anew', async () => {
  await serve(false)
  const stream = createEventStream(server.origin, { until: ({ id }) => id === '2' && 'inclusive' })
  let rounds = 0
  stream.onMessage(({ id }) => {
    if (id !== '2' || rounds++ > 0) return
    stream.close()
    stream.open()
  })
  await until('the second round is over', () => rounds === 2 && stream.getSnapshot().status === 'closed')
  expect(stream.getSnapshot()).toMatchObject({ reason: 'ended', data: 'overloaded' })
  expect(server.requests).toBe(2)
})
