import { createFakeClock, createFakeServer } from '@headwater/core/testing'
import { describe, expect, test } from 'vitest'
import type { Adapter } from '../adapter.ts'
import { url } from '../harness.ts'

/**
 * Tests that no data of one test reaches the next. The test file has imported the testing entry of the binding.
 *
 * @param resetStreams Export of that entry; `undefined` in a file that does not import it, where the data does reach the next test.
 */
export function testReset(adapter: Adapter, resetStreams: (() => void) | undefined): void {
  const clock = createFakeClock()
  const server = createFakeServer()
  const options = { clock, fetch: server.fetch, initialData: 'none' }
  const textOf = (element: Element) => element.querySelector('p')?.textContent.trim()
  const mount = async (own: object = {}) => {
    const pages: ReturnType<Adapter['mount']>[] = []
    await adapter.act(
      () => void pages.push(adapter.mount({ views: [{ url, options: { ...options, ...own } }] })),
    )
    return pages[0]!
  }

  describe(`${adapter.name}: ${resetStreams ? 'with' : 'without'} the testing entry`, () => {
    test('a component leaves its connection when the test ends', async () => {
      const { element, unmount } = await mount()
      await adapter.act(async () => (await server.nextRequest()).send('id: 1\ndata: a\n\n'))
      await adapter.act(() => clock.showFrame())
      expect(textOf(element)).toBe('open a #1')
      await adapter.act(unmount)
      expect(server.connections).toBe(1)
    })

    test(`the next test ${resetStreams ? 'has no data of it' : 'has its data'}`, async () => {
      expect(server.connections).toBe(resetStreams ? 0 : 1)
      const { element, unmount } = await mount()
      expect(textOf(element)).toBe(resetStreams ? 'connecting none' : 'open a #1')
      await adapter.act(unmount)
      await adapter.act(() => clock.advance(1_000))
      expect([server.connections, clock.timers]).toEqual([0, 0])
    })

    if (!resetStreams) return
    test('resetStreams() closes each stream of the page, without notifying a mounted component', async () => {
      const shared = await mount()
      const own = await mount({ share: false, closeDelayMs: 60_000 })
      const gone = await mount({ key: 'gone', closeDelayMs: 60_000 })
      await adapter.act(() => clock.advance(0))
      await adapter.act(gone.unmount)
      expect(server.connections).toBe(3)
      resetStreams()
      await adapter.act(() => clock.advance(0))
      expect([server.connections, clock.timers]).toEqual([0, 0])
      expect(textOf(shared.element)).toBe('connecting none')
      await adapter.act(shared.unmount)
      await adapter.act(own.unmount)
      expect([server.connections, clock.timers]).toEqual([0, 0])
    })
  })
}
