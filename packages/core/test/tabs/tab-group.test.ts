import { expect, test } from 'vitest'
import type { Entry } from '../../src/tabs/protocol.ts'
import { createRing } from '../../src/tabs/ring.ts'
import { TabGroup } from '../../src/tabs/tab-group.ts'
import { FakeBrowser } from './fake-browser.ts'
import { type Owner, Scheduler } from './scheduler.ts'

test('a leader that was stopped in the middle of a task relays nothing, and gives up its term', async () => {
  const scheduler = new Scheduler(1)
  const browser = new FakeBrowser(scheduler)
  const owner: Owner = { isAlive: true, isFrozen: false }
  const types: string[] = []
  browser.onPost = (from, { type }) => from === owner && types.push(type)
  const roles: string[] = []
  /** Time for which the process of the tab was stopped. */
  let stoppedMs = 0
  const clock = { ...scheduler.createClock(owner), monotonic: () => scheduler.now + stoppedMs }
  const none = () => undefined
  const ring = createRing()
  ring.start('0', true)
  const group = new TabGroup(
    'group',
    ring,
    clock,
    {
      locks: browser.locksOf(owner),
      openChannel: (name) => browser.openChannel(owner, name),
      isVisible: () => true,
    },
    {
      hasSocket: () => true,
      onRole: (role) => void roles.push(role),
      onEntries: none,
      onLeaderHeard: none,
      onLeaderGone: none,
      onLeaderFailed: none,
      onDirect: none,
      onBlocked: none,
    },
  )
  const entries: Entry[] = [['1', 'id: 1\ndata: x\n\n']]
  group.enter()
  await scheduler.advance(1_000)
  const follower = browser.openChannel({ isAlive: true, isFrozen: false }, 'group')
  // oxlint-disable-next-line unicorn/require-post-message-target-origin
  follower.postMessage({ type: 'ask', after: '0', from: 'follower', seen: [0, ''] })
  await scheduler.advance(100)
  expect(roles).toEqual(['leader'])

  void group.wake()
  types.length = 0
  group.relay(entries)
  expect(types).toEqual(['batch'])

  stoppedMs = 4_000
  types.length = 0
  group.relay(entries)
  expect(types).toEqual(['bye'])
  expect(roles).toEqual(['leader', 'direct'])
  expect(group.isLeader).toBe(false)
})
