import { describe, expect, test, vi } from 'vitest'
import { createScope, type Gap } from '../../src/index.ts'
import { createHarness, type Harness, type HarnessOptions, waitFor } from './harness.ts'
import { createBaseServer, type Handler } from './base-server.ts'
import { createEventStream } from '../../src/stream/event-stream.ts'

const gapFrom = (from: string, to: string | null, id = to) =>
  `event: headwater.gap\nid: ${id}\ndata: ${JSON.stringify({ from, to })}\n\n`

/** Opens a stream, loses it after the message with this id, and answers the next request with these headers. */
async function reconnect(headers: HeadersInit, options: HarnessOptions = {}, id = '7'): Promise<Harness> {
  const harness = createHarness(options)
  harness.subscribe()
  await harness.clock.advance(0)
  await harness.server.requests[0]!.send(`id: ${id}\ndata: before\n\n`)
  await harness.server.requests[0]!.fail()
  await harness.clock.advance(1_000)
  await harness.server.requests[1]!.accept(headers)
  return harness
}

describe('after an id was sent, continuity', () => {
  test.each<[string, Record<string, string>, string]>([
    ['resumed', { 'sse-resume': 'complete' }, '7'],
    ['gap', { 'sse-resume': 'gap' }, '7'],
    ['resumed', { 'mercure-last-event-id': '7' }, '7'],
    ['resumed', { 'mercure-last-event-id': Buffer.from('消息7').toString('latin1') }, '消息7'],
    ['gap', { 'mercure-last-event-id': 'earliest' }, '7'],
    ['gap', { 'sse-resume': 'gap', 'mercure-last-event-id': '7' }, '7'],
    ['unverified', {}, '7'],
    ['unverified', { 'sse-resume': 'perhaps' }, '7'],
    ['unverified', { 'sse-resume': 'complete, gap' }, '7'],
    ['unverified', { 'last-event-id': '7' }, '7'],
  ])('is %s if the response has the headers %j', async (continuity, headers, id) => {
    const onReconnect = vi.fn<(opening: object) => void>()
    const onGap = vi.fn<() => void>()
    const harness = await reconnect(headers, { onReconnect, onGap }, id)
    expect(harness.state).toMatchObject({ status: 'open', continuity })
    expect(onReconnect.mock.calls).toEqual([[expect.objectContaining({ continuity, downtimeMs: 1_000 })]])
    expect(onGap).not.toHaveBeenCalled()
    expect(await harness.closeAndFindLeaks()).toEqual([])
  })
})

test('a header without an id that was sent changes nothing', async () => {
  const harness = createHarness()
  harness.subscribe()
  await harness.clock.advance(0)
  await harness.server.requests[0]!.accept({ 'sse-resume': 'complete' })
  expect(harness.state).toMatchObject({ continuity: 'fresh' })
  await harness.server.requests[0]!.fail()
  await harness.clock.advance(1_000)
  await harness.server.requests[1]!.accept({ 'sse-resume': 'complete', 'mercure-last-event-id': '' })
  expect(harness.state).toMatchObject({ continuity: 'restarted' })
})

describe('a gap that the server tells', () => {
  /** Options that log everything that is delivered, and the log. */
  function createLog(): { readonly log: string[]; readonly options: HarnessOptions } {
    const log: string[] = []
    return {
      log,
      options: {
        onReconnect: ({ continuity }) => log.push(`reconnect ${continuity}`),
        onGap: ({ from, to }) => log.push(`gap ${from} ${to}`),
        onMessage: ({ id, data }) => void log.push(`message ${id} ${data}`),
        until: ({ type }) => type.startsWith('headwater'),
        fold: (data, message) => `${data} ${message.data}`,
        initialData: '',
      },
    }
  }

  test('is delivered to onGap only, in order, and continuity is gap', async () => {
    const { log, options } = createLog()
    const harness = await reconnect({}, options)
    expect(harness.state).toMatchObject({ continuity: 'unverified' })
    await harness.server.requests[1]!.send(
      `${gapFrom('7', '9')}id: 10\ndata: a\n\n${gapFrom('10', null, '20')}`,
    )
    await harness.clock.advance(0)
    expect(log).toEqual([
      'message 7 before',
      'reconnect unverified',
      'gap 7 9',
      'message 10 a',
      'gap 10 null',
    ])
    expect(harness.messages.map(({ id }) => id)).toEqual(['7', '10'])
    expect(harness.state).toMatchObject({
      status: 'open',
      continuity: 'gap',
      downtimeMs: 1_000,
      data: ' before a',
      lastEventId: '20',
      lastEventType: 'message',
      invalidCount: 0,
    })
    expect(await harness.closeAndFindLeaks()).toEqual([])
  })

  test('is told after onReconnect if a header tells it, too', async () => {
    const { log, options } = createLog()
    const harness = await reconnect({ 'sse-resume': 'gap' }, options)
    await harness.server.requests[1]!.send(gapFrom('7', '9'))
    expect(log.slice(1)).toEqual(['reconnect gap', 'gap 7 9'])
  })

  test('overrules the header complete, and the next answer overrules the gap', async () => {
    const harness = await reconnect({ 'sse-resume': 'complete' })
    await harness.server.requests[1]!.send(gapFrom('7', '9'))
    expect(harness.state).toMatchObject({ continuity: 'gap' })
    await harness.server.requests[1]!.fail()
    await harness.clock.advance(2_500)
    expect(harness.server.requests[2]!.headers.get('last-event-id')).toBe('9')
    await harness.server.requests[2]!.accept({ 'sse-resume': 'complete' })
    expect(harness.state).toMatchObject({ continuity: 'resumed' })
  })

  test('is known to the views and to onGap before the messages that follow', async () => {
    const seen: unknown[] = []
    const harness: Harness = createHarness({
      fold: (data, { data: added }) => data + added,
      initialData: '',
      onGap: () => seen.push(harness.stream.getSnapshot()),
    })
    harness.stream.subscribe(() => seen.push(harness.stream.getSnapshot()))
    await harness.clock.advance(0)
    await harness.server.requests[0]!.accept()
    seen.length = 0
    await harness.server.requests[0]!.send(`id: 1\ndata: a\n\n${gapFrom('1', '5')}id: 6\ndata: b\n\n`)
    const told = { status: 'open', continuity: 'gap', data: 'a', lastEventId: '5' }
    expect(seen).toEqual([expect.objectContaining(told), expect.objectContaining(told)])
    expect(seen[0]).toBe(seen[1])
  })

  test('does not count as a message: the delay grows although each connection tells one', async () => {
    const harness = createHarness()
    harness.subscribe()
    for (let attempt = 1; attempt < 4; attempt++) {
      while (harness.server.requests.length < attempt) await harness.clock.advance(100)
      await harness.server.requests.at(-1)!.send(gapFrom('1', '5'))
      await harness.server.requests.at(-1)!.fail()
      expect(harness.state).toMatchObject({ status: 'waiting', attempt: attempt + 1 })
    }
  })

  test.each<[string, Gap]>([
    ['', { from: null, to: null }],
    ['no json', { from: null, to: null }],
    ['null', { from: null, to: null }],
    ['[]', { from: null, to: null }],
    ['{"from":7,"to":{}}', { from: null, to: null }],
    ['{"from":"a-1"}', { from: 'a-1', to: null }],
    ['{"from":"a-1","to":"b-2","more":1}', { from: 'a-1', to: 'b-2' }],
  ])('is told whatever its data is: %s', async (data, gap) => {
    const onGap = vi.fn<(gap: Gap) => void>()
    const harness = await reconnect({}, { onGap })
    await harness.server.requests[1]!.send(`event: headwater.gap\ndata: ${data}\n\n`)
    expect(onGap.mock.calls).toEqual([[gap]])
    expect(harness.state).toMatchObject({ continuity: 'gap', lastEventId: '7' })
  })

  test('is told to each stream that shares the connection, until one closes them', async () => {
    const { clock, server } = createHarness()
    const scope = createScope()
    const told: number[] = []
    const streams = [0, 1, 2].map((index) =>
      createEventStream(
        'https://example.com/news',
        {
          clock,
          fetch: server.fetch,
          onGap() {
            told.push(index)
            if (told.length === 4) streams[index]!.close()
          },
        },
        scope,
      ),
    )
    for (const stream of streams) stream.subscribe(() => undefined)
    await clock.advance(0)
    await server.requests[0]!.send(gapFrom('1', '2') + gapFrom('3', '4') + gapFrom('5', '6'))
    expect(told).toEqual([0, 1, 2, 0, 1, 2])
    expect(streams[0]!.getSnapshot()).toMatchObject({ status: 'closed', lastEventId: '4' })
  })

  test('moves the id that is kept in lastEventIdStore', async () => {
    const saved: string[] = []
    const harness = createHarness({ lastEventIdStore: { get: () => '7', set: (id) => void saved.push(id) } })
    harness.subscribe()
    await harness.clock.advance(0)
    await harness.server.requests[0]!.send(gapFrom('7', '9'))
    expect(saved).toEqual(['9'])
  })

  test('an error thrown by onGap is reported, and messages are still delivered', async () => {
    const reported = vi.spyOn(console, 'error').mockImplementation(() => undefined)
    const error = new Error('from onGap')
    const harness = await reconnect(
      {},
      {
        onGap() {
          throw error
        },
      },
    )
    await harness.server.requests[1]!.send(`${gapFrom('7', '9')}id: 10\ndata: a\n\n`)
    expect(reported.mock.calls).toEqual([[error]])
    expect(harness.messages.map(({ id }) => id)).toEqual(['7', '10'])
    reported.mockRestore()
  })
})

describe('over real sockets', () => {
  const LAST = 9
  const messages = (from: number, to = LAST) =>
    Array.from({ length: to - from + 1 }, (_, index) => `id: ${from + index}\ndata: x\n\n`).join('')

  /** Serves messages 1 to 3, then cuts the connection. `answer` serves the client that comes back. */
  async function read(answer: Handler) {
    const server = await createBaseServer((request, response) => {
      if (request.headers['last-event-id']) return answer(request, response)
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.write(messages(1, 3), () => response.destroy())
    })
    const log: unknown[] = []
    const stream = createEventStream(server.origin, {
      retry: { baseMs: 1 },
      notify: 'sync',
      onReconnect: ({ continuity }) => log.push(continuity),
      onGap: (gap) => log.push(gap),
      onMessage: ({ id }) => void log.push(Number(id)),
    })
    const unsubscribe = stream.subscribe(() => undefined)
    await waitFor('the last message', () => log.at(-1) === LAST)
    const snapshot = stream.getSnapshot()
    stream.close()
    unsubscribe()
    await server.close()
    return { log, snapshot }
  }
  const head = { 'content-type': 'text/event-stream' }

  test('a server that ignores the id is unverified', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined)
    const { log, snapshot } = await read((_, response) => response.writeHead(200, head).write(messages(1)))
    expect(log).toEqual([1, 2, 3, 'unverified', 1, 2, 3, 4, 5, 6, 7, 8, 9])
    expect(warn.mock.calls).toEqual([[expect.stringContaining('ignore Last-Event-ID: 3')]])
    warn.mockRestore()
    expect(snapshot).toMatchObject({ continuity: 'unverified' })
  })

  test('a server that echoes the id in a header and in the stream is unverified', async () => {
    const { log, snapshot } = await read(({ headers }, response) => {
      const id = String(headers['last-event-id'])
      response.writeHead(200, { ...head, 'last-event-id': id }).write(`id: ${id}\n\n${messages(8)}`)
    })
    expect(log).toEqual([1, 2, 3, 'unverified', 8, 9])
    expect(snapshot).toMatchObject({ continuity: 'unverified' })
  })

  test('a server that says that it continues is believed', async () => {
    const { log, snapshot } = await read(({ headers }, response) =>
      response
        .writeHead(200, { ...head, 'SSE-Resume': 'complete' })
        .write(messages(Number(headers['last-event-id']) + 1)),
    )
    expect(log).toEqual([1, 2, 3, 'resumed', 4, 5, 6, 7, 8, 9])
    expect(snapshot).toMatchObject({ continuity: 'resumed' })
  })

  test('a server that drops messages while it replays tells the gap in the middle', async () => {
    const { log, snapshot } = await read((_, response) => {
      response.writeHead(200, { ...head, 'SSE-Resume': 'complete' }).write(messages(4, 5))
      setImmediate(() => response.write(gapFrom('5', '7') + messages(8)))
    })
    expect(log).toEqual([1, 2, 3, 'resumed', 4, 5, { from: '5', to: '7' }, 8, 9])
    expect(snapshot).toMatchObject({ continuity: 'gap', lastEventId: '9' })
  })
})
