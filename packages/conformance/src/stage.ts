import {
  createFakeClock,
  createFakeServer,
  type FakeClock,
  type FakeRequest,
  type FakeServer,
} from '@headwater/core/testing'
import { afterEach, beforeEach, onTestFinished } from 'vitest'
import type { Adapter, Ask, Mounted, Page } from './adapter.ts'

/** What a story is told with: a page, a clock and a server that do as they are told. */
export interface Stage extends Adapter {
  readonly clock: FakeClock
  readonly server: FakeServer
  /** A component that asks for prices, under this clock, from this server. */
  ask(options?: Options, more?: Partial<Ask>): Ask
  /** Puts a page on the screen until the test is over. */
  put(...asks: Ask[]): Promise<Mounted>
  putPage(page: Page): Promise<Mounted>
  update(mounted: Mounted, ...asks: Ask[]): Promise<void>
  /** What each component shows. */
  shown(mounted: Mounted): string[]
  press(mounted: Mounted, name: 'open' | 'close', index?: number): Promise<void>
  advance(ms: number): Promise<void>
  frame(): Promise<void>
  /** Sends, and shows the next frame. */
  send(request: FakeRequest, chunk: string): Promise<void>
  next(): Promise<FakeRequest>
}

export type Options = Ask['options']

export const url = 'https://example.com/prices'

/** Sets the stage anew for each test of the file or the block. */
export function setStage(adapter: Adapter): Stage {
  const props = { clock: createFakeClock(), server: createFakeServer() }
  beforeEach(() => {
    Object.assign(props, { clock: createFakeClock(), server: createFakeServer() })
  })
  afterEach(() => document.body.replaceChildren())

  const stage: Stage = {
    ...adapter,
    get clock() {
      return props.clock
    },
    get server() {
      return props.server
    },
    ask: (options, more) => ({
      url,
      options: { clock: props.clock, fetch: props.server.fetch, ...options },
      ...more,
    }),
    put: (...asks) => stage.putPage({ asks }),
    async putPage(page) {
      const mounts: Mounted[] = []
      await adapter.act(() => void mounts.push(adapter.mount(page)))
      const [mounted] = mounts
      if (!mounted) throw new Error('nothing was mounted')
      const once = new Set([mounted])
      const unmount = () => once.delete(mounted) && mounted.unmount()
      onTestFinished(async () => {
        await adapter.act(unmount)
        await props.clock.advance(60_000)
      })
      return { ...mounted, unmount }
    },
    update: (mounted, ...asks) => adapter.act(() => mounted.update({ asks })),
    shown: ({ element }) => [...element.querySelectorAll('p')].map(({ textContent }) => textContent.trim()),
    press: ({ element }, name, index = 0) =>
      adapter.act(() => element.querySelectorAll<HTMLButtonElement>(`.${name}`)[index]!.click()),
    advance: (ms) => adapter.act(() => props.clock.advance(ms)),
    frame: () => adapter.act(() => props.clock.showFrame()),
    async send(request, chunk) {
      await adapter.act(() => request.send(chunk))
      await stage.frame()
    },
    next: () => props.server.nextRequest(),
  }
  return Object.defineProperties(stage, {
    clock: { get: () => props.clock },
    server: { get: () => props.server },
  })
}
