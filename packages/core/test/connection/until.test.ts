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
import { createFakeClock, createFakeServer } from '../../src/testing/index.ts'
import { type BaseServer, createBaseServer } from './base-server.ts'
import { waitFor } from './harness.ts'

const text = 'id: 1\ndata: 1\n\nid: 2\ndata: overloaded\n\nid: 3\ndata: 3\n\n'

let server: BaseServer
/** Settles when the client has closed the socket of a response. */
let socketClosed: Promise<unknown>

/** Starts a server that sends all messages, in one chunk or byte by byte, and keeps the socket open. */
async function serve(bytewise: boolean): Promise<void> {
  server = await createBaseServer((_: IncomingMessage, response: ServerResponse) => {
    socketClosed = once(response, 'close')
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    for (const part of bytewise ? text : [text]) response.write(part)
  })
}

afterEach(() => server.close())

const overloaded = new SseError('server', 'The server is overloaded. Try again later.')

/** Options that retry after every error. */
const retrying: Record<string, EventStreamOptions> = {
  'the default retry rule': {},
  'a retry rule that never gives up': { retry: () => 0 },
  'retry.when that accepts every error': { retry: { when: () => true } },
  'a POST that is idempotent': { method: 'POST', body: 'x', idempotent: true },
}

describe.each(Object.entries(retrying))('with %s', (_, options) => {
  test.each([false, true])(
    'an error returned by until fails the stream without a retry (sent byte by byte: %s)',
    async (bytewise) => {
      await serve(bytewise)
      const clock = createFakeClock()
      const stream = createEventStream(server.origin, {
        clock,
        until: ({ data }) => data === 'overloaded' && overloaded,
        ...options,
      })
      const received: string[] = []
      stream.onMessage(({ data }) => void received.push(data))
      await waitFor('the stream to close', () => stream.getSnapshot().status === 'closed')
      expect(stream.getSnapshot()).toMatchObject({
        status: 'closed',
        reason: 'failed',
        error: overloaded,
        data: '1',
      })
      await socketClosed
      await clock.advance(600_000)
      expect(received).toEqual(['1'])
      expect(server.requests).toBe(1)
      expect(clock.timers).toBe(0)
    },
  )
})

test('async iteration throws the error returned by until, after the earlier messages', async () => {
  await serve(false)
  const received: string[] = []
  const readAll = async () => {
    const stream = createEventStream(server.origin, {
      until: ({ data }) => data === 'overloaded' && overloaded,
    })
    for await (const { data } of stream) received.push(data)
  }
  await expect(readAll()).rejects.toBe(overloaded)
  expect(received).toEqual(['1'])
})

test('open() reconnects a stream that until has failed', async () => {
  await serve(false)
  let matches = 0
  const stream = createEventStream(server.origin, {
    until: ({ data }) => data === 'overloaded' && matches++ === 0 && overloaded,
  })
  const received: string[] = []
  stream.onMessage(({ data }) => void received.push(data))
  await waitFor('the stream to close', () => stream.getSnapshot().status === 'closed')
  stream.open()
  await waitFor('the remaining messages', () => received.includes('3'))
  expect(received).toEqual(['1', '1', 'overloaded', '3'])
  expect(server.requests).toBe(2)
  stream.close()
})

describe.each([false, true])('sent byte by byte: %s', (bytewise) => {
  test("'inclusive' folds and delivers the last message before the stream ends", async () => {
    await serve(bytewise)
    const stream = createEventStream(server.origin, {
      until: ({ data }) => data === 'overloaded' && 'inclusive',
    })
    const received: string[] = []
    stream.onMessage(({ data }) => void received.push(data))
    await waitFor('the stream to close', () => stream.getSnapshot().status === 'closed')
    expect(stream.getSnapshot()).toMatchObject({ reason: 'ended', data: 'overloaded', lastEventId: '2' })
    expect(stream.getSnapshot()).not.toHaveProperty('error')
    await socketClosed
    expect(received).toEqual(['1', 'overloaded'])
    expect(server.requests).toBe(1)
  })

  test("async iteration yields the last message if until returns 'inclusive', and ends", async () => {
    await serve(bytewise)
    const received: string[] = []
    const until: EventStreamOptions['until'] = ({ id }) => id === '2' && 'inclusive'
    for await (const { data } of createEventStream(server.origin, { until })) received.push(data)
    expect(received).toEqual(['1', 'overloaded'])
  })

  test('until of a fold ends the stream, beside the option until', async () => {
    await serve(bytewise)
    const fold: Fold<string, string> = { ...grow(), until: ({ data }) => data === 'overloaded' && overloaded }
    const stream = createEventStream(server.origin, { fold, until: ({ data }) => data === '4' })
    stream.subscribe(() => {})
    await waitFor('the stream to close', () => stream.getSnapshot().status === 'closed')
    expect(stream.getSnapshot()).toMatchObject({ reason: 'failed', error: overloaded, data: '1' })
  })
})

test("close() at the last message with 'inclusive' sets the reason closed", async () => {
  await serve(false)
  const stream = createEventStream(server.origin, { until: ({ id }) => id === '2' && 'inclusive' })
  stream.onMessage(({ id }) => id === '2' && stream.close())
  await waitFor('the stream to close', () => stream.getSnapshot().status === 'closed')
  expect(stream.getSnapshot()).toMatchObject({ reason: 'closed', data: 'overloaded' })
})

test('the option until is called before that of the fold', async () => {
  await serve(false)
  const checked: string[] = []
  const fold: Fold<string | undefined> = {
    ...latest(),
    until: ({ id }) => checked.push(id) < 0,
  }
  const stream = createEventStream(server.origin, { fold, until: ({ id }) => id === '2' })
  stream.subscribe(() => {})
  await waitFor('the stream to close', () => stream.getSnapshot().status === 'closed')
  expect(checked).toEqual(['1'])
})

test('until of a fold gets the state, and addFinal adds a message that is not delivered', async () => {
  await serve(false)
  const received: string[] = []
  const fold: Fold<string, string> = {
    ...grow(),
    until: ({ data }, state) => data === 'overloaded' && state === '1',
    addFinal: (state, { data }) => `${state}+${data}`,
  }
  const stream = createEventStream(server.origin, { fold })
  stream.onMessage(({ data }) => void received.push(data))
  await waitFor('the stream to close', () => stream.getSnapshot().status === 'closed')
  expect(stream.getSnapshot()).toMatchObject({ reason: 'ended', data: '1+overloaded' })
  expect(received).toEqual(['1'])
})

describe('a fold with isComplete', () => {
  const read = async (isComplete: (state: string) => boolean) => {
    const clock = createFakeClock()
    const fake = createFakeServer()
    const fold: Fold<string, string> = { ...grow(), isComplete }
    const stream = createEventStream('https://example.com/', { fold, clock, fetch: fake.fetch })
    stream.subscribe(() => {})
    const request = await fake.nextRequest()
    await request.send('data: 1\n\n')
    await request.end()
    await clock.advance(5_000)
    return { snapshot: stream.getSnapshot(), requests: fake.requests.length }
  }

  test('closes the stream without an error when the response ends, and does not reconnect', async () => {
    const { snapshot, requests } = await read((state) => state === '1')
    expect(snapshot).toMatchObject({ status: 'closed', reason: 'ended', data: '1' })
    expect(snapshot).not.toHaveProperty('error')
    expect(requests).toBe(1)
  })

  test('reconnects if its data is not complete, or if it throws', async () => {
    expect((await read(() => false)).requests).toBe(2)
    const log = vi.spyOn(console, 'error').mockImplementation(() => {})
    const { requests } = await read(() => {
      throw new Error('thrown by isComplete')
    })
    expect(requests).toBe(2)
    expect(log).toHaveBeenCalledTimes(1)
    log.mockRestore()
  })
})

test('until of a fold that was replaced at run time ends the stream', async () => {
  await serve(false)
  let fold: Fold<string | undefined> = latest()
  const stream = createEventStream(server.origin, () => ({ fold }))
  fold = { ...fold, until: ({ id }) => id === '1' }
  stream.subscribe(() => {})
  await waitFor('the stream to close', () => stream.getSnapshot().status === 'closed')
  expect(stream.getSnapshot()).toMatchObject({ reason: 'ended', data: undefined })
})

test('an error thrown by until of a fold is reported, and the stream continues', async () => {
  await serve(false)
  const error = new Error('thrown by until')
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
  await waitFor('all messages', () => stream.getSnapshot().data === '3')
  expect(reported).toEqual([error, error, error])
  log.mockRestore()
  stream.close()
})

test("close() and open() at the last message with 'inclusive' connect once more", async () => {
  await serve(false)
  const stream = createEventStream(server.origin, { until: ({ id }) => id === '2' && 'inclusive' })
  let rounds = 0
  stream.onMessage(({ id }) => {
    if (id !== '2' || rounds++ > 0) return
    stream.close()
    stream.open()
  })
  await waitFor(
    'the second connection to end',
    () => rounds === 2 && stream.getSnapshot().status === 'closed',
  )
  expect(stream.getSnapshot()).toMatchObject({ reason: 'ended', data: 'overloaded' })
  expect(server.requests).toBe(2)
})
