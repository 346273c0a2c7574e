import { exponential } from '@headwater/core'
import { createFakeClock, createFakeServer, type FakeClock, type FakeServer } from '@headwater/core/testing'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { EventSource, type EventSourceError, type EventSourceInit } from '../src/event-source.ts'

let clock: FakeClock
let server: FakeServer
let source: EventSource
let log: string[]

beforeEach(() => {
  clock = createFakeClock()
  server = createFakeServer()
  log = []
})

afterEach(async () => {
  vi.unstubAllGlobals()
  source.close()
  await clock.advance(0)
  // oxlint-disable-next-line vitest/no-standalone-expect
  expect([clock.timers, server.connections]).toEqual([0, 0])
})

function open(init: EventSourceInit = {}): void {
  source = new EventSource('https://example.com/news', { clock, fetch: server.fetch, ...init })
  source.onopen = () => log.push(`open ${source.readyState}`)
  source.onmessage = ({ data }) => log.push(`message ${data as string}`)
  source.addEventListener('error', ({ error, code }) =>
    log.push(`error ${source.readyState} ${error.code}${code ? ` ${code}` : ''}`),
  )
}

describe('what an error event tells', () => {
  test('is the cause, in words too, and the status', async () => {
    open()
    let error: EventSourceError | undefined
    source.addEventListener('error', (event) => (error = event))
    await (await server.nextRequest()).refuse(404, {}, 'not here')
    expect(error).toMatchObject({ code: 404, error: { code: 'status', body: 'not here' } })
    expect(error!.message).toContain('404')
    expect(source.readyState).toBe(2)
  })

  test('is why a connection was lost that comes back', async () => {
    open()
    await (await server.nextRequest()).fail()
    await clock.advance(3_000)
    await (await server.nextRequest()).end()
    expect(log).toEqual(['error 0 network', 'open 1', 'error 0 ended'])
  })

  test('is that a message was too large, and it is over', async () => {
    open()
    const request = await server.nextRequest()
    const lost = new Promise((resolve) => source.addEventListener('error', resolve))
    await request.send(`data: ${'x'.repeat(2 ** 24)}`)
    await lost
    expect(log).toEqual(['open 1', 'error 2 message-too-large'])
  })
})

describe('the wait before the next attempt', () => {
  test('is three seconds, and nothing at all for one that was closed meanwhile', async () => {
    open()
    await (await server.nextRequest()).end()
    await clock.advance(2_999)
    expect(server.requests.length).toBe(1)
    await clock.advance(1)
    expect(server.requests.length).toBe(2)
    await server.requests[1]!.end()
    source.close()
    await clock.advance(10_000)
    expect(server.requests.length).toBe(2)
  })

  test('is what the server asked for, however long', async () => {
    open()
    const request = await server.nextRequest()
    await request.send('retry: 99999999999\n\n')
    await request.end()
    await clock.advance(2 ** 31 - 2)
    expect(server.requests.length).toBe(1)
    await clock.advance(1)
    expect(server.requests.length).toBe(2)
  })

  test('is what a rule of one’s own says, until it gives up', async () => {
    const asked: unknown[] = []
    open({
      retry({ attempt, error, retryMs, elapsedMs }) {
        asked.push([attempt, error.code, retryMs, elapsedMs])
        return attempt < 3 && attempt * 10
      },
    })
    for (const ms of [10, 20, 0]) {
      await (await server.nextRequest()).fail()
      await clock.advance(ms)
    }
    expect(asked).toEqual([
      [1, 'network', undefined, 0],
      [2, 'network', undefined, 10],
      [3, 'network', undefined, 30],
    ])
    expect(log.at(-1)).toBe('error 2 network')
  })

  test('grows from loss to loss where that is asked for, and not after a message', async () => {
    open({ retry: exponential() })
    for (const ms of [1_000, 2_000]) {
      await (await server.nextRequest()).fail()
      await clock.advance(ms)
    }
    const request = await server.nextRequest()
    await request.send('data: x\n\n')
    await request.end()
    await clock.advance(1_000)
    expect(server.requests.length).toBe(4)
  })

  test('lasts until the browser knows of a network where that is asked for', async () => {
    const page = new EventTarget()
    vi.stubGlobal('addEventListener', page.addEventListener.bind(page))
    vi.stubGlobal('removeEventListener', page.removeEventListener.bind(page))
    vi.stubGlobal('navigator', { onLine: false })
    open({ waitForNetwork: true })
    await (await server.nextRequest()).end()
    await clock.advance(60_000)
    expect(server.requests.length).toBe(1)
    page.dispatchEvent(new Event('online'))
    await clock.advance(0)
    expect(server.requests.length).toBe(2)
  })
})

describe('idle-timeout', () => {
  test('is borne for ever unless something else was asked for', async () => {
    open()
    await (await server.nextRequest()).accept()
    await clock.advance(86_400_000)
    expect(log).toEqual(['open 1'])
  })

  test('for too long is a loss, and comments are no silence', async () => {
    open({ idleTimeoutMs: 1_000 })
    const request = await server.nextRequest()
    await request.send(':\n')
    for (let beat = 0; beat < 5; beat++) {
      await clock.advance(900)
      await request.send(':\n')
    }
    await clock.advance(999)
    expect(log).toEqual(['open 1'])
    await clock.advance(1)
    expect(log).toEqual(['open 1', 'error 0 idle-timeout'])
    expect(request.open).toBe(false)
  })

  test('before the answer counts, too', async () => {
    open({ idleTimeoutMs: 1_000 })
    const request = await server.nextRequest()
    await clock.advance(1_000)
    expect(log).toEqual(['error 0 idle-timeout'])
    expect(request.aborted).toBe(true)
  })
})

describe('headers', () => {
  test('are asked for anew for each attempt', async () => {
    let token = 0
    open({ headers: async () => ({ authorization: `Bearer ${++token}` }) })
    await (await server.nextRequest()).end()
    await clock.advance(3_000)
    expect(server.requests.map(({ headers }) => headers.get('authorization'))).toEqual([
      'Bearer 1',
      'Bearer 2',
    ])
  })

  test('that cannot be had are a loss', async () => {
    open({ headers: () => Promise.reject(new Error('no token')) })
    await clock.advance(0)
    expect(log).toEqual(['error 0 option-failed'])
    expect(server.requests.length).toBe(0)
  })
})

describe('a source', () => {
  test('that is closed at once asks for nothing', async () => {
    open()
    source.close()
    await clock.advance(10_000)
    expect(server.requests.length).toBe(0)
  })

  test('that is closed lets the socket go and says nothing more, whatever comes', async () => {
    open()
    const request = await server.nextRequest()
    await request.send('data: 1\n\n')
    source.close()
    expect(request.aborted).toBe(true)
    await clock.advance(10_000)
    expect(log).toEqual(['open 1', 'message 1'])
  })

  test('that is closed within its error event does not come back', async () => {
    open()
    source.onerror = () => source.close()
    await (await server.nextRequest()).end()
    await clock.advance(10_000)
    expect(server.requests.length).toBe(1)
  })

  test('delivers to who begins to listen later', async () => {
    open()
    const request = await server.nextRequest()
    await request.send('event: halt\ndata: 1\n\n')
    source.addEventListener('halt', ({ data }) => log.push(`halt ${data as string}`))
    await request.send('event: halt\ndata: 2\n\n')
    expect(log).toEqual(['open 1', 'halt 2'])
  })

  test('lets go while its page is kept for later, and comes back with it, at once and without an error', async () => {
    const page = new EventTarget()
    vi.stubGlobal('addEventListener', page.addEventListener.bind(page))
    vi.stubGlobal('removeEventListener', page.removeEventListener.bind(page))
    open()
    const request = await server.nextRequest()
    await request.send('id: 7\ndata: 1\n\n')
    page.dispatchEvent(new Event('pagehide'))
    await clock.advance(10_000)
    expect([request.aborted, source.readyState, server.requests.length]).toEqual([true, 0, 1])
    page.dispatchEvent(new Event('pageshow'))
    const second = await server.nextRequest()
    expect(second.headers.get('last-event-id')).toBe('7')
    await second.send('data: 2\n\n')
    expect(log).toEqual(['open 1', 'message 1', 'open 1', 'message 2'])
  })
})
