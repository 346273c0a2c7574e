import { afterEach, expect, test, vi } from 'vitest'
import { SseError } from '../../src/errors.ts'
import { createEventStream } from '../../src/stream/event-stream.ts'
import { streamKey } from '../../src/stream/registry.ts'
import { createScope } from '../../src/stream/scope.ts'
import { acrossTabs } from '../../src/tabs/index.ts'
import { createTabSharing } from '../../src/tabs/sharing.ts'
import { createFakeClock, createFakeServer } from '../../src/testing/index.ts'
import { createWorld } from './world.ts'

afterEach(() => void vi.unstubAllGlobals())

test.each([undefined, '', 7, {}])('refuses %j as the user', (user) => {
  const create = () => acrossTabs({ user } as never)
  expect(create).toThrow(SseError)
  expect(create).toThrow(expect.objectContaining({ code: 'invalid-option', option: 'share.user' }))
})

test('refuses to be called without options', () => {
  expect(() => acrossTabs(undefined as never)).toThrow(expect.objectContaining({ option: 'share.user' }))
})

test('outside a browser, a stream has its own connection and says so', async () => {
  const clock = createFakeClock()
  const server = createFakeServer()
  vi.stubGlobal('fetch', server.fetch)
  const stream = createEventStream('https://example.com/', {
    share: acrossTabs({ user: null }),
    clock,
    notify: 'sync',
  })
  expect(stream.getServerSnapshot()).toMatchObject({ status: 'idle', role: 'direct' })
  stream.open()
  const request = await server.nextRequest()
  await request.send('id: 1\ndata: a\n\n')
  expect(stream.getSnapshot()).toMatchObject({
    status: 'open',
    data: 'a',
    role: 'direct',
    roleReason: 'no-web-locks',
  })
  stream.close()
  await clock.advance(0)
  expect([clock.timers, server.connections]).toEqual([0, 0])
})

test('a stream that is not shared across tabs has no role', () => {
  for (const share of [undefined, true, false]) {
    const options = share === undefined ? {} : { share }
    const snapshot = createEventStream('https://example.com/', options).getSnapshot()
    expect(Object.keys(snapshot)).not.toContain('role')
    expect(Object.keys(snapshot)).not.toContain('roleReason')
  }
})

test('streams of one page with different users do not share a connection', () => {
  const keys = [
    undefined,
    true,
    acrossTabs({ user: null }),
    acrossTabs({ user: 'a' }),
    acrossTabs({ user: 'b' }),
  ]
  const [none, shared, ...others] = keys.map((share) =>
    streamKey('/news', share === undefined ? {} : { share }),
  )
  expect(none).toBe(shared)
  expect(new Set([none, ...others]).size).toBe(4)
  expect(streamKey('/news', { share: acrossTabs({ user: 'a' }) })).toBe(others[1])
})

test('the defaults of a scope may share across tabs', async () => {
  const { addTab, advance, browser } = createWorld()
  const tab = addTab()
  await advance(500)
  const platform = { locks: browser.locksOf(tab), openChannel: undefined, isVisible: () => true }
  const share = createTabSharing({ user: 'ada' }, platform)
  const stream = createEventStream('https://example.com/', {}, createScope({ share }))
  expect(stream.getSnapshot().role).toBe('direct')
})

test('a stream whose user has changed meanwhile follows other tabs from its next attempt', async () => {
  const world = createWorld()
  let user = 'ada'
  world.addTab({ user: 'ada' })
  world.addTab({ user: 'bob' })
  await world.advance(500)
  const tab = world.addTab({ user: () => user })
  await world.advance(500)
  expect(tab.role).toBe('follower')
  user = 'bob'
  world.server.dropConnections()
  await world.advance(5_000)
  expect(world.browser.channelNames.length).toBe(2)
  world.close(world.tabs[0]!)
  await world.advance(5_000)
  expect(tab.role).not.toBe('direct')
  expect(world.browser.channelNames).toEqual([expect.stringContaining('"user":"bob"')])
})

test('a stream that is not shared any more has its own connection from its next attempt', async () => {
  const world = createWorld()
  world.addTab()
  await world.advance(500)
  let user: string | undefined = 'ada'
  const tab = world.addTab({ user: () => user })
  await world.advance(500)
  expect(tab.role).toBe('follower')
  user = undefined
  world.server.dropConnections()
  await world.advance(5_000)
  expect(tab.role).toBe('direct: not-shared')
  expect(world.browser.holdings(tab)).toEqual({ channels: 0, locks: 0 })
})
