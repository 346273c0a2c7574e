import { describe, expect, test } from 'vitest'
import { callbacks } from './callbacks.ts'
import { type Harness, createHarness } from './harness.ts'

/** For each state, a function that brings a stream into it. */
const statesToClose: Record<string, (harness: Harness) => Promise<void>> = {
  idle: async () => undefined,
  'about to connect': async (harness) => void harness.subscribe(),
  connecting: async (harness) => {
    harness.subscribe()
    await harness.clock.advance(0)
  },
  open: async (harness) => {
    await statesToClose.connecting!(harness)
    await harness.server.requests[0]!.accept()
  },
  'open, in the middle of a message': async (harness) => {
    await statesToClose.open!(harness)
    await harness.server.requests[0]!.send('id: 1\ndata: x\n\ndata: half')
  },
  'open, with a slow listener': async (harness) => {
    await statesToClose.open!(harness)
    harness.stream.onMessage(() => new Promise(() => undefined))
    await harness.server.requests[0]!.send('data: x\n\n')
  },
  'reading the body of an error response': async (harness) => {
    await statesToClose.connecting!(harness)
    void harness.server.requests[0]!.refuse(503, {}, 'x'.repeat(10))
  },
  waiting: async (harness) => {
    await statesToClose.open!(harness)
    await harness.server.requests[0]!.fail()
  },
  paused: async (harness) => {
    await statesToClose.open!(harness)
    harness.page.emit('offline', true)
  },
  failed: async (harness) => {
    await statesToClose.connecting!(harness)
    await harness.server.requests[0]!.refuse(404)
  },
  ended: async (harness) => {
    await statesToClose.connecting!(harness)
    await harness.server.requests[0]!.refuse(204)
  },
}

describe.each(Object.entries(statesToClose))('a stream that is %s', (name, enter) => {
  test('releases everything on close()', async () => {
    const harness = createHarness()
    await enter(harness)
    const delivered = harness.messages.length
    harness.stream.close()
    expect(harness.state.status).toBe('closed')
    const requests = harness.server.requests.length
    for (const request of harness.server.requests)
      await request.send('data: too late\n\n').catch(() => undefined)
    await harness.clock.advance(600_000)
    expect(harness.messages).toHaveLength(delivered)
    expect(harness.server.requests).toHaveLength(requests)
    expect(await harness.closeAndFindLeaks()).toEqual([])
  })

  test('releases everything when its signal is aborted', async () => {
    const controller = new AbortController()
    const harness = createHarness({ signal: controller.signal })
    await enter(harness)
    controller.abort()
    if (name === 'idle') {
      harness.subscribe()
      await harness.clock.advance(0)
      expect(harness.server.requests).toHaveLength(0)
    }
    expect(harness.state.status).toBe('closed')
    const requests = harness.server.requests.length
    await harness.clock.advance(600_000)
    expect(harness.server.requests).toHaveLength(requests)
    expect(await harness.closeAndFindLeaks()).toEqual([])
  })
})

test('a signal that is already aborted prevents every request and every call of an option function', async () => {
  let calls = 0
  const count = () => {
    calls++
    return {}
  }
  const harness = createHarness({ signal: AbortSignal.abort(), headers: count })
  harness.subscribe()
  await harness.clock.advance(60_000)
  expect([calls, harness.server.requests.length, harness.state.status]).toEqual([0, 0, 'closed'])
  expect(await harness.closeAndFindLeaks()).toEqual([])
})

const closeMethods = ['close()', 'abort()'] as const

describe.each(Object.entries(callbacks))('in %s', (_, make) => {
  test.each(closeMethods)(
    '%s closes immediately: nothing is delivered or requested afterwards',
    async (method) => {
      const controller = new AbortController()
      let stopped = false
      const stop = () => {
        stopped = true
        if (method === 'close()') harness.stream.close()
        else controller.abort()
      }
      const options = make(() => harness, stop)
      const harness: Harness = createHarness({ signal: controller.signal, ...options })
      const late: string[] = []
      harness.stream.onMessage(({ data }) => void (stopped && late.push(data)))
      const text =
        ': comment\nid: 1\ndata: 1\n\nevent: headwater.gap\ndata\n\nid: 2\ndata: 2\n\n: comment\nid: 3\ndata: 3\n\n'
      await harness.clock.advance(0)
      const request = harness.server.requests[0]
      if (request && !request.aborted) {
        await request.send(text)
        await request.fail()
      }
      expect(stopped).toBe(true)
      const requests = harness.server.requests.length
      expect(harness.state).toMatchObject({ status: 'closed', reason: 'closed' })
      await harness.clock.advance(600_000)
      expect(harness.server.requests).toHaveLength(requests)
      expect(late).toEqual([])
      expect(await harness.closeAndFindLeaks()).toEqual([])
    },
  )
})

test('close() in a subscriber closes the stream in every state', async () => {
  for (const status of ['connecting', 'open', 'waiting', 'paused'] as const) {
    const harness = createHarness()
    harness.stream.subscribe(() => {
      if (harness.state.status === status) harness.stream.close()
    })
    await harness.clock.advance(0)
    await harness.server.requests[0]?.send('data: x\n\n')
    if (status === 'paused') harness.page.emit('frozen', true)
    else await harness.server.requests[0]?.fail()
    expect(harness.state).toMatchObject({ status: 'closed', reason: 'closed' })
    await harness.clock.advance(60_000)
    expect(harness.server.requests.length).toBeLessThanOrEqual(1)
    expect(await harness.closeAndFindLeaks()).toEqual([])
  }
})

test.each(['before the response', 'while a listener is slow'])(
  'close() cancels the body if a custom fetch ignores its signal: %s',
  async (moment) => {
    let cancelled = 0
    let respond: (() => void) | undefined
    const body = new ReadableStream({
      start: (stream) => stream.enqueue(new TextEncoder().encode('data: x\n\n')),
      cancel: () => void cancelled++,
    })
    const response = new Response(body, { headers: { 'content-type': 'text/event-stream' } })
    const harness = createHarness({
      fetch: () => new Promise((resolve) => (respond = () => resolve(response))),
    })
    harness.stream.onMessage(() => new Promise(() => undefined))
    await harness.clock.advance(0)
    if (moment === 'before the response') harness.stream.close()
    respond!()
    await harness.clock.advance(0)
    harness.stream.close()
    await harness.clock.advance(0)
    expect(cancelled).toBe(1)
    expect(await harness.closeAndFindLeaks()).toEqual([])
  },
)

test('a late response of a closed attempt does not affect the next attempt', async () => {
  const responders: ((response: Response) => void)[] = []
  const harness = createHarness({ fetch: () => new Promise((resolve) => void responders.push(resolve)) })
  harness.subscribe()
  await harness.clock.advance(0)
  harness.stream.close()
  harness.stream.open()
  await harness.clock.advance(0)
  const bodies: ReadableStreamDefaultController<Uint8Array>[] = []
  const createResponse = () =>
    new Response(new ReadableStream({ start: (body) => void bodies.push(body) }), {
      headers: { 'content-type': 'text/event-stream' },
    })
  const encoder = new TextEncoder()
  responders[1]!(createResponse())
  bodies[0]!.enqueue(encoder.encode('data: first half, '))
  await harness.clock.advance(0)
  responders[0]!(createResponse())
  bodies[1]!.enqueue(encoder.encode('data: discarded\n\n'))
  await harness.clock.advance(0)
  bodies[0]!.enqueue(encoder.encode('second half\n\n'))
  await harness.clock.advance(0)
  expect(harness.messages.map(({ data }) => data)).toEqual(['first half, second half'])
  expect(await harness.closeAndFindLeaks()).toEqual([])
})

test('close() and open() in a callback keep one connection and lose no message', async () => {
  const harness = createHarness()
  harness.stream.onMessage(({ data }) => {
    harness.messages.push({ type: '', id: '', data })
    if (data === '2') {
      harness.stream.close()
      harness.stream.open()
    }
  })
  await harness.clock.advance(0)
  await harness.server.requests[0]!.send('id: 1\ndata: 1\n\nid: 2\ndata: 2\n\nid: 3\ndata: 3\n\n')
  expect(harness.server.requests[1]!.headers.get('last-event-id')).toBe('2')
  expect(harness.server.connections).toBe(1)
  await harness.server.requests[1]!.send('id: 3\ndata: 3\n\n')
  expect(harness.messages.map(({ data }) => data)).toEqual(['1', '2', '3'])
  expect(await harness.closeAndFindLeaks()).toEqual([])
})
