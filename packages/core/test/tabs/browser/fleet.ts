import { setTimeout as wait } from 'node:timers/promises'
import type { Browser, Tab } from './browser.ts'
import { checkLives, lastFor } from './check-lives.ts'
import type { Life, status } from './tab-page.ts'
import type { TabServer } from './tab-server.ts'

export type Status = ReturnType<typeof status>

/** A tab of the test, with all that it was sent. */
export interface Member {
  readonly name: string
  readonly user: string | null
  readonly url: string
  readonly tab: Tab
  /** True while something is done to it. */
  busy: boolean
}

/** Tabs of one browser that read a stream, and what is known of those that were closed. */
export interface Fleet {
  readonly members: readonly Member[]
  /** Violations in the tabs that were closed. */
  readonly violations: string[]
  /** Messages that were delivered in the tabs that were closed. */
  delivered: number
  open(query?: string, user?: string | null, path?: string): Promise<Member>
  /** Checks what a tab was sent, and closes it. */
  close(member: Member): Promise<void>
  /** Returns the state of each tab; `undefined` for one that does not answer. */
  statuses(): Promise<(Status | undefined)[]>
  /** Returns the tabs that lead, except those that are busy. */
  leaders(): Promise<Member[]>
  /** Waits until one tab of each group leads, all others follow, and only the leaders have a socket. */
  shared(groups?: number): Promise<void>
  /** Waits until all tabs have read all that was published. */
  settled(withinMs?: number): Promise<void>
  /** Returns the violations in all tabs, and the number of delivered messages. */
  check(): Promise<{ violations: string[]; delivered: number }>
}

export function createFleet(browser: Browser, server: TabServer, origin = server.origin): Fleet {
  let members: Member[] = []
  let opened = 0
  const violations: string[] = []
  const fleet: Fleet = {
    get members() {
      return members
    },
    violations,
    delivered: 0,
    async open(query = '', user = null, path = '/') {
      const parameters = `${query}${user === null ? '' : `&user=${user}`}`
      const url = `${origin}${path}?${parameters}`
      // In several windows, so that several tabs are visible.
      const tab = await browser.newTab(url, ++opened % 6 === 0)
      const member = { name: `tab ${opened}`, user, url, tab, busy: false }
      members = [...members, member]
      await loaded(member)
      return member
    },
    async close(member) {
      const report = checkLives(await livesOf(member), server.sent, member)
      violations.push(...report.violations)
      fleet.delivered += report.delivered
      members = members.filter((other) => other !== member)
      await member.tab.close()
    },
    statuses: () => Promise.all(members.map(statusOf)),
    async leaders() {
      // A tab that is busy may not answer.
      const idle = members.filter(({ busy }) => !busy)
      const statuses = await Promise.all(idle.map(statusOf))
      return idle.filter((_, index) => statuses[index]?.role === 'leader')
    },
    async shared(groups = 1) {
      let statuses: (Status | undefined)[] = []
      await until('the tabs to share', 20_000, async () => {
        statuses = await fleet.statuses()
        const count = (role: string) => statuses.filter((status) => status?.role === role).length
        const isShared = count('leader') === groups && count('follower') === statuses.length - groups
        return isShared && server.streams === groups
      }).catch((error: Error) => {
        throw new Error(`${error.message}: ${server.streams} sockets, ${JSON.stringify(statuses)}`)
      })
    },
    async settled(withinMs = 20_000) {
      await until('all tabs to read all messages', withinMs, async () => {
        const statuses = await fleet.statuses()
        return statuses.every(
          (each, index) => each && (each.last ?? 0) >= lastFor(members[index]!, server.sent),
        )
      }).catch(async (error: Error) => {
        throw new Error(`${error.message}: ${server.sent.length} ${JSON.stringify(await fleet.statuses())}`)
      })
    },
    async check() {
      const reports = await Promise.all(
        members.map(async (member) => checkLives(await livesOf(member), server.sent, member)),
      )
      return {
        violations: [...violations, ...reports.flatMap((report) => report.violations)],
        delivered: reports.reduce((sum, report) => sum + report.delivered, fleet.delivered),
      }
    },
  }
  return fleet
}

/** Returns the state of a tab that answers within a second. */
export function statusOf({ tab }: Member): Promise<Status | undefined> {
  const answer = tab.evaluate<Status | undefined>('globalThis.tab?.status()').catch(() => undefined)
  return Promise.race([answer, wait(1000, undefined)])
}

export const livesOf = ({ tab }: Member): Promise<Life[]> => tab.evaluate('[...tab.lives, tab.life]')

/** Message from one tab to the others, as far as the tests know it. */
interface Post {
  readonly at: number
  readonly data: { readonly type: string; readonly term?: unknown }
}

/** Returns what a tab has relayed since a time although it belongs to a term from before. */
export async function findLateBatches({ name, tab }: Member, since: number): Promise<string[]> {
  const posts = await tab.evaluate<Post[]>('tab.posts')
  const terms = (list: readonly Post[]) =>
    list
      .filter(({ data }) => data.type === 'batch' || data.type === 'join')
      .map(({ data }) => JSON.stringify(data.term))
  const old = new Set(terms(posts.filter(({ at }) => at < since)))
  return terms(posts.filter(({ at }) => at >= since))
    .filter((term) => old.has(term))
    .map((term) => `${name} goes on with the term ${term}`)
}

/** Waits until the page of a tab runs, in a life that began after a time. */
export function loaded(member: Member, after = 0): Promise<void> {
  return until(`${member.name} to load`, 20_000, async () => {
    const status = await statusOf(member)
    return !!status && status.startedAt > after
  })
}

export async function until(
  name: string,
  withinMs: number,
  condition: () => boolean | Promise<boolean>,
): Promise<void> {
  const end = performance.now() + withinMs
  while (!(await condition())) {
    if (performance.now() > end) throw new Error(`Waited ${withinMs} ms for ${name}`)
    await wait(25)
  }
}
