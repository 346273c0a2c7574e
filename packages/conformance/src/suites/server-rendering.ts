import { type LoopbackServer, renderOnServer, startLoopbackServer } from 'conformance/server'
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test, vi } from 'vitest'
import type { Harness } from '../harness.ts'

/** Tests real sockets, and pages that a server has rendered (promise 9 of the stream contract). */
export function testServerRendering(harness: Harness): void {
  const server = startServerForEachTest()
  testSockets(harness, server)
  testHydration(harness, server)
}

/** Tests the sockets that components open and close. */
function testSockets(harness: Harness, server: () => LoopbackServer): void {
  test('two components use one socket, which closes after the last one unmounts', async () => {
    const view = { url: server().url }
    const mounted = await harness.renderPage({ views: [view, view] })
    await eventually(harness, () => expect(server().connections).toBe(1))
    server().publish('a')
    await eventually(harness, () => expect(harness.texts(mounted)).toEqual(['open a #1', 'open a #1']))
    await harness.update(mounted, view)
    await new Promise((resolve) => setTimeout(resolve, 300))
    expect(server().connections).toBe(1)
    await harness.update(mounted)
    await eventually(harness, () => expect(server().connections).toBe(0))
    expect(server().requests).toHaveLength(1)
  })

  test.each([{ autoConnect: false }, { enabled: false }])(
    'a stream with %o that was opened by hand leaves no socket when its component is unmounted',
    async (options) => {
      const mounted = await harness.renderPage({ views: [{ url: server().url, options }] })
      await harness.click(mounted, 'open')
      await eventually(harness, () => expect(server().connections).toBe(1))
      await harness.act(() => mounted.unmount())
      await eventually(harness, () => expect(server().connections).toBe(0))
      expect(server().requests).toHaveLength(1)
    },
  )

  test('another url closes the old socket and opens one', async () => {
    const mounted = await harness.renderPage({ views: [{ url: `${server().url}/a` }] })
    await eventually(harness, () => expect(server().connections).toBe(1))
    await harness.update(mounted, { url: `${server().url}/b` })
    await eventually(harness, () => expect(server().requests.map(({ path }) => path)).toEqual(['/a', '/b']))
    await eventually(harness, () => expect(server().connections).toBe(1))
  })
}

/** Tests the rendering on a server and the hydration in the browser. */
function testHydration(harness: Harness, server: () => LoopbackServer): void {
  test(
    '9. the server renders the initial data without connecting; the client hydrates it and misses no message',
    async () => {
      const consoleSpies = [vi.spyOn(console, 'error'), vi.spyOn(console, 'warn')]
      onTestFinished(() => void vi.restoreAllMocks())
      for (const data of ['a', 'b', 'c']) server().publish(data)
      const options = { initialData: 'b', initialLastEventId: '2' }
      const page = { views: [{ url: server().url, options }], scopes: [[{ url: server().url, options }]] }
      const html = await renderOnServer(harness.url, { ...page, ...harness.serverProps })
      expect(server().requests).toHaveLength(0)

      // A message between server rendering and hydration.
      server().publish('d')
      const received: string[] = []
      const rendered: string[] = []
      const liveView = (messages: string[]) => ({
        url: server().url,
        options: { ...options, onMessage: ({ data }: { data: string }) => messages.push(data) },
        onRender: ({ status, data }: { status: string; data: unknown }) => rendered.push(`${status} ${data}`),
      })
      const receivedInScope: string[] = []
      const mounted = harness.hydrate(
        { views: [liveView(received)], scopes: [[liveView(receivedInScope)]] },
        html,
      )
      onTestFinished(() => harness.act(() => mounted.unmount()))
      expect(rendered.slice(0, 2)).toEqual(['idle b', 'idle b'])
      await eventually(harness, () => expect(harness.texts(mounted)).toEqual(['open d #4', 'open d #4']))
      expect(received).toEqual(['c', 'd'])
      expect(receivedInScope).toEqual(['c', 'd'])
      expect(server().requests.map(({ lastEventId }) => lastEventId)).toEqual(['2', '2'])
      for (const spy of consoleSpies) expect(spy).not.toHaveBeenCalled()
    },
    SLOW_MS,
  )

  test(
    'hydration keeps the elements that the server rendered',
    async () => {
      const page = { views: [{ url: server().url, options: { initialData: 'b' } }] }
      const html = await renderOnServer(harness.url, { ...page, ...harness.serverProps })
      expect(html.replaceAll(/<!--.*?-->/g, '')).toContain('idle b')
      const paragraphs: (Element | null)[] = []
      const append = document.body.append.bind(document.body)
      vi.spyOn(document.body, 'append').mockImplementation((element) => {
        paragraphs.push((element as Element).querySelector('p'))
        append(element)
      })
      onTestFinished(() => void vi.restoreAllMocks())
      const mounted = harness.hydrate(page, html)
      onTestFinished(() => harness.act(() => mounted.unmount()))
      await eventually(harness, () => expect(harness.texts(mounted)[0]).toBe('open b'))
      expect(paragraphs).toEqual([expect.any(Element)])
      expect(mounted.element.querySelector('p')).toBe(paragraphs[0])
    },
    SLOW_MS,
  )
}

/** Starts a server before each test, and lets components connect to it. Returns a getter for the current server. */
function startServerForEachTest(): () => LoopbackServer {
  const servers: LoopbackServer[] = []
  beforeEach(async () => {
    const loopback = await startLoopbackServer()
    servers.push(loopback)
    onTestFinished(() => loopback.close())
  })
  // Node's fetch, because jsdom's applies CORS.
  beforeAll(() => vi.stubGlobal('fetch', nodeFetch))
  afterAll(() => vi.unstubAllGlobals())
  return () => servers.at(-1)!
}

/** Repeats an assertion until it passes, for at most 5 s. The view library can render in between. */
async function eventually(harness: Harness, check: () => void): Promise<void> {
  for (const deadline = Date.now() + 5_000; ;) {
    try {
      return check()
    } catch (error) {
      if (Date.now() > deadline) throw error
    }
    await harness.act(() => new Promise((resolve) => setTimeout(resolve, 10)))
  }
}

/** Timeout of tests that start a server process, in milliseconds. */
const SLOW_MS = 60_000

const nodeFetch = globalThis.fetch
