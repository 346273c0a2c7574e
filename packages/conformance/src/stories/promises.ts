import { createEventStream, history, type Snapshot } from '@headwater/core'
import { expect, onTestFinished, test, vi } from 'vitest'
import { type Stage, url } from '../stage.ts'

/** The nine promises of the contract, as a view sees them. */
export function tellPromises(stage: Stage): void {
  test('1. making a stream does nothing until something is mounted', async () => {
    const { server, clock } = stage
    const stream = createEventStream<unknown>(url, { clock, fetch: server.fetch })
    await stage.advance(10_000)
    expect([server.requests.length, clock.timers, clock.frames]).toEqual([0, 0, 0])
    const mounted = await stage.put({ stream })
    await stage.next()
    expect(stage.shown(mounted)).toEqual(['connecting'])
  })

  test('2. what is shown is identical until something changes, and is never changed in place', async () => {
    const seen = new Set<unknown>()
    const mounted = await stage.put(stage.ask({ fold: history(10) }, { seen: ({ data }) => seen.add(data) }))
    const request = await stage.next()
    await stage.send(request, 'data: a\n\n')
    const before = [...seen]
    const texts = before.map((data) => JSON.stringify(data))
    await stage.send(request, ': a comment\n\n')
    expect(seen.size).toBe(before.length)
    await stage.send(request, 'data: b\n\n')
    expect(before.map((data) => JSON.stringify(data))).toEqual(texts)
    expect(stage.shown(mounted)[0]).toMatch(/"a".*"b"/)
  })

  test('3. no message is skipped, and a thousand of them are shown at once', async () => {
    let renders = 0
    const sum = {
      initial: () => 0,
      add: (total: unknown, { data }: { data: string }) => Number(total) + Number(data),
      view: (total: unknown) => total,
    }
    const mounted = await stage.put(stage.ask({ fold: sum }, { seen: () => renders++ }))
    const request = await stage.next()
    await stage.act(() => request.accept())
    renders = 0
    await stage.act(() => request.send('data: 1\n\n'.repeat(1_000)))
    expect(renders).toBe(0)
    await stage.frame()
    expect(renders).toBe(1)
    expect(stage.shown(mounted)).toEqual(['open 1000'])
  })

  test('4. nobody sees a new id with old data', async () => {
    const pairs: string[] = []
    const seen = ({ data, lastEventId }: Snapshot<unknown>) => void pairs.push(`${lastEventId}/${data ?? ''}`)
    await stage.put(stage.ask({}, { seen }))
    const request = await stage.next()
    for (const id of ['1', '2', '3']) await stage.send(request, `id: ${id}\ndata: ${id}\n\n`)
    await stage.act(() => request.send('id: 4\ndata: 4\n\n'))
    await stage.act(() => request.fail())
    expect(pairs.filter((pair) => pair.split('/')[0] !== pair.split('/')[1])).toEqual([])
    expect(pairs.at(-1)).toBe('4/4')
  })

  test('5. a change between the first reading and the subscription is not lost', async () => {
    const { server, clock } = stage
    const stream = createEventStream<unknown>(url, { clock, fetch: server.fetch })
    let looked = false
    const seen = () => {
      // While it renders for the first time: after the reading, before the subscription.
      if (!looked) stream.close()
      looked = true
    }
    const mounted = await stage.put({ stream, seen })
    await stage.advance(0)
    expect(stage.shown(mounted)).toEqual(['closed'])
  })

  test('6. a fold or a callback that throws harms nobody else, and is no network error', async () => {
    const reports = vi.fn()
    vi.stubGlobal('reportError', reports)
    onTestFinished(() => void vi.unstubAllGlobals())
    const bad = () => {
      throw new Error('mine')
    }
    const fold = { initial: () => 'kept', add: bad, view: (state: unknown) => state }
    const mounted = await stage.put(stage.ask({ fold }), stage.ask({ onMessage: bad }), stage.ask())
    await stage.send(await stage.next(), 'data: a\n\n')
    expect(stage.shown(mounted)).toEqual(['open kept', 'open a', 'open a'])
    expect(reports).toHaveBeenCalledTimes(2)
    expect(stage.server.requests).toHaveLength(1)
  })

  test.each([
    ['idle', 'idle', async () => {}],
    ['connecting', 'connecting', async () => {}],
    ['open', 'open', async () => (await stage.next()).accept()],
    [
      'open, with a message that waits for its frame',
      'open',
      async () => (await stage.next()).send('data: 1\n\n'),
    ],
    ['waiting', 'waiting status', async () => (await stage.next()).refuse(503)],
    ['paused', 'paused', async () => void window.dispatchEvent(new Event('offline'))],
    ['closed', 'closed', async () => (await stage.next()).refuse(204)],
    ['failed', 'closed status', async () => (await stage.next()).refuse(404)],
  ])('7. unmounting while %s leaves no socket, no timer and no listener', async (state, shows, reach) => {
    const added = vi.spyOn(window, 'addEventListener')
    const removed = vi.spyOn(window, 'removeEventListener')
    onTestFinished(() => void vi.restoreAllMocks())
    const mounted = await stage.put(stage.ask({}, state === 'idle' ? { url: undefined } : {}))
    await stage.act(reach)
    expect(stage.shown(mounted)[0]).toContain(shows)
    await stage.act(() => mounted.unmount())
    await stage.advance(60_000)
    await stage.frame()
    const left = [stage.server.connections, stage.clock.timers, stage.clock.frames]
    expect(left).toEqual([0, 0, 0])
    const own = (calls: unknown[][]) => calls.filter(([type]) => /line$|^page/.test(String(type))).length
    expect(own(removed.mock.calls)).toBe(own(added.mock.calls))
    await stage.act(() => window.dispatchEvent(new Event('online')))
    expect(stage.server.connections).toBe(0)
  })

  test('8. a fast remount keeps the connection', async () => {
    const mounted = await stage.put(stage.ask())
    await stage.send(await stage.next(), 'id: 1\ndata: a\n\n')
    await stage.update(mounted)
    await stage.advance(100)
    await stage.update(mounted, stage.ask())
    expect(stage.shown(mounted)).toEqual(['open a #1'])
    await stage.advance(10_000)
    expect(stage.server.requests).toHaveLength(1)
    expect(stage.server.connections).toBe(1)
  })
}
