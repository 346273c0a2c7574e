import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { setTimeout as wait } from 'node:timers/promises'
import { bundle } from '../connection/bundle.ts'
import type { Browser } from './browser/browser.ts'
import { createFleet, type Fleet, livesOf, loaded, type Member, statusOf, until } from './browser/fleet.ts'
import { inFirefox, isMissing, startBrowser } from './browser/start.ts'
import { createTabServer, type TabServer } from './browser/tab-server.ts'

let browser: Browser
let code: string
let server: TabServer
let fleet: Fleet

beforeAll(async () => {
  ;[browser, code] = await Promise.all([startBrowser(), bundle('../tabs/browser/tab-page.ts')])
}, 60_000)
afterAll(() => browser?.close())

beforeEach(async () => {
  // Another port is another origin: tests share nothing but cookies.
  server = await createTabServer(code)
  fleet = createFleet(browser, server)
  server.publish(100)
})
afterEach(async () => {
  await Promise.all(fleet.members.map(({ tab }) => tab.close()))
  await server.close()
})

async function openTabs(count: number): Promise<void> {
  for (let index = 0; index < count; index++) await fleet.open()
  await until('one socket', 20_000, () => server.streams === 1)
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

const rolesOf = async (member: Member) => (await livesOf(member)).at(-1)!.roles

test.skipIf(isMissing)(
  'a stopped leader is replaced within 5 s and delivers nothing of its term when it goes on',
  async () => {
    await openTabs(3)
    const leader = await hideLeader()
    await wait(500)
    const stoppedAt = Date.now()
    leader.busy = true
    await leader.tab.stop()
    await until('another leader', 10_000, async () =>
      (await fleet.leaders()).some((member) => member !== leader),
    )
    const replacedMs = Date.now() - stoppedAt
    await wait(1000)
    const others = fleet.members.filter((member) => member !== leader)
    const pauses = await Promise.all(
      others.map(async (member) => (await livesOf(member)).at(-1)!.longestPauseMs),
    )
    const continuedAt = Date.now()
    await leader.tab.continue()
    await until('the old leader to answer', 10_000, async () => !!(await statusOf(leader)))
    await until('one socket', 20_000, () => server.streams === 1)
    await expectExact()
    const posts = await leader.tab.evaluate<{ at: number; data: unknown }[]>('tab.posts')
    console.log(browser.name, {
      replacedMs,
      pauses,
      roles: await rolesOf(leader),
      posts: JSON.stringify(posts.filter(({ at }) => at >= continuedAt).slice(0, 10)).slice(0, 2000),
    })
    expect(replacedMs).toBeLessThan(5000)
  },
)

test.skipIf(inFirefox)(
  'a frozen leader hands over at once and delivers nothing of its term when it thaws',
  async () => {
    await openTabs(3)
    const leader = await hideLeader()
    await leader.tab.freeze()
    await until('another leader', 2000, async () =>
      (await fleet.leaders()).some((member) => member !== leader),
    )
    await wait(500)
    await leader.tab.thaw()
    await until('one socket', 20_000, () => server.streams === 1)
    await expectExact()
    expect(await fleet.leaders()).not.toContain(leader)
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
  const alice = [await fleet.open('', 'alice'), await fleet.open('', 'alice')]
  await until('one socket', 20_000, () => server.streams === 1)
  await login('bob')
  const bob = [await fleet.open('', 'bob'), await fleet.open('', 'bob')]
  await until('two sockets', 20_000, () => server.streams === 2)
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
  void alice
  expect(bob).toHaveLength(2)
})

test.skipIf(isMissing)('a page of an insecure origin has a connection of its own', async () => {
  fleet = createFleet(browser, server, browser.insecureOrigin(server.port))
  await fleet.open()
  await fleet.open()
  await fleet.open()
  await wait(1000)
  expect((await fleet.statuses()).map((status) => status!.role)).toEqual(['direct', 'direct', 'direct'])
  expect(server.streams).toBe(3)
  await expectExact()
})

test.skipIf(inFirefox).for(['leader', 'follower'])(
  'a page that is a %s is restored from the back-forward cache',
  async (role) => {
    await openTabs(3)
    const leaders = await fleet.leaders()
    const member = fleet.members.find((each) => leaders.includes(each) === (role === 'leader'))!
    await member.tab.open(`${server.origin}/elsewhere`)
    // The others go on: they post messages, and one takes the lock.
    await until('a leader', 5000, async () => (await fleet.leaders()).length === 1 && server.streams === 1)
    await wait(1000)
    await member.tab.back()
    await loaded(member)
    expect(await member.tab.evaluate('tab.notRestoredReasons()')).toBe(null)
    expect(await statusOf(member)).toMatchObject({ restored: 1 })
    await until('one socket', 20_000, () => server.streams === 1)
    await expectExact()
  },
)
