import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { setTimeout as wait } from 'node:timers/promises'
import type { Plugin } from 'vite'
import { bundle } from '../connection/bundle.ts'
import type { Browser } from './browser/browser.ts'
import {
  createFleet,
  findLateBatches,
  type Fleet,
  livesOf,
  loaded,
  type Member,
  statusOf,
  until,
} from './browser/fleet.ts'
import { inFirefox, isMissing, startBrowser } from './browser/start.ts'
import { createTabServer, type TabServer } from './browser/tab-server.ts'

let browser: Browser
let code: string
/** The page, with another version of the messages between tabs. */
let newer: string
let server: TabServer
let fleet: Fleet

beforeAll(async () => {
  const page = '../tabs/browser/tab-page.ts'
  const plugin: Plugin = {
    name: 'another version',
    transform: (source, file) =>
      file.endsWith('tabs/protocol.ts') ? source.replace('PROTOCOL = 1', 'PROTOCOL = 2') : undefined,
  }
  ;[code, newer] = await Promise.all([bundle(page), bundle(page, plugin)])
  // Last, so that it does not outlive a failure.
  browser = await startBrowser()
}, 60_000)
afterAll(() => browser?.close())

beforeEach(async () => {
  // Another port is another origin: tests share nothing but cookies.
  server = await createTabServer(code, newer)
  fleet = createFleet(browser, server)
  server.publish(100)
})
afterEach(async () => {
  await Promise.all(fleet.members.map(({ tab }) => tab.close()))
  await server.close()
})

async function openTabs(count: number): Promise<void> {
  for (let index = 0; index < count; index++) await fleet.open()
  await fleet.shared()
}

/** Expects every tab to have read all messages once and in order. */
async function expectExact(): Promise<void> {
  server.pause()
  await fleet.settled()
  expect((await fleet.check()).violations).toEqual([])
}

/** Returns the tab that leads, after another one was put in front. */
async function hideLeader(): Promise<Member> {
  const [leader] = await fleet.leaders()
  await fleet.members.find((member) => member !== leader)!.tab.show()
  return leader!
}

test.skipIf(isMissing)('a tab that misses messages of the leader gets them from the server', async () => {
  await fleet.open('loss=20')
  await fleet.open()
  await fleet.open()
  // Some messages between the tabs are lost, and each time the others connect themselves.
  const { requests } = server
  await until('a loss', 5000, () => server.requests > requests)
  const [leader] = fleet.members
  await leader!.tab.evaluate('tab.stopLoss()')
  await fleet.shared()
  await expectExact()
})

test.skipIf(isMissing)(
  'a stopped leader is replaced within 5 s and delivers nothing of its term when it goes on',
  async () => {
    await openTabs(3)
    const leader = await hideLeader()
    await wait(500)
    leader.busy = true
    const stoppedAt = await leader.tab.stop()
    await until('another leader', 10_000, async () => (await fleet.leaders()).length > 0)
    const [next] = await fleet.leaders()
    const replacedMs = (await livesOf(next!)).at(-1)!.roles.at(-1)![1] - stoppedAt
    await wait(1000)
    const others = fleet.members.filter((member) => member !== leader)
    const pausesMs = await Promise.all(
      others.map(async (member) => (await livesOf(member)).at(-1)!.longestPauseMs),
    )
    const continuedAt = Date.now()
    await leader.tab.continue()
    await until('the old leader to answer', 10_000, async () => !!(await statusOf(leader)))
    leader.busy = false
    await fleet.shared()
    await expectExact()
    expect(await findLateBatches(leader, continuedAt)).toEqual([])
    expect(await fleet.leaders()).not.toContain(leader)
    console.log(
      `${browser.name}: another tab led ${replacedMs} ms after the leader was stopped; ` +
        `the others were sent nothing for ${pausesMs.join(' and ')} ms`,
    )
    expect(replacedMs).toBeLessThan(5000)
  },
)

test.skipIf(inFirefox)(
  'a frozen leader hands over at once and delivers nothing of its term when it thaws',
  async () => {
    await openTabs(3)
    const leader = await hideLeader()
    leader.busy = true
    await leader.tab.freeze()
    await until('another leader', 2000, async () => (await fleet.leaders()).length > 0)
    await wait(500)
    const thawedAt = Date.now()
    await leader.tab.thaw()
    leader.busy = false
    await fleet.shared()
    await expectExact()
    expect(await findLateBatches(leader, thawedAt)).toEqual([])
    expect(await fleet.leaders()).not.toContain(leader)
  },
)

test.skipIf(isMissing)(
  'slow tabs, the leader among them, get connections of their own, and hold nobody else back',
  async () => {
    await openTabs(4)
    const [leader] = await fleet.leaders()
    const followers = fleet.members.filter((member) => member !== leader)
    const slow = [leader!, followers[0]!]
    const others = followers.slice(1)
    const statuses = (members: readonly Member[]) => Promise.all(members.map(statusOf))
    await Promise.all(slow.map(({ tab }) => tab.evaluate('tab.hold()')))
    // 2 MB a second: a tab that takes nothing is too far behind after half a second.
    server.publish(100, undefined, 20_000)
    await until('the slow tabs to have connections of their own', 10_000, async () =>
      (await statuses(slow)).every((each) => each?.role === 'direct' && each.roleReason === 'too-slow'),
    )
    await until('the others to share one', 5000, async () => {
      const roles = (await statuses(others)).map((each) => each?.role)
      return roles.toSorted().join() === 'follower,leader' && server.streams === 3
    })
    const before = await statuses(slow)
    server.publish(100)
    await wait(500)
    server.pause()
    await until('the others to read all messages', 5000, async () =>
      (await statuses(others)).every((each) => each?.last === server.sent.length),
    )
    expect((await statuses(slow)).map((each) => each?.last)).toEqual(before.map((each) => each?.last))
    server.publish(100)
    await Promise.all(slow.map(({ tab }) => tab.evaluate('tab.letGo()')))
    await fleet.shared()
    await expectExact()
  },
)

test.skipIf(isMissing)(
  'a tab whose headers are refused follows one whose headers are accepted, and fails if there is none',
  async () => {
    const [leader, refused, accepted] = [
      await fleet.open('token=first'),
      await fleet.open('token=old'),
      await fleet.open('token=new'),
    ]
    await fleet.shared()
    expect(await fleet.leaders()).toEqual([leader])
    server.revoked.add('old')
    // The tab that has waited longest is the next leader.
    await fleet.close(leader)
    await until('the tab to be refused', 10_000, () => server.refused.includes('old'))
    await fleet.shared()
    expect(await fleet.leaders()).toEqual([accepted])
    expect(await statusOf(refused)).toMatchObject({ status: 'open', role: 'follower' })
    await wait(300)
    server.revoked.add('new')
    server.drop()
    await until('both tabs to fail', 10_000, async () =>
      (await fleet.statuses()).every((each) => each?.status === 'closed'),
    )
    expect(await fleet.statuses()).toMatchObject([{ error: 'status' }, { error: 'status' }])
    server.pause()
    expect((await fleet.check()).violations).toEqual([])
  },
)

test.skipIf(isMissing)('tabs of two users share nothing, also after a new login', async () => {
  server.publish(200, (n) => [null, 'alice', 'bob'][n % 3]!)
  const login = async (user: string) => {
    const tab = await browser.newTab(`${server.origin}/login?${user}`)
    await until('the login', 5000, () =>
      tab.evaluate('document.readyState === "complete" && location.pathname === "/login"'),
    )
    await tab.close()
  }
  await login('alice')
  await fleet.open('', 'alice')
  await fleet.open('', 'alice')
  await fleet.shared()
  await login('bob')
  await fleet.open('', 'bob')
  await fleet.open('', 'bob')
  await fleet.shared(2)
  expect(server.users.toSorted()).toEqual(['alice', 'bob'])
  await wait(500)
  // The leader of the first user goes. The other tab may not take messages of the second one.
  const leaders = await fleet.leaders()
  expect(leaders).toHaveLength(2)
  await fleet.close(leaders.find(({ user }) => user === 'alice')!)
  const rest = fleet.members.find(({ user }) => user === 'alice')!
  await until('the rest to be refused', 10_000, async () => (await statusOf(rest))?.status === 'closed')
  await wait(500)
  server.pause()
  expect(await statusOf(rest)).toMatchObject({ status: 'closed', error: 'status' })
  const { violations } = await fleet.check()
  expect(violations).toEqual([])
})

test.skipIf(isMissing)(
  'a tab with another version of the messages between tabs has its own connection',
  async () => {
    expect(newer).not.toBe(code)
    await openTabs(2)
    const others = [await fleet.open('', null, '/other'), await fleet.open('', null, '/other')]
    await fleet.shared(2)
    await wait(1000)
    expect(server.streams).toBe(2)
    // Each version has a leader of its own.
    const leaders = await fleet.leaders()
    expect(leaders).toHaveLength(2)
    expect(leaders.filter((member) => others.includes(member))).toHaveLength(1)
    await fleet.close(leaders.find((member) => others.includes(member))!)
    await until('another leader', 5000, async () => (await fleet.leaders()).length === 2)
    await expectExact()
  },
)

test.skipIf(isMissing)('pages of an insecure origin have connections of their own', async () => {
  fleet = createFleet(browser, server, browser.insecureOrigin(server.port))
  await expectDirect('no-web-locks')
})

test.skipIf(isMissing)('pages of an opaque origin have connections of their own', async () => {
  await expectDirect('blocked', '/sandboxed')
})

async function expectDirect(roleReason: string, path?: string): Promise<void> {
  for (let count = 0; count < 3; count++) await fleet.open('', null, path)
  await until('three sockets', 5000, () => server.streams === 3)
  await wait(300)
  expect(await fleet.statuses()).toEqual(
    Array.from({ length: 3 }, () => expect.objectContaining({ status: 'open', role: 'direct', roleReason })),
  )
  expect(server.streams).toBe(3)
  await expectExact()
}

// Firefox keeps no page that has a request or waits for a lock, even if it stops that when it is left.
test.skipIf(inFirefox).for(['leader', 'follower'])(
  'a page that is a %s is restored from the back-forward cache',
  async (role) => {
    await openTabs(3)
    const leaders = await fleet.leaders()
    const member = fleet.members.find((each) => leaders.includes(each) === (role === 'leader'))!
    await member.tab.open(`${server.origin}/elsewhere`)
    // The others go on: they post messages, and one takes the lock.
    await until('a leader', 5000, async () => (await fleet.leaders()).length === 1 && server.streams === 1)
    await wait(500)
    await member.tab.back()
    await loaded(member)
    expect(await member.tab.evaluate('tab.notRestoredReasons()')).toBe(null)
    expect(await statusOf(member)).toMatchObject({ restored: 1 })
    await fleet.shared()
    await expectExact()
  },
)
