import { describe, expect, test, vi } from 'vitest'
import type { AttemptContext } from '../../src/options.ts'
import { createHarness } from './harness.ts'

describe('after a 401 or a 403', () => {
  test.each([401, 403])(
    'the function headers is called again and the request is sent again immediately: %i',
    async (status) => {
      const tokens = ['old', 'new']
      const statuses: (number | undefined)[] = []
      const harness = createHarness({
        headers: async ({ error }) => {
          statuses.push(error?.status)
          return { authorization: `Bearer ${tokens.shift()}` }
        },
      })
      harness.subscribe()
      await harness.clock.advance(0)
      await harness.server.requests[0]!.refuse(status)
      await harness.clock.advance(0)
      expect(harness.server.requests.map(({ headers }) => headers.get('authorization'))).toEqual([
        'Bearer old',
        'Bearer new',
      ])
      expect(statuses).toEqual([undefined, status])
      await harness.server.requests[1]!.send('data: x\n\n')
      expect(harness.messages).toHaveLength(1)
    },
  )

  test('a second refusal in a row fails the stream', async () => {
    const harness = createHarness({ headers: async () => ({}) })
    harness.subscribe()
    await harness.clock.advance(0)
    await harness.server.requests[0]!.refuse(401)
    await harness.clock.advance(0)
    await harness.server.requests[1]!.refuse(401, {}, 'who are you?')
    await harness.clock.advance(600_000)
    expect(harness.server.requests).toHaveLength(2)
    expect(harness.state).toMatchObject({
      status: 'closed',
      reason: 'failed',
      error: { code: 'status', status: 401, body: 'who are you?' },
    })
    expect(await harness.closeAndFindLeaks()).toEqual([])
  })

  test('the stream fails if headers is not a function', async () => {
    const harness = createHarness({ headers: { authorization: 'Bearer x' } })
    harness.subscribe()
    await harness.clock.advance(0)
    await harness.server.requests[0]!.refuse(401)
    expect(harness.state).toMatchObject({ reason: 'failed' })
  })

  test('headers are refreshed again later, also after a server error in between', async () => {
    const harness = createHarness({ headers: async () => ({}) })
    harness.subscribe()
    const { server, clock } = harness
    await clock.advance(0)
    await server.requests[0]!.refuse(401)
    await clock.advance(0)
    await server.requests[1]!.refuse(503)
    await clock.advance(10_000)
    await server.requests[2]!.refuse(401)
    await clock.advance(0)
    await server.requests[3]!.send('data: x\n\n')
    expect(harness.state.status).toBe('open')
  })

  test('a POST is sent once more, because it was refused', async () => {
    const harness = createHarness({ method: 'POST', body: 'x', headers: async () => ({}) })
    harness.subscribe()
    await harness.clock.advance(0)
    await harness.server.requests[0]!.refuse(401)
    await harness.clock.advance(0)
    expect(harness.server.requests).toHaveLength(2)
  })
})

describe('a refresh of headers', () => {
  /** Creates a function for the option `headers` whose refreshes stay pending until `deliver()`. */
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
      /** Number of pending refreshes. */
      get pending() {
        return deliver.length
      },
      deliver() {
        for (const resolve of deliver) resolve()
        deliver = []
      },
    }
  }

  test('is shared by ten streams that are refused together', async () => {
    const tokens = createTokens()
    const harnesses = Array.from({ length: 10 }, () => createHarness({ headers: tokens.headers }))
    for (const { subscribe, clock } of harnesses) {
      subscribe()
      await clock.advance(0)
    }
    for (const { server } of harnesses) await server.requests[0]!.refuse(401)
    expect(tokens.pending).toBe(1)
    tokens.deliver()
    for (const { clock } of harnesses) await clock.advance(0)
    for (const { server } of harnesses) expect(server.requests[1]!.headers.get('authorization')).toBe('1')
  })

  test('is shared by a stream that is refused later, if its headers are older', async () => {
    const tokens = createTokens()
    const [first, late] = [
      createHarness({ headers: tokens.headers }),
      createHarness({ headers: tokens.headers }),
    ]
    first.subscribe()
    late.subscribe()
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

  test('is shared by a stream whose attempt started during the refresh', async () => {
    const tokens = createTokens()
    const [first, late] = [
      createHarness({ headers: tokens.headers }),
      createHarness({ headers: tokens.headers }),
    ]
    first.subscribe()
    await first.clock.advance(0)
    await first.server.requests[0]!.refuse(401)
    late.subscribe()
    await late.clock.advance(0)
    tokens.deliver()
    await late.server.requests[0]!.refuse(401)
    await late.clock.advance(0)
    expect(tokens.pending).toBe(0)
    expect(late.server.requests[1]!.headers.get('authorization')).toBe('1')
  })

  test('is not shared by a stream that started after it: if its fresh headers are refused, it starts another refresh', async () => {
    const tokens = createTokens()
    const [first, next] = [
      createHarness({ headers: tokens.headers }),
      createHarness({ headers: tokens.headers }),
    ]
    first.subscribe()
    await first.clock.advance(0)
    await first.server.requests[0]!.refuse(401)
    tokens.deliver()
    await first.clock.advance(0)
    next.subscribe()
    await next.clock.advance(0)
    expect(next.server.requests[0]!.headers.get('authorization')).toBe('1')
    await next.server.requests[0]!.refuse(401)
    await next.clock.advance(0)
    expect(tokens.pending).toBe(1)
    tokens.deliver()
    await next.clock.advance(0)
    expect(next.server.requests[1]!.headers.get('authorization')).toBe('2')
  })

  test('that throws fails the attempt of every waiting stream, and the next attempt refreshes again', async () => {
    let broken = true
    const headers = vi.fn<(context: AttemptContext) => Promise<HeadersInit>>(async ({ error }) => {
      if (error?.status === 401 && broken) throw new Error('no token')
      return {}
    })
    const harnesses = [createHarness({ headers }), createHarness({ headers })]
    for (const { subscribe, clock, server } of harnesses) {
      subscribe()
      await clock.advance(0)
      await server.requests[0]!.refuse(401)
    }
    for (const harness of harnesses) {
      await harness.clock.advance(0)
      expect(harness.state).toMatchObject({
        status: 'waiting',
        error: { code: 'option-failed', option: 'headers' },
      })
    }
    broken = false
    for (const { clock, server } of harnesses) {
      await clock.advance(5_000)
      expect(server.requests).toHaveLength(2)
    }
  })

  test('is shared only by streams with the same function', async () => {
    const [one, other] = [createTokens(), createTokens()]
    const harnesses = [createHarness({ headers: one.headers }), createHarness({ headers: other.headers })]
    for (const { subscribe, clock, server } of harnesses) {
      subscribe()
      await clock.advance(0)
      await server.requests[0]!.refuse(401)
    }
    expect([one.pending, other.pending]).toEqual([1, 1])
  })

  test('continues for other streams when the stream that started it is closed', async () => {
    const tokens = createTokens()
    const [first, other] = [
      createHarness({ headers: tokens.headers }),
      createHarness({ headers: tokens.headers }),
    ]
    for (const { subscribe, clock, server } of [first, other]) {
      subscribe()
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
