import {
  createFakeClock,
  createFakeServer,
  type FakeClock,
  type FakeRequest,
  type FakeServer,
} from '@headwater/core/testing'
import { afterEach, beforeEach, onTestFinished } from 'vitest'
import type { Adapter, MountedPage, Page, ViewProps } from './adapter.ts'

/** Renders test pages with a binding's adapter, and controls their clock and server. */
export interface Harness extends Adapter {
  readonly clock: FakeClock
  readonly server: FakeServer
  /** Returns props for a component that streams prices, with the harness's clock and server. */
  view(options?: Options, props?: Partial<ViewProps>): ViewProps
  /** Renders a page of components. Unmounts it when the test finishes. */
  render(...views: ViewProps[]): Promise<MountedPage>
  /** Renders a page. Unmounts it when the test finishes. */
  renderPage(page: Page): Promise<MountedPage>
  /** Replaces the components of a page. */
  update(mounted: MountedPage, ...views: ViewProps[]): Promise<void>
  /** Returns the text of each component. */
  texts(mounted: MountedPage): string[]
  /** Clicks the `open` or `close` button of the component at `index`. Default: the first one. */
  click(mounted: MountedPage, name: 'open' | 'close', index?: number): Promise<void>
  advance(ms: number): Promise<void>
  showFrame(): Promise<void>
  /** Sends a chunk, then shows a frame. */
  send(request: FakeRequest, chunk: string): Promise<void>
  nextRequest(): Promise<FakeRequest>
}

export type Options = ViewProps['options']

export const url = 'https://example.com/prices'

/** Creates a harness, with a new clock and server before each test of the file or `describe` block. */
export function createHarness(adapter: Adapter): Harness {
  const fakes = { clock: createFakeClock(), server: createFakeServer() }
  beforeEach(() => {
    Object.assign(fakes, { clock: createFakeClock(), server: createFakeServer() })
  })
  afterEach(() => document.body.replaceChildren())

  const harness: Harness = {
    ...adapter,
    get clock() {
      return fakes.clock
    },
    get server() {
      return fakes.server
    },
    view: (options, props) => ({
      url,
      options: { clock: fakes.clock, fetch: fakes.server.fetch, ...options },
      ...props,
    }),
    render: (...views) => harness.renderPage({ views }),
    async renderPage(page) {
      const pages: MountedPage[] = []
      await adapter.act(() => void pages.push(adapter.mount(page)))
      const [mounted] = pages
      if (!mounted) throw new Error('The adapter of the binding mounted no page.')
      let isMounted = true
      const unmount = () => {
        const wasMounted = isMounted
        isMounted = false
        return wasMounted && mounted.unmount()
      }
      onTestFinished(async () => {
        await adapter.act(unmount)
        await fakes.clock.advance(60_000)
      })
      return { ...mounted, unmount }
    },
    update: (mounted, ...views) => adapter.act(() => mounted.update({ views })),
    texts: ({ element }) => [...element.querySelectorAll('p')].map(({ textContent }) => textContent.trim()),
    click: ({ element }, name, index = 0) =>
      adapter.act(() => element.querySelectorAll<HTMLButtonElement>(`.${name}`)[index]!.click()),
    advance: (ms) => adapter.act(() => fakes.clock.advance(ms)),
    showFrame: () => adapter.act(() => fakes.clock.showFrame()),
    async send(request, chunk) {
      await adapter.act(() => request.send(chunk))
      await harness.showFrame()
    },
    nextRequest: () => fakes.server.nextRequest(),
  }
  return harness
}
