import { afterEach, expect, test, vi } from 'vitest'
import type { TabMail } from './fake-browser.ts'
import { createWorld, type Tab, type World } from './world.ts'

afterEach(() => void vi.unstubAllGlobals())

/** Creates a world with tabs, the first of which is the leader. */
async function start(count: number, seed?: number): Promise<World & { leader: Tab; followers: Tab[] }> {
  const world = createWorld(seed)
  for (let each = 0; each < count; each++) {
    world.addTab()
    await world.advance(500)
  }
  const [leader, ...followers] = world.tabs
  expect(roles(world)).toEqual(['leader', ...followers.map(() => 'follower')])
  return { ...world, leader: leader!, followers }
}

const roles = ({ tabs }: World) => tabs.filter(({ isAlive }) => isAlive).map(({ role }) => role)

/** Publishes a message every 100 ms. */
async function publishFor({ server, advance }: World, ms: number): Promise<void> {
  for (let elapsed = 0; elapsed < ms; elapsed += 100) {
    server.publish()
    await advance(100)
  }
}

function expectInOrder({ tabs }: World): void {
  for (const { faults, number } of tabs) expect(faults, `tab ${number}`).toEqual([])
}

/** Checks that each living tab has everything since it began, in order and once. */
function expectComplete({ tabs, server }: World): void {
  for (const { isAlive, faults, expected, number } of tabs) {
    expect(faults, `tab ${number}`).toEqual([])
    if (isAlive) expect(expected, `tab ${number}`).toBe(server.published)
  }
}

const rolesOf = ({ steps }: Tab) =>
  steps.flatMap(({ event }) =>
    event.type === 'role' ? [event.role + (event.roleReason ? `: ${event.roleReason}` : '')] : [],
  )

// Rule 1: a relay is a second transport.

test('a tab connects, and then follows the leader from its own last event id', async () => {
  const world = await start(1)
  const { addTab, advance, server } = world
  const tab = addTab()
  for (let each = 0; each < 40; each++) {
    server.publish()
    await advance(5)
  }
  await advance(500)
  expect(rolesOf(tab)).toEqual(['direct: no-id', 'direct', 'follower'])
  expect(server.tabs).toEqual([world.leader])
  expectComplete(world)
})

test('a tab follows the leader also while messages come faster than the answer', async () => {
  const world = await start(1)
  world.browser.faults.delayMs = 40
  const tab = world.addTab()
  for (let each = 0; each < 200; each++) {
    world.server.publish()
    await world.advance(5)
  }
  // Messages of the leader may have overtaken each other since.
  expect(rolesOf(tab)).toContain('follower')
  expectInOrder(world)
})

test('a tab does not leave its socket in the middle of a message', async () => {
  const world = await start(1)
  const { browser, server, leader } = world
  browser.filter = (_, { type }) => type !== 'here'
  const tab = world.addTab({ fold: (_, { data }) => data, initialData: '' })
  await world.advance(200)
  server.sendText('id: e1-1\ndata: 0\ndata: x\n\n', leader)
  server.sendText('id: e1-1\ndata: 0\nda', tab)
  await world.advance(50)
  browser.filter = () => true
  await world.advance(3_000)
  server.sendText('ta: x\n\n', tab)
  await world.advance(3_000)
  expect(tab.role).toBe('follower')
  expect(tab.stream.getSnapshot()).toMatchObject({ lastEventId: 'e1-1', data: '0\nx' })
})

test('a tab that has an id already needs no socket if the leader has it, too', async () => {
  const world = await start(1)
  await publishFor(world, 1_000)
  const { requests } = world.server
  const tab = world.addTab({ initialLastEventId: 'e1-4' })
  tab.expected = 4
  await world.advance(500)
  expect(tab.role).toBe('follower')
  expect(tab.stream.getSnapshot()).toMatchObject({ status: 'open', continuity: 'resumed' })
  expect(tab.delivered).toEqual([4, 5, 6, 7, 8, 9])
  expect(world.server.requests).toBe(requests)
})

test('a tab whose id the leader does not have connects itself, and follows later', async () => {
  const world = await start(1)
  world.server.padding = 'x'.repeat(100_000)
  await publishFor(world, 1_000)
  const tab = world.addTab({ initialLastEventId: 'e1-2' })
  tab.expected = 2
  await world.advance(100)
  expect(tab.role).toBe('direct: catching-up')
  await world.advance(3_000)
  expect(tab.role).toBe('follower')
  expect(tab.delivered.length).toBe(8)
  expectComplete(world)
})

test('an answer to another question is not taken', async () => {
  const world = await start(1)
  await publishFor(world, 1_000)
  const { browser } = world
  browser.filter = (_, { type }) => type !== 'join'
  browser.onPost = (_, { type, term, to }) => {
    if (type !== 'join') return
    const entries = [['e1-3', 'data: 2\nid: e1-3\n\n']]
    queueMicrotask(() =>
      browser.inject({ type: 'join', term: term!, to: to!, after: 'e1-2', ordinal: 0, entries }),
    )
    browser.onPost = undefined
    browser.filter = (_, message) => message.type !== 'join' || message.after === 'e1-2'
  }
  const tab = world.addTab({ initialLastEventId: 'e1-5' })
  tab.expected = 5
  await publishFor(world, 4_000)
  expectComplete(world)
})

test('a leader that answers no question delays a tab, but does not stop it', async () => {
  const world = await start(1)
  world.browser.filter = (_, { type }) => type !== 'join'
  const tab = world.addTab()
  await publishFor(world, 14_000)
  expect(tab.delivered.length).toBeGreaterThan(100)
  expectInOrder(world)
})

test('an answer that comes after the attempt changes nothing', async () => {
  const world = await start(2)
  const [follower] = world.followers
  world.browser.inject({ type: 'here', term: [1_900_000_000_000, 'x'] })
  await world.advance(1)
  follower!.stream.close()
  follower!.stream.open()
  await world.advance(1_000)
  expect(follower!.steps.filter(({ event }) => event.type === 'reconnect')).toEqual([])
})

test('a tab that misses a batch connects itself, and loses nothing', async () => {
  const world = await start(3)
  const [first, second] = world.followers
  let isBroken = true
  world.browser.filter = (to, { type }) => {
    if (to !== first || type !== 'batch' || !isBroken) return true
    isBroken = false
    return false
  }
  await publishFor(world, 3_000)
  expect(rolesOf(first!).slice(-2)).toEqual(['direct: missed-batch', 'follower'])
  expect(second!.role).toBe('follower')
  expect(rolesOf(second!).length).toBe(3)
  expectComplete(world)
})

test('a batch that comes twice is delivered once', async () => {
  const world = await start(2)
  world.browser.faults.duplicate = 1
  await publishFor(world, 1_000)
  expectComplete(world)
  expect(roles(world)).toEqual(['leader', 'follower'])
})

test('when the leader is closed, one tab connects and the others need no socket', async () => {
  const world = await start(4)
  await publishFor(world, 500)
  const { requests } = world.server
  world.close(world.leader)
  await publishFor(world, 1_000)
  expect(roles(world).toSorted()).toEqual(['follower', 'follower', 'leader'])
  expect(world.server.requests).toBe(requests + 1)
  for (const tab of world.followers.filter(({ role }) => role === 'follower'))
    expect(tab.steps.filter(({ event }) => event.type === 'accepted').length).toBe(1)
  expectComplete(world)
})

test('when the leader crashes, one tab takes its place', async () => {
  const world = await start(3)
  await publishFor(world, 500)
  world.crash(world.leader)
  await publishFor(world, 6_000)
  expect(roles(world).toSorted()).toEqual(['follower', 'leader'])
  expectComplete(world)
})

test('after a resume that the server did not verify, no other tab is served what was before', async () => {
  const world = createWorld()
  world.server.isVerified = false
  const reconnects: string[][] = []
  for (let each = 0; each < 3; each++) {
    const told: string[] = []
    reconnects.push(told)
    world.addTab({ onReconnect: ({ continuity }) => told.push(continuity) })
    await world.advance(500)
  }
  await publishFor(world, 500)
  world.close(world.tabs[0]!)
  await publishFor(world, 4_000)
  // Each tab asked the server itself, and says so.
  expect(reconnects.slice(1)).toEqual([['unverified'], ['unverified']])
  expect(roles(world).toSorted()).toEqual(['follower', 'leader'])
  expectComplete(world)
})

test('when the connection of the leader fails, all tabs wait as long as their retry rules say', async () => {
  const world = await start(3)
  const { requests } = world.server
  world.server.isDown = true
  world.server.dropConnections()
  await world.advance(100)
  expect(world.server.requests).toBe(requests)
  expect(world.tabs.map(({ stream }) => stream.getSnapshot().status)).toEqual(Array(3).fill('waiting'))
  world.server.isDown = false
  await publishFor(world, 5_000)
  expect(roles(world).toSorted()).toEqual(['follower', 'follower', 'leader'])
  expectComplete(world)
})

// Rule 2: elections.

test('at most two tabs beside the leader have a socket while many come at once', async () => {
  const world = await start(1)
  for (let each = 0; each < 10; each++) world.addTab()
  let most = 0
  for (let each = 0; each < 2_000; each++) {
    await world.advance(1)
    most = Math.max(most, world.server.tabs.length)
  }
  expect(most).toBe(3)
  expect(roles(world).slice(1)).toEqual(Array(10).fill('follower'))
})

test('a frozen leader is replaced within 5 s of a visible tab', async () => {
  const world = await start(3)
  world.freeze(world.leader)
  await publishFor(world, 5_000)
  expect(world.followers.map(({ role }) => role)).toContain('leader')
  await publishFor(world, 3_000)
  expect(world.followers.map(({ role }) => role).toSorted()).toEqual(['follower', 'leader'])
  expect(world.followers.some((tab) => rolesOf(tab).includes('direct: leader-silent'))).toBe(true)
  expectComplete({ ...world, tabs: world.followers })
})

test('a frozen leader is replaced if a visible tab comes later', async () => {
  const world = await start(1)
  world.freeze(world.leader)
  const tab = world.addTab()
  await publishFor(world, 5_000)
  expect(tab.role).toBe('leader')
  expectComplete({ ...world, tabs: [tab] })
})

test('hidden tabs do not judge a leader', async () => {
  const world = await start(3)
  for (const tab of world.followers) tab.isVisible = false
  world.freeze(world.leader)
  await world.advance(60_000)
  expect(world.browser.leaderLock).toBe(world.leader)
  expect(world.followers.map(({ role }) => role)).toEqual(['follower', 'follower'])
  world.followers[0]!.isVisible = true
  await publishFor(world, 6_000)
  expect(world.followers.map(({ role }) => role)).toEqual(['leader', 'follower'])
  expectComplete({ ...world, tabs: world.followers })
})

test('a hidden leader that is healthy is not replaced, although nothing is sent', async () => {
  const world = await start(3)
  world.leader.isVisible = false
  await world.advance(120_000)
  expect(roles(world)).toEqual(['leader', 'follower', 'follower'])
  expect(world.server.requests).toBe(3)
})

test('a leader that answers the last ping keeps its place', async () => {
  const world = await start(2)
  world.freeze(world.leader)
  await world.advance(4_000)
  expect(world.followers[0]!.role).toBe('direct: leader-silent')
  world.thaw(world.leader)
  await publishFor(world, 4_000)
  expect(roles(world)).toEqual(['leader', 'follower'])
  expectComplete(world)
})

test.each([1, 2, 3, 4, 5, 6, 7, 8])(
  'a leader that thaws delivers nothing of its old term (order %i)',
  async (seed) => {
    const world = await start(3, seed)
    await publishFor(world, 500)
    world.freeze(world.leader)
    await publishFor(world, 8_000)
    const posts: TabMail[] = []
    world.browser.onPost = (owner, message) => owner === world.leader && posts.push(message)
    const joining = world.addTab()
    await world.advance(20)
    world.thaw(world.leader)
    await publishFor(world, 3_000)
    expect(posts.filter(({ type }) => type === 'batch' || type === 'join' || type === 'here')).toEqual([])
    expect(joining.role).toBe('follower')
    expect(world.leader.role).toBe('follower')
    expectComplete(world)
  },
)

test('messages of another form are ignored', async () => {
  const world = await start(2)
  await publishFor(world, 500)
  for (const message of [null, 'text', 7, {}, { term: 1 }, { from: 'x' }, { from: 'x', seen: 5 }])
    world.browser.inject(message as never)
  await publishFor(world, 500)
  expect(roles(world)).toEqual(['leader', 'follower'])
  expectComplete(world)
})

test('messages of an older term are ignored', async () => {
  const world = await start(2)
  await publishFor(world, 500)
  const [follower] = world.followers
  const entries = [['e1-99', 'data: 99\nid: e1-99\n\n']]
  for (let ordinal = 1; ordinal < 20; ordinal++)
    world.browser.inject({ type: 'batch', term: [1, 'x'], ordinal, entries })
  world.browser.inject({ type: 'bye', term: [1, 'x'], failed: true })
  await publishFor(world, 500)
  expect(follower!.role).toBe('follower')
  expectComplete(world)
})

test('a leader that sees a later term abdicates', async () => {
  const world = await start(2)
  world.browser.inject({ type: 'here', term: [1_900_000_000_000, 'x'] })
  await world.advance(50)
  expect(world.leader.role).not.toBe('leader')
  await publishFor(world, 10_000)
  expect(roles(world).toSorted()).toEqual(['follower', 'leader'])
  expectComplete(world)
})

test('a leader whose clock was set back is heard all the same', async () => {
  const world = await start(2)
  const { leader, browser } = world
  // Only the follower sees a term of the future, of a tab that is gone.
  browser.filter = (to, { term }) => to !== leader || !(term && term[0] > 1_800_000_000_000)
  browser.inject({ type: 'here', term: [1_900_000_000_000, 'x'] })
  await publishFor(world, 1_000)
  expect(roles(world)).toEqual(['leader', 'follower'])
  expect(world.server.requests).toBe(2)
  expectComplete(world)
})

test('a tab that is hidden before the leader could answer does not judge it', async () => {
  const world = await start(2)
  const [follower] = world.followers
  world.freeze(world.leader)
  await world.advance(2_500)
  follower!.isVisible = false
  await world.advance(60_000)
  expect(follower!.role).toBe('follower')
})

test('a tab that slept itself does not judge the leader', async () => {
  const world = await start(2)
  const [follower] = world.followers
  world.browser.filter = (to, { type }) => to !== follower || type !== 'here'
  await world.advance(2_000)
  world.freeze(follower!)
  world.browser.filter = () => true
  await world.advance(10_000)
  world.thaw(follower!)
  await world.advance(3_000)
  expect(rolesOf(follower!)).toEqual(['direct: no-id', 'direct', 'follower'])
})

// Rule 3: a page that goes.

test('a page that goes holds no lock, no channel and no socket, and connects itself when it returns', async () => {
  const world = await start(3)
  const { leader, browser, server } = world
  leader.page.emit('frozen', true)
  await world.advance(0)
  expect(browser.holdings(leader)).toEqual({ channels: 0, locks: 0 })
  expect(server.tabs).not.toContain(leader)
  await publishFor(world, 1_000)
  expect(world.followers.map(({ role }) => role).toSorted()).toEqual(['follower', 'leader'])
  const { requests } = server
  leader.page.emit('frozen', false)
  await publishFor(world, 1_000)
  expect(server.requests).toBe(requests + 1)
  expect(leader.role).toBe('follower')
  expectComplete(world)
})

test.each(['leader', 'follower'])('a %s that closes its stream holds nothing', async (role) => {
  const world = await start(2)
  const tab = world.tabs.find((each) => each.role === role)!
  tab.stream.close()
  await world.advance(0)
  expect(world.browser.holdings(tab)).toEqual({ channels: 0, locks: 0 })
  expect(tab.role).toBe('direct')
  await world.advance(100)
  expect(world.server.tabs).not.toContain(tab)
})

// Rule 4: backpressure.

test('a slow follower gets a socket of its own, and does not slow the others', async () => {
  const world = await start(3)
  const [slow, fast] = world.followers
  slow!.slowMs = 5_000
  world.server.padding = 'x'.repeat(100_000)
  await publishFor(world, 2_000)
  expect(rolesOf(slow!)).toContain('direct: too-slow')
  expect(fast!.role).toBe('follower')
  expect(fast!.delivered.length).toBe(20)
  slow!.slowMs = 0
  world.server.padding = ''
  await publishFor(world, 30_000)
  expect(slow!.role).toBe('follower')
  expectComplete(world)
})

test('a follower that acknowledges may get any amount', async () => {
  const world = await start(2)
  world.server.padding = 'x'.repeat(200_000)
  await publishFor(world, 3_000)
  expect(rolesOf(world.followers[0]!).at(-1)).toBe('follower')
  expect(rolesOf(world.followers[0]!).length).toBe(3)
  expectComplete(world)
})

test('a leader forgets a follower that does not acknowledge, and sends no more', async () => {
  const world = await start(2)
  world.freeze(world.followers[0]!)
  let batches = 0
  world.browser.onPost = (_, { type }) => void (type === 'batch' && batches++)
  world.server.padding = 'x'.repeat(100_000)
  await publishFor(world, 3_000)
  expect(batches).toBeGreaterThan(5)
  expect(batches).toBeLessThan(40)
})

test('a slow follower gets a socket of its own also if it does not learn that it was dropped', async () => {
  const world = await start(3)
  world.browser.filter = (_, { type }) => type !== 'drop'
  world.followers[0]!.slowMs = 100_000
  world.server.padding = 'x'.repeat(100_000)
  await publishFor(world, 4_000)
  expect(world.followers.map(({ role }) => role)).toEqual(['direct: too-slow', 'follower'])
})

test('followers learn at once that the socket of a slow leader has failed', async () => {
  const world = await start(3)
  world.leader.slowMs = 100_000
  await publishFor(world, 1_000)
  world.server.dropConnections()
  await publishFor(world, 3_000)
  expect(world.leader.stream.getSnapshot().status).toBe('open')
  expect(world.followers.map(({ role }) => role).toSorted()).toEqual(['follower', 'leader'])
  expectComplete({ ...world, tabs: world.followers })
})

test('a slow leader hands over', async () => {
  const world = await start(3)
  world.leader.slowMs = 2_000
  world.server.padding = 'x'.repeat(100_000)
  await publishFor(world, 3_000)
  expect(world.leader.role).toBe('direct: too-slow')
  expect(world.followers.map(({ role }) => role).toSorted()).toEqual(['follower', 'leader'])
  for (const tab of world.followers) expect(tab.delivered.at(-1)).toBe(29)
  world.leader.slowMs = 0
  world.server.padding = ''
  await publishFor(world, 30_000)
  expect(world.leader.role).toBe('follower')
  expectComplete(world)
})

// Rule 5: everything else is a matter of one tab.

test('`until` of the leader ends its stream only', async () => {
  const world = createWorld()
  world.addTab({ until: ({ data }) => data.startsWith('3') })
  await world.advance(500)
  world.addTab()
  await world.advance(500)
  expect(roles(world)).toEqual(['leader', 'follower'])
  await publishFor(world, 1_000)
  expect(world.tabs[0]!.stream.getSnapshot().status).toBe('closed')
  expect(world.tabs[0]!.delivered).toEqual([0, 1, 2])
  expect(world.tabs[1]!.role).toBe('leader')
  expect(world.tabs[1]!.delivered).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
})

test('a tab whose headers are refused is served by another tab', async () => {
  const world = await start(3)
  world.server.unauthorized.add(world.followers[0]!)
  world.server.unauthorized.add(world.leader)
  world.close(world.leader)
  await publishFor(world, 4_000)
  expect(world.followers.map(({ role }) => role)).toEqual(['follower', 'leader'])
  expectComplete(world)
})

test('a tab whose headers are refused fails if no other tab is there', async () => {
  const world = await start(2)
  world.server.unauthorized.add(world.followers[0]!)
  world.close(world.leader)
  await world.advance(5_000)
  expect(world.followers[0]!.stream.getSnapshot()).toMatchObject({ status: 'closed', error: { status: 401 } })
})

test('without ids, each tab has its own connection and holds nothing', async () => {
  const world = createWorld()
  world.server.hasIds = false
  world.addTab()
  world.addTab()
  await publishFor(world, 4_000)
  expect(roles(world)).toEqual(['direct: no-id', 'direct: no-id'])
  for (const tab of world.tabs) {
    expect(world.browser.holdings(tab)).toEqual({ channels: 0, locks: 0 })
    expect(tab.delivered.length).toBe(39)
  }
})

test('a message without an id of its own ends the sharing, and comes once', async () => {
  const world = await start(2)
  await publishFor(world, 500)
  world.server.hasIds = false
  await world.advance(100)
  world.server.publish(2)
  world.server.hasIds = true
  await world.advance(5_000)
  expect(world.leader.role).toBe('direct: no-id')
  expect(world.browser.holdings(world.leader)).toEqual({ channels: 0, locks: 0 })
  expect(world.leader.delivered).toEqual([0, 1, 2, 3, 4, 5, 6])
})

test.each([
  ['no-web-locks', { platform: { locks: undefined } }],
  ['no-broadcast-channel', { platform: { openChannel: undefined } }],
  ['own-fetch', { fetch: (...request: Parameters<typeof fetch>) => fetch(...request) }],
  ['binary-body', { method: 'POST', body: new Uint8Array(1), idempotent: true }],
  [
    'blocked',
    {
      platform: {
        openChannel: () => {
          throw new DOMException('No storage', 'SecurityError')
        },
      },
    },
  ],
  [
    'blocked',
    {
      platform: {
        locks: {
          request: async () => {
            throw new DOMException('Opaque origin', 'SecurityError')
          },
          query: async () => ({ held: [] }),
        },
      },
    },
  ],
] as const)('says %s if that is why a tab has its own connection', async (reason, options) => {
  const world = createWorld()
  world.addTab()
  const tab = world.addTab(options)
  await publishFor(world, 3_000)
  expect(tab.role).toBe(`direct: ${reason}`)
  expect(world.server.tabs).toContain(tab)
  expect(world.browser.holdings(tab)).toEqual({ channels: 0, locks: 0 })
  expect(tab.delivered.at(-1)).toBe(29)
  expect(tab.faults).toEqual([])
})

test('tabs of different users, URLs and bodies never meet', async () => {
  const world = createWorld()
  world.addTab({ user: 'ada' })
  world.addTab({ user: 'bob' })
  world.addTab({ user: null })
  world.addTab({ method: 'POST', body: 'x', idempotent: true })
  world.addTab({ credentials: 'include' })
  await publishFor(world, 1_000)
  expect(roles(world)).toEqual(Array(5).fill('leader'))
  expect(world.browser.channelNames.length).toBe(5)
})

test('gaps, ids without data, comments, retry and the end reach the followers', async () => {
  const world = createWorld()
  const comments: string[] = []
  const ids: string[] = []
  const lastEventIdStore = { get: () => null, set: (id: string) => void ids.push(id) }
  for (const onComment of [undefined, (comment: string) => comments.push(comment)]) {
    world.addTab(onComment ? { onComment, lastEventIdStore } : {})
    await world.advance(500)
  }
  const [leader, follower] = world.tabs
  expect(follower!.role).toBe('follower')
  world.server.sendText('event: headwater.gap\ndata: {"from":"e1-0","to":"e1-3"}\nid: e1-3\n\n')
  await world.advance(50)
  expect(follower!.delivered).toEqual([{ from: 'e1-0', to: 'e1-3' }])
  expect(follower!.stream.getSnapshot()).toMatchObject({ lastEventId: 'e1-3', continuity: 'gap' })
  world.server.sendText('id: e1-4\n\n: alive\nretry: 4321\n\n')
  await world.advance(50)
  expect(comments).toEqual(['alive'])
  expect(ids.at(-1)).toBe('e1-4')
  expect(follower!.steps.at(-1)!.after.retryMs).toBe(4_321)
  world.server.sendText('event: message\ndata: 1\ndata\ndata: é\nid: e1-5\n\n')
  await world.advance(50)
  for (const tab of [leader!, follower!])
    expect(tab.stream.getSnapshot()).toMatchObject({ lastEventId: 'e1-5', data: '1\n\né' })
  world.server.sendText('event: headwater.end\ndata: {}\n\n')
  await world.advance(50)
  for (const tab of [leader!, follower!])
    expect(tab.stream.getSnapshot()).toMatchObject({ status: 'closed', reason: 'ended' })
})

// Role.

test('a view is notified of each change of the role, and folds and messages are not', async () => {
  const world = createWorld()
  const onReconnect = vi.fn()
  world.addTab()
  await world.advance(500)
  const tab = world.addTab({
    onReconnect,
    fold: (list: string | undefined, { data }) => list + data[0]!,
    initialData: '',
  })
  const seen: unknown[] = []
  tab.stream.subscribe(() => {
    const { role } = tab.stream.getSnapshot()
    if (seen.at(-1) !== role) seen.push(role)
  })
  await world.advance(500)
  await publishFor(world, 500)
  world.close(world.tabs[0]!)
  await publishFor(world, 400)
  expect(seen).toEqual(['direct', 'follower', 'direct', 'leader'])
  expect(tab.stream.getSnapshot().data).toBe('012345678')
  expect(onReconnect.mock.calls.map(([{ continuity }]) => continuity)).toEqual(['resumed'])
})

test('no timer is left after the stream is closed', async () => {
  const world = await start(2)
  for (const { stream } of world.tabs) stream.close()
  await world.advance(100)
  const { steps } = world.scheduler
  await world.advance(600_000)
  expect(world.scheduler.steps - steps).toBe(0)
})
