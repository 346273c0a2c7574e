import { beforeEach, expect, onTestFinished, test, vi } from 'vitest'
import { bindEventStream, createEventStream, createScope, createSwitchLimiter } from '../../src/index.ts'
import {
  createFakeClock,
  createFakeServer,
  type FakeClock,
  type FakeServer,
  resetScope,
} from '../../src/testing/index.ts'

const url = 'https://example.com/news'
let clock: FakeClock
let server: FakeServer
beforeEach(() => {
  clock = createFakeClock()
  server = createFakeServer()
})

test('a scope gives its defaults to streams that do not have the option', async () => {
  const scope = createScope({ clock, fetch: server.fetch, headers: { from: 'scope' } })
  createEventStream(url, {}, scope).subscribe(() => {})
  createEventStream(`${url}/own`, { headers: { from: 'stream' } }, scope).subscribe(() => {})
  await clock.advance(0)
  expect(server.requests.map(({ headers }) => headers.get('from'))).toEqual(['scope', 'stream'])
})

test('a nested scope inherits the latest defaults, and shares no connection', async () => {
  const defaults = { clock, fetch: server.fetch, headers: { from: 'outer' } }
  const outer = createScope(() => defaults)
  const inner = createScope({ retry: false }, outer)
  createEventStream(url, {}, outer).subscribe(() => {})
  await clock.advance(0)
  defaults.headers = { from: 'later' }
  createEventStream(url, {}, inner).subscribe(() => {})
  await clock.advance(0)
  expect(server.requests.map(({ headers }) => headers.get('from'))).toEqual(['outer', 'later'])
  expect(inner.defaults).toMatchObject({ retry: false, fetch: server.fetch })
  expect(createScope(undefined, outer).defaults).toBe(defaults)
})

test('a wrong default is an invalid option', () => {
  const scope = createScope({ connectTimeoutMs: -1 })
  expect(() => createEventStream(url, {}, scope)).toThrow('connectTimeoutMs')
})

test('resetScope() closes shared, own and outliving connections, and forgets ids, data and counts', async () => {
  const scope = createScope({ clock, fetch: server.fetch, closeDelayMs: 60_000 })
  const notified = vi.fn<() => void>()
  const streams = [{}, {}, { share: false }, { key: 'gone' }].map((options) =>
    createEventStream(url, options, scope),
  )
  const unsubscribes = streams.map((stream) => stream.subscribe(notified))
  await clock.advance(0)
  for (const request of server.requests) await request.send('id: 1\ndata: a\n\n')
  await clock.showFrame()
  unsubscribes[3]!()
  await clock.advance(2_000)
  expect([server.connections, scope.connections.size, scope.resets.size]).toEqual([3, 2, 4])
  notified.mockClear()
  resetScope(scope)
  await clock.advance(0)
  expect([server.connections, clock.timers, scope.connections.size, scope.resets.size]).toEqual([0, 0, 0, 0])
  expect(notified).not.toHaveBeenCalled()
  for (const stream of streams)
    expect(stream.getSnapshot()).toMatchObject({ status: 'idle', data: undefined, lastEventId: '' })
  for (const unsubscribe of unsubscribes) unsubscribe()
  expect(clock.timers).toBe(0)
})

test('a limiter warns once with both URLs, without credentials and the query values that they share', async () => {
  const warn = vi.spyOn(console, 'warn').mockReturnValue()
  onTestFinished(() => void vi.restoreAllMocks())
  const switches = createSwitchLimiter({ name: 'useStream', component: () => 'Price', remedy: 'a memo' })
  const joined: number[] = []
  const admit = (n: number) =>
    switches.admit(`https://ann:pass@example.com/a?token=t0&n=${n}`, clock, () => void joined.push(n))
  const cancels = [1, 2, 3, 4, 5, 6].map((n) => admit(n))
  expect(joined).toEqual([1, 2, 3, 4])
  cancels[4]!()
  await clock.advance(999)
  expect(joined).toEqual([1, 2, 3, 4])
  await clock.advance(1)
  expect(joined).toEqual([1, 2, 3, 4, 6])
  expect(clock.timers).toBe(0)
  expect(warn).toHaveBeenCalledTimes(1)
  const message = String(warn.mock.calls[0]?.[0])
  expect(message).toContain('useStream in Price opened 4 streams within a second')
  expect(message).toContain('from https://example.com/a?token=…&n=4 to https://example.com/a?token=…&n=5')
  expect(message).toContain('a memo')
})

test('a limiter does not wait longer after the clock was set back', async () => {
  const switches = createSwitchLimiter({ name: 'useStream', remedy: 'a memo' })
  const join = vi.fn<() => void>()
  for (let n = 0; n < 5; n++) switches.admit(url, clock, join)
  clock.jump(-3_600_000)
  await clock.advance(999)
  expect(join).toHaveBeenCalledTimes(4)
  await clock.advance(1)
  expect(join).toHaveBeenCalledTimes(5)
})

test('a stream with a limiter opens with open() only while a view shows it', async () => {
  const switches = createSwitchLimiter({ name: 'useStream', remedy: 'a memo' })
  const stream = bindEventStream(
    () => url,
    () => ({ clock, fetch: server.fetch, autoConnect: false }),
    { switches },
  )
  stream.open()
  await clock.advance(0)
  expect(server.connections).toBe(0)
  const unobserve = stream.observe(() => {})
  await clock.advance(0)
  expect(server.connections).toBe(1)
  unobserve()
  await clock.advance(100)
  stream.observe(() => {})
  stream.open()
  await clock.advance(10_000)
  expect(server.connections).toBe(1)
  stream.close()
})
