import * as fc from 'fast-check'
import { expect } from 'vitest'
import { createWorld, type Tab, type World } from './world.ts'

/** Things that happen, with their weights. Each tab is chosen by a number. */
const actions: Record<string, [weight: number, run: (world: World, tab: Tab, amount: number) => void]> = {
  publish: [20, ({ server }, _, amount) => server.publish(1 + (amount % 5))],
  'add a tab': [3, ({ addTab, tabs }) => tabs.filter(({ isAlive }) => isAlive).length < 6 && addTab()],
  crash: [1, ({ crash }, tab) => crash(tab)],
  'close the page': [1, ({ close }, tab) => tab.isFrozen || close(tab)],
  'close the stream': [1, (_, tab) => tab.isFrozen || tab.stream.close()],
  open: [2, (_, tab) => tab.isFrozen || tab.stream.open()],
  freeze: [2, ({ freeze }, tab) => freeze(tab)],
  thaw: [4, ({ thaw }, tab) => thaw(tab)],
  'leave the page': [1, (_, tab) => tab.isFrozen || tab.page.emit('frozen', true)],
  'return to the page': [2, (_, tab) => tab.isFrozen || tab.page.emit('frozen', false)],
  'be slow': [1, (_, tab, amount) => void (tab.slowMs = amount * 10)],
  'be fast': [2, (_, tab) => void (tab.slowMs = 0)],
  hide: [2, (_, tab) => void (tab.isVisible = false)],
  show: [2, (_, tab) => void (tab.isVisible = true)],
  'break a connection': [1, ({ server }, tab) => server.dropConnections((owner) => owner === tab)],
  'break all connections': [1, ({ server }) => server.dropConnections()],
  'restart the server': [1, ({ server }, _, amount) => server.restart(amount % 3)],
  trim: [1, ({ server }, _, amount) => server.trim(amount % 10)],
  'go down': [1, ({ server }) => void (server.isDown = true)],
  'come up': [3, ({ server }) => void (server.isDown = false)],
  'large messages': [1, ({ server }) => void (server.padding = 'x'.repeat(50_000))],
  'small messages': [2, ({ server }) => void (server.padding = '')],
  'drop messages of the channel': [1, ({ browser }) => void (browser.faults.drop = 0.1)],
  'repeat messages of the channel': [1, ({ browser }) => void (browser.faults.duplicate = 0.2)],
  'delay messages of the channel': [
    1,
    ({ browser }, _, amount) => void (browser.faults.delayMs = amount * 20),
  ],
  'repair the channel': [2, ({ browser }) => repair(browser)],
}

function repair({ faults }: World['browser']): void {
  faults.drop = faults.duplicate = faults.delayMs = 0
}

export const action = fc.record({
  name: fc.oneof(
    ...Object.entries(actions).map(([name, [weight]]) => ({ weight, arbitrary: fc.constant(name) })),
  ),
  tab: fc.nat(20),
  amount: fc.nat(100),
  ms: fc.oneof(fc.nat(50), fc.nat(500), fc.nat(5_000)),
})

export const hooks: { onWorld?: (world: World) => void; log?: (...a: unknown[]) => void } = {}

/** Lets all that may happen happen, then stops the faults. Every living tab must have everything, with one socket. */
export async function simulate(
  { isVerified, seed }: { isVerified: boolean; seed: number },
  happenings: readonly { name: string; tab: number; amount: number; ms: number }[],
): Promise<World> {
  const world = { ...createWorld(seed) }
  const { server, browser, tabs } = world
  server.isVerified = isVerified
  hooks.onWorld?.(world)
  world.addTab()
  for (const { name, tab: number, amount, ms } of happenings) {
    const alive = tabs.filter(({ isAlive }) => isAlive)
    const tab = alive[number % alive.length] ?? world.addTab()
    hooks.log?.(
      '--',
      name,
      tab.number,
      amount,
      ms,
      tabs
        .map(
          (each) =>
            each.role +
            ' ' +
            each.stream.getSnapshot().status +
            ' ' +
            each.stream.getSnapshot().lastEventId +
            ' ' +
            each.expected,
        )
        .join(' | '),
    )
    actions[name]![1](world, tab, amount)
    await world.advance(ms)
    expect(tabs.flatMap(({ faults }) => faults)).toEqual([])
  }
  await calm(world)
  const alive = tabs.filter(({ isAlive }) => isAlive)
  expect(tabs.flatMap(({ faults }) => faults)).toEqual([])
  for (const { delivered } of alive) expect(delivered.at(-1)).toBe(server.published - 1)
  expect(server.tabs.length).toBe(alive.length > 0 ? 1 : 0)
  expect(alive.map(({ role }) => role).sort()).toEqual(
    alive.map((_, index) => (index === alive.length - 1 ? 'leader' : 'follower')),
  )
  expect(server.tabs).toEqual(alive.filter(({ role }) => role === 'leader'))
  expect(browser.leaderLock).toBe(server.tabs[0])
  return world
}

async function calm(world: World): Promise<void> {
  const { server, browser, tabs, thaw } = world
  repair(browser)
  server.isDown = false
  server.padding = ''
  for (const tab of tabs.filter(({ isAlive }) => isAlive)) {
    tab.slowMs = 0
    tab.isVisible = true
    thaw(tab)
    tab.page.emit('frozen', false)
    tab.stream.open()
  }
  for (let second = 0; second < 90; second++) {
    server.publish()
    await world.advance(1_000)
  }
}
