import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test, vi } from 'vitest'
import { type Loopback, startLoopback } from '../loopback.ts'
import { renderOnServer } from '../server.ts'
import type { Stage } from '../stage.ts'

/** Real sockets, and a page that a server has rendered. */
export function tellRendering(stage: Stage): void {
  const held: Loopback[] = []
  const feed = () => held.at(-1)!
  beforeEach(async () => {
    const loopback = await startLoopback()
    held.push(loopback)
    onTestFinished(() => loopback.close())
  })
  // What a page fetches from another origin is none of this story's business.
  beforeAll(() => vi.stubGlobal('fetch', nodeFetch))
  afterAll(() => vi.unstubAllGlobals())

  /** Looks again and again; between two looks the library may show what has come. */
  const soon = async (check: () => void) => {
    for (const deadline = Date.now() + 5_000; ;) {
      try {
        return check()
      } catch (error) {
        if (Date.now() > deadline) throw error
      }
      await stage.act(() => new Promise((resolve) => setTimeout(resolve, 10)))
    }
  }

  test('two components hold one socket, and after the last there is none', async () => {
    const ask = { url: feed().url }
    const mounted = await stage.putPage({ asks: [ask, ask] })
    await soon(() => expect(feed().open).toBe(1))
    feed().say('a')
    await soon(() => expect(stage.shown(mounted)).toEqual(['open a #1', 'open a #1']))
    await stage.update(mounted, ask)
    await new Promise((resolve) => setTimeout(resolve, 300))
    expect(feed().open).toBe(1)
    await stage.update(mounted)
    await soon(() => expect(feed().open).toBe(0))
    expect(feed().requests).toHaveLength(1)
  })

  test('another url moves the one socket', async () => {
    const mounted = await stage.putPage({ asks: [{ url: `${feed().url}/a` }] })
    await soon(() => expect(feed().open).toBe(1))
    await stage.update(mounted, { url: `${feed().url}/b` })
    await soon(() => expect(feed().requests.map(({ path }) => path)).toEqual(['/a', '/b']))
    await soon(() => expect(feed().open).toBe(1))
  })

  test(
    '9. a server renders the initial data and connects nothing; the client shows the same and misses no message',
    async () => {
      const complaints = [vi.spyOn(console, 'error'), vi.spyOn(console, 'warn')]
      onTestFinished(() => void vi.restoreAllMocks())
      for (const data of ['a', 'b', 'c']) feed().say(data)
      const options = { initialData: 'b', initialLastEventId: '2' }
      const page = { asks: [{ url: feed().url, options }], scopes: [[{ url: feed().url, options }]] }
      const html = await renderOnServer(stage.folder, { ...page, ...stage.props })
      expect(feed().requests).toHaveLength(0)

      // Between the rendering and the hydration the world goes on.
      feed().say('d')
      const heard: string[] = []
      const seen: string[] = []
      const live = (list: string[]) => ({
        url: feed().url,
        options: { ...options, onMessage: ({ data }: { data: string }) => list.push(data) },
        seen: ({ status, data }: { status: string; data: unknown }) => seen.push(`${status} ${data}`),
      })
      const other: string[] = []
      const mounted = stage.hydrate({ asks: [live(heard)], scopes: [[live(other)]] }, html)
      onTestFinished(() => stage.act(() => mounted.unmount()))
      expect(seen.slice(0, 2)).toEqual(['idle b', 'idle b'])
      await soon(() => expect(stage.shown(mounted)).toEqual(['open d #4', 'open d #4']))
      expect(heard).toEqual(['c', 'd'])
      expect(other).toEqual(['c', 'd'])
      expect(feed().requests.map(({ lastEventId }) => lastEventId)).toEqual(['2', '2'])
      for (const complaint of complaints) expect(complaint).not.toHaveBeenCalled()
    },
    SLOW_MS,
  )

  test(
    'what a server renders keeps the elements that it rendered',
    async () => {
      const page = { asks: [{ url: feed().url, options: { initialData: 'b' } }] }
      const html = await renderOnServer(stage.folder, { ...page, ...stage.props })
      expect(html.replaceAll(/<!--.*?-->/g, '')).toContain('idle b')
      const container = document.createElement('div')
      container.innerHTML = html
      const mounted = stage.hydrate(page, html)
      onTestFinished(() => stage.act(() => mounted.unmount()))
      const paragraph = mounted.element.querySelector('p')
      await soon(() => expect(stage.shown(mounted)[0]).toBe('open b'))
      expect(mounted.element.querySelector('p')).toBe(paragraph)
    },
    SLOW_MS,
  )
}

/** A server has to start. */
const SLOW_MS = 60_000

/** As Node has it: a test page's own has other rules. */
const nodeFetch = globalThis.fetch
