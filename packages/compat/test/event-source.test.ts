import { exponential } from '@headwater/core'
import { createFakeClock, createFakeServer, type FakeClock, type FakeServer } from '@headwater/core/testing'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { EventSourcePolyfill } from '../src/event-source-polyfill.ts'
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

describe('an error event', () => {
  test('has the error, its message and the status', async () => {
    open()
    let error: EventSourceError | undefined
    source.addEventListener('error', (event) => (error = event))
    await (await server.nextRequest()).refuse(404, {}, 'not here')
    expect(error).toMatchObject({ code: 404, error: { code: 'status', body: 'not here' } })
    expect(error!.message).toContain('404')
    expect(source.readyState).toBe(2)
  })

  test('has the reason why a connection is lost before it reconnects', async () => {
    open()
    await (await server.nextRequest()).fail()
    await clock.advance(3_000)
    await (await server.nextRequest()).end()
    expect(log).toEqual(['error 0 network', 'open 1', 'error 0 ended'])
  })

  test('reports a message that is too large, after which the source is closed', async () => {
    open()
    const request = await server.nextRequest()
    const failed = new Promise((resolve) => source.addEventListener('error', resolve))
    await request.send(`data: ${'x'.repeat(2 ** 24)}`)
    await failed
    expect(log).toEqual(['open 1', 'error 2 message-too-large'])
  })
})

describe('the delay before a reconnection', () => {
  test('is three seconds by default, and close() cancels it', async () => {
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

  test('is the retry of the server, up to the maximum of setTimeout', async () => {
    open()
    const request = await server.nextRequest()
    await request.send('retry: 99999999999\n\n')
    await request.end()
    await clock.advance(2 ** 31 - 2)
    expect(server.requests.length).toBe(1)
    await clock.advance(1)
    expect(server.requests.length).toBe(2)
  })

  test('is the result of the option retry, until that returns false', async () => {
    const contexts: unknown[] = []
    open({
      retry({ attempt, error, retryMs, elapsedMs }) {
        contexts.push([attempt, error.code, retryMs, elapsedMs])
        return attempt < 3 && attempt * 10
      },
    })
    for (const ms of [10, 20, 0]) {
      await (await server.nextRequest()).fail()
      await clock.advance(ms)
    }
    expect(contexts).toEqual([
      [1, 'network', undefined, 0],
      [2, 'network', undefined, 10],
      [3, 'network', undefined, 30],
    ])
    expect(log.at(-1)).toBe('error 2 network')
  })

  test('grows with each failure with retry: exponential(), and a message resets it', async () => {
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

  test('is the default if the option retry throws, and the exception is reported', async () => {
    const error = new Error('a bug in the rule')
    const consoleError = vi.spyOn(console, 'error').mockReturnValue()
    open({
      retry() {
        throw error
      },
    })
    await (await server.nextRequest()).fail()
    expect(log).toEqual(['error 0 network'])
    expect(consoleError.mock.calls).toEqual([[error]])
    consoleError.mockRestore()
    await clock.advance(2_999)
    expect(server.requests.length).toBe(1)
    await clock.advance(1)
    expect(server.requests.length).toBe(2)
  })

  test.each([NaN, -1, -Infinity, undefined, null, '5', Promise.resolve(5)])(
    'is the default if the option retry returns %s',
    async (result) => {
      open({ retry: () => result as number })
      const request = await server.nextRequest()
      await request.send('retry: 500\n\n')
      await request.end()
      await clock.advance(499)
      expect(server.requests.length).toBe(1)
      await clock.advance(1)
      expect(server.requests.length).toBe(2)
    },
  )

  test('is the maximum of setTimeout if the option retry returns Infinity', async () => {
    open({ retry: () => Infinity })
    await (await server.nextRequest()).fail()
    await clock.advance(2 ** 31 - 2)
    expect(server.requests.length).toBe(1)
    await clock.advance(1)
    expect(server.requests.length).toBe(2)
  })

  /** Ends each connection after `lastsMs`. Returns the times at which the next attempts begin, relative to the end before. */
  async function measureDelays(lastsMs: readonly number[]): Promise<number[]> {
    const delays: number[] = []
    for (const ms of lastsMs) {
      const request = await server.nextRequest()
      await request.send('retry: 0\ndata: x\n\n')
      await clock.advance(ms)
      await request.end()
      const count = server.requests.length
      let delayMs = 0
      for (await clock.advance(0); server.requests.length === count; delayMs++) await clock.advance(1)
      delays.push(delayMs)
    }
    return delays
  }

  test('is 0 with retry: 0, but 100 ms after three attempts in a row that lasted less than a second', async () => {
    open()
    expect(await measureDelays([0, 999, 0, 0, 1_000, 0, 0, 0])).toEqual([0, 0, 100, 100, 0, 0, 0, 100])
  })

  test('has the same floor for the result of the option retry', async () => {
    open({ retry: () => 0 })
    expect(await measureDelays([0, 0, 0])).toEqual([0, 0, 100])
  })

  test('has the same floor for attempts without a response', async () => {
    open({ retry: () => 0 })
    for (let attempt = 0; attempt < 3; attempt++) {
      await (await server.nextRequest()).fail()
      await clock.advance(0)
    }
    expect(server.requests.length).toBe(3)
    await clock.advance(99)
    expect(server.requests.length).toBe(3)
    await clock.advance(1)
    expect(server.requests.length).toBe(4)
  })

  test('gives the option retry an elapsed time that does not depend on the clock', async () => {
    const times: number[] = []
    open({ retry: ({ elapsedMs }) => (times.push(elapsedMs), 500) })
    for (const ms of [-3_600_000, 3_600_000, 0]) {
      await (await server.nextRequest()).fail()
      clock.jump(ms)
      await clock.advance(500)
    }
    expect(times).toEqual([0, 500, 1_000])
  })

  test('lasts until the browser is online with waitForNetwork', async () => {
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

describe('the idle timeout', () => {
  test('is off by default', async () => {
    open()
    await (await server.nextRequest()).accept()
    await clock.advance(86_400_000)
    expect(log).toEqual(['open 1'])
  })

  test('reconnects after idleTimeoutMs without data, and comments count as data', async () => {
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

  test.each([-3_600_000, 3_600_000])('is not affected by a clock that jumps by %i ms', async (ms) => {
    open({ idleTimeoutMs: 1_000 })
    const request = await server.nextRequest()
    await request.send('data: 1\n\n')
    clock.jump(ms)
    await clock.advance(999)
    expect(log).toEqual(['open 1', 'message 1'])
    await clock.advance(1)
    expect(log.at(-1)).toBe('error 0 idle-timeout')
  })

  test('includes the time before the response', async () => {
    open({ idleTimeoutMs: 1_000 })
    const request = await server.nextRequest()
    await clock.advance(1_000)
    expect(log).toEqual(['error 0 idle-timeout'])
    expect(request.aborted).toBe(true)
  })
})

describe('a custom fetch', () => {
  test('gets all headers in an object that can be spread', async () => {
    const seen: unknown[] = []
    open({
      headers: { authorization: 'Bearer demo' },
      fetch(url, init) {
        seen.push({ ...init.headers })
        return server.fetch(url, init)
      },
    })
    const request = await server.nextRequest()
    await request.send('id: 7\n\n')
    await request.end()
    await clock.advance(3_000)
    const headers = { Accept: 'text/event-stream', authorization: 'Bearer demo' }
    expect(seen).toEqual([headers, { ...headers, 'Last-Event-ID': '7' }])
  })

  test.each([
    [true, {}, 'same-origin'],
    [true, { withCredentials: true }, 'include'],
    [false, {}, undefined],
  ])('with a window: %s and the options %o gets credentials: %s', async (hasWindow, options, expected) => {
    if (hasWindow) vi.stubGlobal('window', globalThis)
    const seen: unknown[] = []
    open({
      ...options,
      fetch(url, init) {
        seen.push(init.credentials)
        return server.fetch(url, init)
      },
    })
    await server.nextRequest()
    expect(seen).toEqual([expected])
  })

  test.each(['Uint8Array', 'DataView', 'ArrayBuffer'])(
    'may return a body with chunks of %s',
    async (kind) => {
      const bytes = new TextEncoder().encode('….data: x\n\n').subarray(4)
      const chunks = {
        Uint8Array: bytes,
        DataView: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength),
        ArrayBuffer: bytes.slice().buffer,
      }
      const reads = [{ done: false, value: chunks[kind as keyof typeof chunks] }, { done: true }]
      const reader = { read: async () => reads.shift()!, cancel: async () => undefined }
      const headers = new Headers({ 'content-type': 'text/event-stream' })
      open({
        fetch: async (url) => ({ status: 200, url: String(url), headers, body: { getReader: () => reader } }),
      })
      await clock.advance(0)
      expect(log).toEqual(['open 1', 'message x', 'error 0 ended'])
    },
  )

  test.each([undefined, null])('that rejects with %s is a failure that is retried', async (reason) => {
    open({ fetch: () => Promise.reject(reason) })
    await clock.advance(0)
    expect(log).toEqual(['error 0 network'])
  })
})

test('a URL with a password fails permanently, without a request, and no message contains it', async () => {
  const request = vi.fn(fetch)
  vi.stubGlobal('fetch', request)
  source = new EventSource('https://user:secret@example.com/news', { clock })
  const error = await new Promise<EventSourceError>((resolve) => source.addEventListener('error', resolve))
  expect([source.readyState, error.error.code, error.error.option]).toEqual([2, 'invalid-option', 'url'])
  expect(error.message).not.toMatch(/user:|secret/)
  await clock.advance(86_400_000)
  expect(request).not.toHaveBeenCalled()
})

describe('a headers function', () => {
  test('is called for each attempt', async () => {
    let token = 0
    open({ headers: async () => ({ authorization: `Bearer ${++token}` }) })
    await (await server.nextRequest()).end()
    await clock.advance(3_000)
    expect(server.requests.map(({ headers }) => headers.get('authorization'))).toEqual([
      'Bearer 1',
      'Bearer 2',
    ])
  })

  test('ends the attempt with option-failed and sends no request if it rejects', async () => {
    open({ headers: () => Promise.reject(new Error('no token')) })
    await clock.advance(0)
    expect(log).toEqual(['error 0 option-failed'])
    expect(server.requests.length).toBe(0)
  })
})

describe('a source', () => {
  test('sends no request if it is closed at once', async () => {
    open()
    source.close()
    await clock.advance(10_000)
    expect(server.requests.length).toBe(0)
  })

  test('frees the socket and dispatches no event after close()', async () => {
    open()
    const request = await server.nextRequest()
    await request.send('data: 1\n\n')
    source.close()
    expect(request.aborted).toBe(true)
    await clock.advance(10_000)
    expect(log).toEqual(['open 1', 'message 1'])
  })

  test('does not reconnect if it is closed in an error event', async () => {
    open()
    source.onerror = () => source.close()
    await (await server.nextRequest()).end()
    await clock.advance(10_000)
    expect(server.requests.length).toBe(1)
  })

  test('delivers messages to a listener that is added after the connection opened', async () => {
    open()
    const request = await server.nextRequest()
    await request.send('event: halt\ndata: 1\n\n')
    source.addEventListener('halt', ({ data }) => log.push(`halt ${data as string}`))
    await request.send('event: halt\ndata: 2\n\n')
    expect(log).toEqual(['open 1', 'halt 2'])
  })

  test.each([EventSource, EventSourcePolyfill])('of %o delivers headwater.gap as any type', async (Class) => {
    source = new Class('https://example.com/news', { fetch: server.fetch })
    for (const type of ['message', 'headwater.gap'])
      source.addEventListener(type, (event) => {
        const { data, lastEventId } = event as MessageEvent<string>
        log.push(`${type} ${data} ${lastEventId}`)
      })
    const request = await server.nextRequest()
    await request.send('event: headwater.gap\nid: 5\ndata: {"from":"1"}\n\ndata: x\n\n')
    expect(log).toEqual(['headwater.gap {"from":"1"} 5', 'message x 5'])
  })

  test('disconnects while the page is in the back-forward cache, and reconnects on its return at once and without an error event', async () => {
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
