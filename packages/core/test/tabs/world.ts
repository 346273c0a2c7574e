import { vi } from 'vitest'
import type { TabSharing } from '../../src/connection/relay.ts'
import type { Gap } from '../../src/connection/continuity.ts'
import type { Step } from '../../src/options.ts'
import type { EventStream, StreamOptions } from '../../src/stream/contract.ts'
import { createEventStream } from '../../src/stream/event-stream.ts'
import type { Message } from '../../src/protocol/message.ts'
import type { TabsPlatform } from '../../src/platform/tabs.ts'
import { createTabSharing } from '../../src/tabs/sharing.ts'
import { createFakePage, type FakePage } from '../connection/harness.ts'
import { FakeBrowser } from './fake-browser.ts'
import { ModelServer } from './model-server.ts'
import { type Owner, Scheduler } from './scheduler.ts'

export const url = 'https://example.com/news'

/** Tab of the simulated browser, with one stream. */
export interface Tab extends Owner {
  readonly number: number
  isVisible: boolean
  /** Time that its listener takes for each message, in milliseconds. */
  slowMs: number
  readonly page: FakePage
  readonly stream: EventStream
  readonly steps: Step[]
  /** Numbers of the messages that were delivered, and gaps. */
  readonly delivered: (number | Gap)[]
  /** Violations of the order. */
  readonly faults: string[]
  expected: number | undefined
  readonly role: string
}

export interface World {
  readonly scheduler: Scheduler
  readonly browser: FakeBrowser
  readonly server: ModelServer
  readonly tabs: Tab[]
  addTab(
    options?: StreamOptions & {
      fold?: (data: string | undefined, message: Message) => string
      initialData?: string
      user?: string | null | (() => string | undefined)
      platform?: Partial<TabsPlatform>
    },
  ): Tab
  /** The tab disappears, without a chance to say so. */
  crash(tab: Tab): void
  /** The tab is closed: `pagehide`, and then it disappears. */
  close(tab: Tab): void
  /** Nothing runs in the tab. */
  freeze(tab: Tab): void
  thaw(tab: Tab): void
  advance(ms: number): Promise<void>
}

/** Creates a browser without tabs. Replaces the global `fetch`. */
export function createWorld(seed = 1): World {
  const scheduler = new Scheduler(seed)
  const browser = new FakeBrowser(scheduler)
  const server = new ModelServer(scheduler)
  const tabs: Tab[] = []
  vi.stubGlobal(
    'fetch',
    server.createFetch(tabs, (owner, next) => void ((owner as Tab).expected = next)),
  )

  function addTab({ user = 'ada', platform: own, ...options }: Parameters<World['addTab']>[0] = {}): Tab {
    const page = createFakePage()
    const tab = {
      number: tabs.length,
      isAlive: true,
      isFrozen: false,
      isVisible: true,
      slowMs: 0,
      page,
      steps: [] as Step[],
      delivered: [] as (number | Gap)[],
      faults: [] as string[],
      expected: undefined,
      get role() {
        const { role, roleReason } = tab.stream.getSnapshot()
        return roleReason ? `${role}: ${roleReason}` : role!
      },
    } as unknown as { -readonly [Key in keyof Tab]: Tab[Key] }
    const platform = {
      locks: browser.locksOf(tab),
      openChannel: (name: string) => browser.openChannel(tab, name),
      isVisible: () => tab.isVisible,
      ...own,
    }
    const clock = scheduler.createClock(tab)
    const readUser = typeof user === 'function' ? user : () => user
    const shares = new Map<unknown, TabSharing | boolean>([[undefined, true]])
    const share = (current: string | null | undefined) => {
      if (!shares.has(current)) shares.set(current, createTabSharing({ user: current! }, platform))
      return shares.get(current)!
    }
    tab.stream = createEventStream(url, () => ({
      share: share(readUser()),
      clock,
      page,
      headers: { 'x-tab': String(tab.number) },
      notify: 'sync',
      inspect: (step) => void tab.steps.push(step),
      onGap(gap) {
        tab.delivered.push(gap)
        tab.expected = undefined
      },
      ...(options as StreamOptions),
    }))
    tabs.push(tab)
    tab.stream.onMessage(({ data }) => {
      const number = Number.parseInt(data)
      tab.delivered.push(number)
      if (tab.expected !== undefined && number !== tab.expected)
        tab.faults.push(`tab ${tab.number} got ${number} instead of ${tab.expected}`)
      tab.expected = number + 1
      if (tab.slowMs > 0)
        return new Promise<void>((resolve) => scheduler.schedule(tab, tab.slowMs, 'listener', resolve))
      return undefined
    })
    return tab
  }

  function crash(tab: Tab): void {
    tab.isAlive = false
    browser.crash(tab)
    server.crash(tab)
  }

  return {
    scheduler,
    browser,
    server,
    tabs,
    addTab,
    crash,
    close(tab) {
      tab.page.emit('frozen', true)
      crash(tab)
    },
    freeze: (tab) => void (tab.isFrozen = true),
    thaw: (tab) => scheduler.thaw(tab),
    advance: (ms) => scheduler.advance(ms),
  }
}
