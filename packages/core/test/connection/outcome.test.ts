import { describe, expect, test } from 'vitest'
import type { SseError } from '../../src/errors.ts'
import { createHarness } from './harness.ts'

/** Subscribes, answers the first request with an error response, and returns the harness. */
async function respondWith(status: number, headers: HeadersInit = {}, body = '') {
  const harness = createHarness()
  harness.subscribe()
  await harness.clock.advance(0)
  await harness.server.requests[0]!.refuse(status, headers, body)
  await harness.clock.advance(0)
  return harness
}

describe('a response', () => {
  test.each([408, 425, 429, 500, 502, 503, 504, 599])('with status %i is retried', async (status) => {
    const harness = await respondWith(status)
    expect(harness.state).toMatchObject({ status: 'waiting', error: { code: 'status', status } })
    expect(harness.server.connections).toBe(0)
  })

  test.each([201, 205, 206, 299, 304, 400, 401, 403, 404, 405, 410, 418, 451])(
    'with status %i fails the stream',
    async (status) => {
      const harness = await respondWith(status, { 'content-type': 'text/event-stream' })
      expect(harness.state).toMatchObject({
        status: 'closed',
        reason: 'failed',
        error: { code: 'status', status },
      })
      await harness.clock.advance(600_000)
      expect(harness.server.requests).toHaveLength(1)
      expect(await harness.closeAndFindLeaks()).toEqual([])
    },
  )

  test('with status 204 ends the stream without an error', async () => {
    const harness = await respondWith(204)
    expect(harness.state).toMatchObject({ status: 'closed', reason: 'ended' })
    await harness.clock.advance(600_000)
    expect(harness.server.requests).toHaveLength(1)
    harness.stream.open()
    await harness.clock.advance(0)
    expect(harness.server.requests).toHaveLength(2)
  })

  test('with status 500 is an error, also with the right content type', async () => {
    const harness = await respondWith(500, { 'content-type': 'text/event-stream' }, 'data: no message\n\n')
    expect(harness.messages).toEqual([])
    expect(harness.state).toMatchObject({ error: { code: 'status' } })
  })
})

describe('the error', () => {
  test('has the status, the headers and the first 4 KiB of the body', async () => {
    const harness = await respondWith(418, { 'x-why': 'tea' }, 'é'.repeat(10_000))
    const { error } = harness.state as { error: SseError }
    expect(error.status).toBe(418)
    expect(error.headers!.get('x-why')).toBe('tea')
    expect(error.body).toBe('é'.repeat(2_048))
    expect(error.message).toContain('418')
    expect(error.message).toContain('https://example.com/news')
  })

  test('waits at most a second for the body', async () => {
    const harness = createHarness({
      fetch: async () =>
        new Response(
          new ReadableStream({ start: (body) => body.enqueue(new TextEncoder().encode('half')) }),
          {
            status: 500,
          },
        ),
    })
    harness.subscribe()
    await harness.clock.advance(1_000)
    expect(harness.state).toMatchObject({ status: 'waiting', error: { status: 500, body: 'half' } })
    expect(await harness.closeAndFindLeaks()).toEqual([])
  })
})

describe('the content type', () => {
  test.each([
    'text/event-stream',
    'TEXT/Event-Stream',
    'text/event-stream;charset=utf-8',
    ' text/event-stream ; x=y',
  ])('%j is accepted', async (type) => {
    const harness = createHarness()
    harness.subscribe()
    await harness.clock.advance(0)
    await harness.server.requests[0]!.accept({ 'content-type': type })
    expect(harness.state.status).toBe('open')
  })

  test.each([
    'text/html',
    'text/event-streams',
    'text/event-stream2; x',
    'application/json',
    'text/html; text/event-stream',
  ])('%j fails a stream that was not open before', async (type) => {
    const harness = await respondWith(200, { 'content-type': type }, '<title>Sign in</title>')
    const error = { code: 'content-type', status: 200, body: '<title>Sign in</title>' }
    expect(harness.state).toMatchObject({ status: 'closed', reason: 'failed', error })
    expect(harness.messages).toEqual([])
  })

  test('of a captive portal is retried by a stream that was open before', async () => {
    const harness = createHarness()
    harness.subscribe()
    await harness.clock.advance(0)
    await harness.server.requests[0]!.send('id: 1\ndata: x\n\n')
    await harness.server.requests[0]!.fail()
    await harness.clock.advance(1_000)
    await harness.server.requests[1]!.refuse(200, { 'content-type': 'text/html' }, 'data: no message\n\n')
    expect(harness.state).toMatchObject({ status: 'waiting', error: { code: 'content-type' } })
    await harness.clock.advance(4_000)
    await harness.server.requests[2]!.send('data: y\n\n')
    expect(harness.messages.map(({ data }) => data)).toEqual(['x', 'y'])
  })
})

describe('a request', () => {
  test.each([undefined, 'include' as const])(
    'accepts an event stream, bypasses caches, and passes the option credentials on: %s',
    async (credentials) => {
      let init: RequestInit = {}
      const harness = createHarness({
        ...(credentials && { credentials }),
        fetch: (_, given) => {
          init = given!
          return new Promise(() => undefined)
        },
      })
      harness.subscribe()
      await harness.clock.advance(0)
      expect(init).toMatchObject({
        method: 'GET',
        cache: 'no-store',
        redirect: 'follow',
      })
      expect([...(init.headers as Headers)]).toEqual([['accept', 'text/event-stream']])
      expect(init).not.toHaveProperty('body')
      // Without the option fetch uses its default, same-origin.
      expect(init.credentials).toBe(credentials)
    },
  )

  test('with a method other than GET and HEAD is sent once', async () => {
    for (const endConnection of ['fail', 'end'] as const) {
      const harness = createHarness({ method: 'POST', body: 'question' })
      harness.subscribe()
      await harness.clock.advance(0)
      await harness.server.requests[0]!.send('data: half an answer\n\n')
      await harness.server.requests[0]![endConnection]()
      await harness.clock.advance(600_000)
      expect(harness.server.requests).toHaveLength(1)
      expect(harness.state).toMatchObject({
        status: 'closed',
        reason: endConnection === 'end' ? 'ended' : 'failed',
      })
      expect(await harness.closeAndFindLeaks()).toEqual([])
    }
  })

  test.each(['offline', 'frozen', 'hidden'] as const)(
    'that may be sent only once is not aborted while the page is %s',
    async (reason) => {
      const harness = createHarness({ method: 'POST', body: 'question', pauseWhenHiddenMs: 1_000 })
      harness.subscribe()
      await harness.clock.advance(0)
      await harness.server.requests[0]!.send('data: 1\n\n')
      harness.page.emit(reason, true)
      await harness.clock.advance(5_000)
      await harness.server.requests[0]!.send('data: 2\n\n')
      harness.page.emit(reason, false)
      await harness.clock.advance(5_000)
      await harness.server.requests[0]!.send('data: 3\n\n')
      expect(harness.messages.map(({ data }) => data)).toEqual(['1', '2', '3'])
      expect(harness.server.requests).toHaveLength(1)
      expect(await harness.closeAndFindLeaks()).toEqual([])
    },
  )

  test('is sent again if it is idempotent, or if the server has sent an id', async () => {
    for (const [options, text] of [
      [{ idempotent: true }, 'data: x\n\n'],
      [{}, 'id: 7\ndata: x\n\n'],
    ] as const) {
      const harness = createHarness({ method: 'POST', body: 'question', ...options })
      harness.subscribe()
      await harness.clock.advance(0)
      await harness.server.requests[0]!.send(text)
      await harness.server.requests[0]!.fail()
      await harness.clock.advance(1_000)
      expect(harness.server.requests[1]).toMatchObject({ method: 'POST', body: 'question' })
    }
  })
})
