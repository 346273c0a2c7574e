import { describe, expect, test, vi } from 'vitest'
import type { AttemptContext } from '../../src/options.ts'
import { createBench } from './harness.ts'

describe('after a 401 or a 403', () => {
  test.each([401, 403])('headers given as a function are asked again, at once: %i', async (status) => {
    const tokens = ['old', 'new']
    const asked: (number | undefined)[] = []
    const bench = createBench({
      headers: async ({ error }) => {
        asked.push(error?.status)
        return { authorization: `Bearer ${tokens.shift()}` }
      },
    })
    bench.join()
    await bench.clock.advance(0)
    await bench.server.requests[0]!.refuse(status)
    await bench.clock.advance(0)
    expect(bench.server.requests.map(({ headers }) => headers.get('authorization'))).toEqual([
      'Bearer old',
      'Bearer new',
    ])
    expect(asked).toEqual([undefined, status])
    await bench.server.requests[1]!.send('data: x\n\n')
    expect(bench.messages).toHaveLength(1)
  })

  test('a second one in a row is the end', async () => {
    const bench = createBench({ headers: async () => ({}) })
    bench.join()
    await bench.clock.advance(0)
    await bench.server.requests[0]!.refuse(401)
    await bench.clock.advance(0)
    await bench.server.requests[1]!.refuse(401, {}, 'who are you?')
    await bench.clock.advance(600_000)
    expect(bench.server.requests).toHaveLength(2)
    expect(bench.state).toMatchObject({
      status: 'closed',
      reason: 'failed',
      error: { code: 'status', status: 401, body: 'who are you?' },
    })
    expect(await bench.finish()).toEqual([])
  })

  test('headers that are fixed cannot be fresher: the end', async () => {
    const bench = createBench({ headers: { authorization: 'Bearer x' } })
    bench.join()
    await bench.clock.advance(0)
    await bench.server.requests[0]!.refuse(401)
    expect(bench.state).toMatchObject({ reason: 'failed' })
  })

  test('later trouble with a token is cured again, though the server broke down in between', async () => {
    const bench = createBench({ headers: async () => ({}) })
    bench.join()
    const { server, clock } = bench
    await clock.advance(0)
    await server.requests[0]!.refuse(401)
    await clock.advance(0)
    await server.requests[1]!.refuse(503)
    await clock.advance(10_000)
    await server.requests[2]!.refuse(401)
    await clock.advance(0)
    await server.requests[3]!.send('data: x\n\n')
    expect(bench.state.status).toBe('open')
  })

  test('a POST is sent once more: it was refused, not done', async () => {
    const bench = createBench({ method: 'POST', body: 'x', headers: async () => ({}) })
    bench.join()
    await bench.clock.advance(0)
    await bench.server.requests[0]!.refuse(401)
    await bench.clock.advance(0)
    expect(bench.server.requests).toHaveLength(2)
  })
})

describe('one refresh', () => {
  /** A source of tokens, and how often it was asked for a fresh one. */
  function createTokens() {
    let token = 0
    let deliver: (() => void)[] = []
    const headers = vi.fn<(context: AttemptContext) => Promise<HeadersInit>>(async ({ error }) => {
      if (error?.status !== 401) return { authorization: String(token) }
      await new Promise<void>((resolve) => deliver.push(resolve))
      return { authorization: String(++token) }
    })
    return {
      headers,
      /** How many fresh tokens were asked for and have not come. */
      get pending() {
        return deliver.length
      },
      deliver() {
        for (const resolve of deliver) resolve()
        deliver = []
      },
    }
  }

  test('serves ten streams that are refused together', async () => {
    const tokens = createTokens()
    const benches = Array.from({ length: 10 }, () => createBench({ headers: tokens.headers }))
    for (const { join, clock } of benches) {
      join()
      await clock.advance(0)
    }
    for (const { server } of benches) await server.requests[0]!.refuse(401)
    expect(tokens.pending).toBe(1)
    tokens.deliver()
    for (const { clock } of benches) await clock.advance(0)
    for (const { server } of benches) expect(server.requests[1]!.headers.get('authorization')).toBe('1')
  })

  test('serves one that is refused a little later, too: its headers were older', async () => {
    const tokens = createTokens()
    const [first, late] = [createBench({ headers: tokens.headers }), createBench({ headers: tokens.headers })]
    first.join()
    late.join()
    await first.clock.advance(0)
    await late.clock.advance(0)
    await first.server.requests[0]!.refuse(401)
    tokens.deliver()
    await first.clock.advance(0)
    await first.server.requests[1]!.accept()
    await late.server.requests[0]!.refuse(401)
    await late.clock.advance(0)
    expect(tokens.pending).toBe(0)
    expect(late.server.requests[1]!.headers.get('authorization')).toBe('1')
  })

  test('serves one whose attempt began while it was under way', async () => {
    const tokens = createTokens()
    const [first, late] = [createBench({ headers: tokens.headers }), createBench({ headers: tokens.headers })]
    first.join()
    await first.clock.advance(0)
    await first.server.requests[0]!.refuse(401)
    late.join()
    await late.clock.advance(0)
    tokens.deliver()
    await late.server.requests[0]!.refuse(401)
    await late.clock.advance(0)
    expect(tokens.pending).toBe(0)
    expect(late.server.requests[1]!.headers.get('authorization')).toBe('1')
  })

  test('does not serve what began after it: those headers were fresh, and are refused again', async () => {
    const tokens = createTokens()
    const [first, next] = [createBench({ headers: tokens.headers }), createBench({ headers: tokens.headers })]
    first.join()
    await first.clock.advance(0)
    await first.server.requests[0]!.refuse(401)
    tokens.deliver()
    await first.clock.advance(0)
    next.join()
    await next.clock.advance(0)
    expect(next.server.requests[0]!.headers.get('authorization')).toBe('1')
    await next.server.requests[0]!.refuse(401)
    await next.clock.advance(0)
    expect(tokens.pending).toBe(1)
    tokens.deliver()
    await next.clock.advance(0)
    expect(next.server.requests[1]!.headers.get('authorization')).toBe('2')
  })

  test('that throws is a loss for all who waited for it, and the next attempt asks anew', async () => {
    let broken = true
    const headers = vi.fn<(context: AttemptContext) => Promise<HeadersInit>>(async ({ error }) => {
      if (error?.status === 401 && broken) throw new Error('no token to be had')
      return {}
    })
    const benches = [createBench({ headers }), createBench({ headers })]
    for (const { join, clock, server } of benches) {
      join()
      await clock.advance(0)
      await server.requests[0]!.refuse(401)
    }
    for (const bench of benches) {
      await bench.clock.advance(0)
      expect(bench.state).toMatchObject({
        status: 'waiting',
        error: { code: 'option-failed', option: 'headers' },
      })
    }
    broken = false
    for (const { clock, server } of benches) {
      await clock.advance(5_000)
      expect(server.requests).toHaveLength(2)
    }
  })

  test('is for those who share the function: other functions are asked for themselves', async () => {
    const [one, other] = [createTokens(), createTokens()]
    const benches = [createBench({ headers: one.headers }), createBench({ headers: other.headers })]
    for (const { join, clock, server } of benches) {
      join()
      await clock.advance(0)
      await server.requests[0]!.refuse(401)
    }
    expect([one.pending, other.pending]).toEqual([1, 1])
  })

  test('goes on for the others when the stream that asked for it is closed', async () => {
    const tokens = createTokens()
    const [first, other] = [
      createBench({ headers: tokens.headers }),
      createBench({ headers: tokens.headers }),
    ]
    for (const { join, clock, server } of [first, other]) {
      join()
      await clock.advance(0)
      await server.requests[0]!.refuse(401)
    }
    first.stream.close()
    tokens.deliver()
    await other.clock.advance(0)
    expect(other.server.requests[1]!.headers.get('authorization')).toBe('1')
    expect(first.server.requests).toHaveLength(1)
  })
})
