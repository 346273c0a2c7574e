import { setTimeout as wait } from 'node:timers/promises'
import type { TabServer } from './tab-server.ts'
import { findLateBatches, type Fleet, loaded, type Member, statusOf, until } from './fleet.ts'

/** Something that happens to a tab and takes its connection away, or to the connections of all tabs. */
export type Action = 'close' | 'crash' | 'drop' | 'freeze' | 'navigate' | 'reload' | 'stop'

export interface HandoverOptions {
  readonly count: number
  readonly actions: readonly Action[]
  readonly random: () => number
  readonly server: TabServer
  /** Opens a tab in place of one that was closed. */
  readonly reopen: () => Promise<Member>
}

/** Does random things to random tabs, mostly to the one that leads. Returns how often each was done. */
export async function handOver(fleet: Fleet, options: HandoverOptions): Promise<Record<string, number>> {
  const { count, actions, random } = options
  /** Actions that come next, so that each one comes equally often. */
  let bag = shuffle(actions, random)
  const done: Record<string, number> = {}
  const running = new Set<Promise<void>>()
  const failures: unknown[] = []
  const pick = <Item>(list: readonly Item[]) => list[Math.floor(random() * list.length)]!
  for (let index = 0; index < count && !failures.length; index++) {
    // At most three tabs are away at a time.
    while (running.size > 2) await Promise.race(running)
    const leaders = random() < 0.75 ? await waitForLeader(fleet) : []
    const idle = fleet.members.filter(({ busy }) => !busy)
    const member = pick(leaders.length > 0 ? leaders : idle)
    // Only hidden pages are frozen.
    const isHidden = (await statusOf(member))?.visible === false
    const action = bag.find((each) => each !== 'freeze' || isHidden) ?? 'reload'
    bag = bag.filter((each) => each !== action)
    if (bag.length === 0) bag = shuffle(actions, random)
    const pauseMs = random() * 1500
    member.busy = true
    // From time to time another tab is in front.
    const others = fleet.members.filter((other) => other !== member && !other.busy)
    if (random() < 0.3) await pick(others).tab.show()
    const work = act(fleet, member, action, pauseMs, options).then(
      () => void (member.busy = false),
      (error) => void failures.push(new Error(`${action} of ${member.name}`, { cause: error })),
    )
    const ended = work.finally(() => running.delete(ended))
    running.add(ended)
    done[action] = (done[action] ?? 0) + 1
    const role = leaders.length > 0 ? 'of a leader' : 'of any tab'
    done[role] = (done[role] ?? 0) + 1
    await wait(random() * 800)
  }
  await Promise.all(running)
  if (failures.length) throw failures[0]
  return done
}

function shuffle<Item>(list: readonly Item[], random: () => number): Item[] {
  return list
    .map((item) => ({ item, order: random() }))
    .toSorted((one, other) => one.order - other.order)
    .map(({ item }) => item)
}

/** Returns the tab that leads, as soon as there is one. If the leader is away, another one takes its place. */
async function waitForLeader(fleet: Fleet): Promise<Member[]> {
  const end = performance.now() + 2000
  for (;;) {
    const leaders = await fleet.leaders()
    if (leaders.length > 0 || performance.now() > end) return leaders
    await wait(50)
  }
}

async function act(
  fleet: Fleet,
  member: Member,
  action: Action,
  pauseMs: number,
  { server, reopen }: HandoverOptions,
): Promise<void> {
  const { tab } = member
  const { startedAt = 0 } = (await statusOf(member)) ?? {}
  if (action === 'close') {
    await fleet.close(member)
    await wait(pauseMs)
    await reopen()
  } else if (action === 'crash') {
    await tab.crash()
    await wait(100 + pauseMs)
    await tab.open(member.url)
    await loaded(member, startedAt)
  } else if (action === 'drop') {
    server.drop()
  } else if (action === 'freeze') {
    await tab.freeze()
    await wait(pauseMs)
    await tab.thaw()
  } else if (action === 'navigate') {
    await tab.open(`${server.origin}/elsewhere`)
    await until('the other page', 10_000, () =>
      tab
        .evaluate<boolean>("location.pathname === '/elsewhere' && document.readyState === 'complete'")
        .catch(() => false),
    )
    await wait(pauseMs)
    await tab.back()
    await loaded(member)
  } else if (action === 'reload') {
    await tab.reload()
    await loaded(member, startedAt)
  } else {
    await tab.stop()
    await wait(2000 + 3 * pauseMs)
    const isReplaced = (await fleet.leaders()).length > 0
    const continuedAt = Date.now()
    await tab.continue()
    await until(`${member.name} to go on`, 10_000, async () => !!(await statusOf(member)))
    await wait(200)
    if (isReplaced) fleet.violations.push(...(await findLateBatches(member, continuedAt)))
  }
}
