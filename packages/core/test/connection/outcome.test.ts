import { describe, expect, test } from 'vitest'
import type { SseError } from '../../src/errors.ts'
import { createBench } from './harness.ts'

/** The last state after the first request was answered in a certain way. */
async function after(status: number, headers: HeadersInit = {}, body = '') {
  const bench = createBench()
  bench.join()
  await bench.clock.advance(0)
  await bench.server.requests[0]!.refuse(status, headers, body)
  await bench.clock.advance(0)
  return bench
}

describe('a status', () => {
  test.each([408, 425, 429, 500, 502, 503, 504, 599])('of %i is worth another attempt', async (status) => {
    const bench = await after(status)
    expect(bench.state).toMatchObject({ status: 'waiting', error: { code: 'status', status } })
    expect(bench.server.connections).toBe(0)
  })

  test.each([201, 205, 206, 299, 304, 400, 401, 403, 404, 405, 410, 418, 451])(
    'of %i is the end',
    async (status) => {
      const bench = await after(status, { 'content-type': 'text/event-stream' })
      expect(bench.state).toMatchObject({
        status: 'closed',
        reason: 'failed',
        error: { code: 'status', status },
      })
      await bench.clock.advance(600_000)
      expect(bench.server.requests).toHaveLength(1)
      expect(await bench.finish()).toEqual([])
    },
  )

  test('of 204 ends the stream for good, without a failure', async () => {
    const bench = await after(204)
    expect(bench.state).toMatchObject({ status: 'closed', reason: 'ended' })
    await bench.clock.advance(600_000)
    expect(bench.server.requests).toHaveLength(1)
    bench.stream.open()
    await bench.clock.advance(0)
    expect(bench.server.requests).toHaveLength(2)
  })

  test('of 500 is one although the content type is right', async () => {
    const bench = await after(500, { 'content-type': 'text/event-stream' }, 'data: no message\n\n')
    expect(bench.messages).toEqual([])
    expect(bench.state).toMatchObject({ error: { code: 'status' } })
  })
})

describe('the error', () => {
  test('carries status, headers and the first 4 KiB of the body', async () => {
    const bench = await after(418, { 'x-why': 'tea' }, 'é'.repeat(10_000))
    const { error } = bench.state as { error: SseError }
    expect(error.status).toBe(418)
    expect(error.headers!.get('x-why')).toBe('tea')
    expect(error.body).toBe('é'.repeat(2_048))
    expect(error.message).toContain('418')
    expect(error.message).toContain('https://example.com/news')
  })

  test('does not wait for a body that never ends', async () => {
    const bench = createBench({
      fetch: async () =>
        new Response(
          new ReadableStream({ start: (body) => body.enqueue(new TextEncoder().encode('half')) }),
          {
            status: 500,
          },
        ),
    })
    bench.join()
    await bench.clock.advance(1_000)
    expect(bench.state).toMatchObject({ status: 'waiting', error: { status: 500, body: 'half' } })
    expect(await bench.finish()).toEqual([])
  })
})

describe('the content type', () => {
  test.each([
    'text/event-stream',
    'TEXT/Event-Stream',
    'text/event-stream;charset=utf-8',
    ' text/event-stream ; x=y',
  ])('%j is one of a stream', async (type) => {
    const bench = createBench()
    bench.join()
    await bench.clock.advance(0)
    await bench.server.requests[0]!.accept({ 'content-type': type })
    expect(bench.state.status).toBe('open')
  })

  test.each([
    'text/html',
    'text/event-streams',
    'text/event-stream2; x',
    'application/json',
    'text/html; text/event-stream',
  ])('%j fails a stream that was never open', async (type) => {
    const bench = await after(200, { 'content-type': type }, '<title>Sign in</title>')
    const error = { code: 'content-type', status: 200, body: '<title>Sign in</title>' }
    expect(bench.state).toMatchObject({ status: 'closed', reason: 'failed', error })
    expect(bench.messages).toEqual([])
  })

  test('of a captive portal is waited out by a stream that was open', async () => {
    const bench = createBench()
    bench.join()
    await bench.clock.advance(0)
    await bench.server.requests[0]!.send('id: 1\ndata: x\n\n')
    await bench.server.requests[0]!.fail()
    await bench.clock.advance(1_000)
    await bench.server.requests[1]!.refuse(200, { 'content-type': 'text/html' }, 'data: no message\n\n')
    expect(bench.state).toMatchObject({ status: 'waiting', error: { code: 'content-type' } })
    await bench.clock.advance(4_000)
    await bench.server.requests[2]!.send('data: y\n\n')
    expect(bench.messages.map(({ data }) => data)).toEqual(['x', 'y'])
  })
})

describe('a request', () => {
  test.each([undefined, 'include' as const])(
    'asks for an event stream, past every cache, with its cookies at home or as it is told: %s',
    async (credentials) => {
      let seen: RequestInit = {}
      const bench = createBench({
        ...(credentials && { credentials }),
        fetch: (_, init) => {
          seen = init!
          return new Promise(() => undefined)
        },
      })
      bench.join()
      await bench.clock.advance(0)
      expect(seen).toMatchObject({
        method: 'GET',
        cache: 'no-store',
        redirect: 'follow',
      })
      expect([...(seen.headers as Headers)]).toEqual([['accept', 'text/event-stream']])
      expect(seen).not.toHaveProperty('body')
      // Nothing said is what fetch does by itself: same-origin.
      expect(seen.credentials).toBe(credentials)
    },
  )

  test('other than GET and HEAD is sent once', async () => {
    for (const lose of ['fail', 'end'] as const) {
      const bench = createBench({ method: 'POST', body: 'question' })
      bench.join()
      await bench.clock.advance(0)
      await bench.server.requests[0]!.send('data: half an answer\n\n')
      await bench.server.requests[0]![lose]()
      await bench.clock.advance(600_000)
      expect(bench.server.requests).toHaveLength(1)
      expect(bench.state).toMatchObject({ status: 'closed', reason: lose === 'end' ? 'ended' : 'failed' })
      expect(await bench.finish()).toEqual([])
    }
  })

  test.each(['offline', 'frozen', 'hidden'] as const)(
    'that must not be repeated goes on while the page is %s',
    async (by) => {
      const bench = createBench({ method: 'POST', body: 'question', pauseWhenHiddenMs: 1_000 })
      bench.join()
      await bench.clock.advance(0)
      await bench.server.requests[0]!.send('data: 1\n\n')
      bench.page.tell(by, true)
      await bench.clock.advance(5_000)
      await bench.server.requests[0]!.send('data: 2\n\n')
      bench.page.tell(by, false)
      await bench.clock.advance(5_000)
      await bench.server.requests[0]!.send('data: 3\n\n')
      expect(bench.messages.map(({ data }) => data)).toEqual(['1', '2', '3'])
      expect(bench.server.requests).toHaveLength(1)
      expect(await bench.finish()).toEqual([])
    },
  )

  test('is repeated where the caller allows it, or an id shows that the server can resume', async () => {
    for (const [options, text] of [
      [{ idempotent: true }, 'data: x\n\n'],
      [{}, 'id: 7\ndata: x\n\n'],
    ] as const) {
      const bench = createBench({ method: 'POST', body: 'question', ...options })
      bench.join()
      await bench.clock.advance(0)
      await bench.server.requests[0]!.send(text)
      await bench.server.requests[0]!.fail()
      await bench.clock.advance(1_000)
      expect(bench.server.requests[1]).toMatchObject({ method: 'POST', body: 'question' })
    }
  })
})
