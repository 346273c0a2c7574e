import { describe, expect, test } from 'vitest'
import { callbacks } from './callbacks.ts'
import { type Bench, createBench } from './harness.ts'

/** Puts a stream into a state; the options make it closable in several ways. */
const ways: Record<string, (bench: Bench) => Promise<void>> = {
  idle: async () => undefined,
  'about to connect': async (bench) => void bench.join(),
  connecting: async (bench) => {
    bench.join()
    await bench.clock.advance(0)
  },
  open: async (bench) => {
    await ways.connecting!(bench)
    await bench.server.requests[0]!.accept()
  },
  'open, in the middle of a message': async (bench) => {
    await ways.open!(bench)
    await bench.server.requests[0]!.send('id: 1\ndata: x\n\ndata: half')
  },
  'open, held by a slow reader': async (bench) => {
    await ways.open!(bench)
    bench.stream.onMessage(() => new Promise(() => undefined))
    await bench.server.requests[0]!.send('data: x\n\n')
  },
  'reading the body of a refusal': async (bench) => {
    await ways.connecting!(bench)
    void bench.server.requests[0]!.refuse(503, {}, 'x'.repeat(10))
  },
  waiting: async (bench) => {
    await ways.open!(bench)
    await bench.server.requests[0]!.fail()
  },
  paused: async (bench) => {
    await ways.open!(bench)
    bench.page.tell('offline', true)
  },
  failed: async (bench) => {
    await ways.connecting!(bench)
    await bench.server.requests[0]!.refuse(404)
  },
  ended: async (bench) => {
    await ways.connecting!(bench)
    await bench.server.requests[0]!.refuse(204)
  },
}

describe.each(Object.entries(ways))('a stream that is %s', (name, go) => {
  test('is closed by close(), and lets go of everything', async () => {
    const bench = createBench()
    await go(bench)
    const seen = bench.messages.length
    bench.stream.close()
    expect(bench.state.status).toBe('closed')
    const requests = bench.server.requests.length
    for (const request of bench.server.requests)
      await request.send('data: too late\n\n').catch(() => undefined)
    await bench.clock.advance(600_000)
    expect(bench.messages).toHaveLength(seen)
    expect(bench.server.requests).toHaveLength(requests)
    expect(await bench.finish()).toEqual([])
  })

  test('is closed by its signal, and lets go of everything', async () => {
    const controller = new AbortController()
    const bench = createBench({ signal: controller.signal })
    await go(bench)
    controller.abort()
    if (name === 'idle') {
      bench.join()
      await bench.clock.advance(0)
      expect(bench.server.requests).toHaveLength(0)
    }
    expect(bench.state.status).toBe('closed')
    const requests = bench.server.requests.length
    await bench.clock.advance(600_000)
    expect(bench.server.requests).toHaveLength(requests)
    expect(await bench.finish()).toEqual([])
  })
})

test('a signal that was aborted before lets no request, no option function and no listener happen', async () => {
  let asked = 0
  const count = () => {
    asked++
    return {}
  }
  const bench = createBench({ signal: AbortSignal.abort(), headers: count })
  bench.join()
  await bench.clock.advance(60_000)
  expect([asked, bench.server.requests.length, bench.state.status]).toEqual([0, 0, 'closed'])
  expect(await bench.finish()).toEqual([])
})

const closings = ['close()', 'abort()'] as const

describe.each(Object.entries(callbacks))('from within %s', (_, make) => {
  test.each(closings)('%s closes at once: nothing is delivered or requested after it', async (closing) => {
    const controller = new AbortController()
    let stopped = false
    const stop = () => {
      stopped = true
      if (closing === 'close()') bench.stream.close()
      else controller.abort()
    }
    const options = make(() => bench, stop)
    const bench: Bench = createBench({ signal: controller.signal, ...options })
    const late: string[] = []
    bench.stream.onMessage(({ data }) => void (stopped && late.push(data)))
    const text = ': comment\nid: 1\ndata: 1\n\nid: 2\ndata: 2\n\n: comment\nid: 3\ndata: 3\n\n'
    await bench.clock.advance(0)
    const request = bench.server.requests[0]
    if (request && !request.aborted) {
      await request.send(text)
      await request.fail()
    }
    expect(stopped).toBe(true)
    const requests = bench.server.requests.length
    expect(bench.state).toMatchObject({ status: 'closed', reason: 'closed' })
    await bench.clock.advance(600_000)
    expect(bench.server.requests).toHaveLength(requests)
    expect(late).toEqual([])
    expect(await bench.finish()).toEqual([])
  })
})

test('from a listener of states, in every state, it closes', async () => {
  for (const status of ['connecting', 'open', 'waiting', 'paused'] as const) {
    const bench = createBench()
    bench.stream.subscribe(() => {
      if (bench.state.status === status) bench.stream.close()
    })
    await bench.clock.advance(0)
    await bench.server.requests[0]?.send('data: x\n\n')
    if (status === 'paused') bench.page.tell('frozen', true)
    else await bench.server.requests[0]?.fail()
    expect(bench.state).toMatchObject({ status: 'closed', reason: 'closed' })
    await bench.clock.advance(60_000)
    expect(bench.server.requests.length).toBeLessThanOrEqual(1)
    expect(await bench.finish()).toEqual([])
  }
})

test.each(['before the answer', 'while nobody reads'])(
  'a fetch of one’s own that does not heed its signal has its body cancelled: %s',
  async (moment) => {
    let cancelled = 0
    let answer: (() => void) | undefined
    const body = new ReadableStream({
      start: (stream) => stream.enqueue(new TextEncoder().encode('data: x\n\n')),
      cancel: () => void cancelled++,
    })
    const response = new Response(body, { headers: { 'content-type': 'text/event-stream' } })
    const bench = createBench({ fetch: () => new Promise((resolve) => (answer = () => resolve(response))) })
    bench.stream.onMessage(() => new Promise(() => undefined))
    await bench.clock.advance(0)
    if (moment === 'before the answer') bench.stream.close()
    answer!()
    await bench.clock.advance(0)
    bench.stream.close()
    await bench.clock.advance(0)
    expect(cancelled).toBe(1)
    expect(await bench.finish()).toEqual([])
  },
)

test('an answer that comes when another attempt is under way harms nothing', async () => {
  const answers: ((response: Response) => void)[] = []
  const bench = createBench({ fetch: () => new Promise((resolve) => void answers.push(resolve)) })
  bench.join()
  await bench.clock.advance(0)
  bench.stream.close()
  bench.stream.open()
  await bench.clock.advance(0)
  const bodies: ReadableStreamDefaultController<Uint8Array>[] = []
  const answer = () =>
    new Response(new ReadableStream({ start: (body) => void bodies.push(body) }), {
      headers: { 'content-type': 'text/event-stream' },
    })
  const encoder = new TextEncoder()
  answers[1]!(answer())
  bodies[0]!.enqueue(encoder.encode('data: first half, '))
  await bench.clock.advance(0)
  answers[0]!(answer())
  bodies[1]!.enqueue(encoder.encode('data: not wanted\n\n'))
  await bench.clock.advance(0)
  bodies[0]!.enqueue(encoder.encode('second half\n\n'))
  await bench.clock.advance(0)
  expect(bench.messages.map(({ data }) => data)).toEqual(['first half, second half'])
  expect(await bench.finish()).toEqual([])
})

test('opened again at once from within a callback, it has one connection and loses nothing', async () => {
  const bench = createBench()
  bench.stream.onMessage(({ data }) => {
    bench.messages.push({ type: '', id: '', data })
    if (data === '2') {
      bench.stream.close()
      bench.stream.open()
    }
  })
  await bench.clock.advance(0)
  await bench.server.requests[0]!.send('id: 1\ndata: 1\n\nid: 2\ndata: 2\n\nid: 3\ndata: 3\n\n')
  expect(bench.server.requests[1]!.headers.get('last-event-id')).toBe('2')
  expect(bench.server.connections).toBe(1)
  await bench.server.requests[1]!.send('id: 3\ndata: 3\n\n')
  expect(bench.messages.map(({ data }) => data)).toEqual(['1', '2', '3'])
  expect(await bench.finish()).toEqual([])
})
