import { createEventStream, history, type Snapshot } from '@headwater/core'
import { expect, onTestFinished, test, vi } from 'vitest'
import { type Harness, url } from '../harness.ts'

/** Tests promises 1 to 8 of the stream contract through a mounted view. Promise 9 is in server-rendering.ts. */
export function testContract(harness: Harness): void {
  testCreation(harness)
  testSnapshots(harness)
  testThrowingCallbacks(harness)
  testUnmounting(harness)
}

/** Tests that a stream connects only when a component mounts (promise 1). */
function testCreation(harness: Harness): void {
  test('1. creating a stream does nothing until a component mounts', async () => {
    const { server, clock } = harness
    const stream = createEventStream<unknown>(url, { clock, fetch: server.fetch })
    await harness.advance(10_000)
    expect([server.requests.length, clock.timers, clock.frames]).toEqual([0, 0, 0])
    const mounted = await harness.render({ stream })
    await harness.nextRequest()
    expect(harness.texts(mounted)).toEqual(['connecting'])
  })
}

/** Tests that components render complete, current snapshots (promises 2 to 5). */
function testSnapshots(harness: Harness): void {
  test('2. data keeps its identity until it changes, and is never mutated', async () => {
    const rendered = new Set<unknown>()
    const mounted = await harness.render(
      harness.view({ fold: history(10) }, { onRender: ({ data }) => rendered.add(data) }),
    )
    const request = await harness.nextRequest()
    await harness.send(request, 'data: a\n\n')
    const before = [...rendered]
    const serialized = before.map((data) => JSON.stringify(data))
    await harness.send(request, ': a comment\n\n')
    expect(rendered.size).toBe(before.length)
    await harness.send(request, 'data: b\n\n')
    expect(before.map((data) => JSON.stringify(data))).toEqual(serialized)
    expect(harness.texts(mounted)[0]).toMatch(/"a".*"b"/)
  })

  test('3. folds every one of a thousand messages and renders once', async () => {
    let renders = 0
    const sum = {
      initial: () => 0,
      add: (total: unknown, { data }: { data: string }) => Number(total) + Number(data),
      view: (total: unknown) => total,
    }
    const mounted = await harness.render(harness.view({ fold: sum }, { onRender: () => renders++ }))
    const request = await harness.nextRequest()
    await harness.act(() => request.accept())
    renders = 0
    await harness.act(() => request.send('data: 1\n\n'.repeat(1_000)))
    expect(renders).toBe(0)
    await harness.showFrame()
    expect(renders).toBe(1)
    expect(harness.texts(mounted)).toEqual(['open 1000'])
  })

  test('4. never renders a new id with old data', async () => {
    const pairs: string[] = []
    const onRender = ({ data, lastEventId }: Snapshot<unknown>) =>
      void pairs.push(`${lastEventId}/${data ?? ''}`)
    await harness.render(harness.view({}, { onRender }))
    const request = await harness.nextRequest()
    for (const id of ['1', '2', '3']) await harness.send(request, `id: ${id}\ndata: ${id}\n\n`)
    await harness.act(() => request.send('id: 4\ndata: 4\n\n'))
    await harness.act(() => request.fail())
    expect(pairs.filter((pair) => pair.split('/')[0] !== pair.split('/')[1])).toEqual([])
    expect(pairs.at(-1)).toBe('4/4')
  })

  test('5. renders a change between the first read and the subscription', async () => {
    const { server, clock } = harness
    const stream = createEventStream<unknown>(url, { clock, fetch: server.fetch })
    let hasRendered = false
    const onRender = () => {
      // The first render is after the first read and before the subscription.
      if (!hasRendered) stream.close()
      hasRendered = true
    }
    const mounted = await harness.render({ stream, onRender })
    await harness.advance(0)
    expect(harness.texts(mounted)).toEqual(['closed'])
  })
}

/** Tests that an error thrown by a fold or a callback stays in its component (promise 6). */
function testThrowingCallbacks(harness: Harness): void {
  test('6. a fold or callback that throws affects no other component and is not a network error', async () => {
    const reportError = vi.fn()
    vi.stubGlobal('reportError', reportError)
    onTestFinished(() => void vi.unstubAllGlobals())
    const throwError = () => {
      throw new Error('from the test')
    }
    const fold = { initial: () => 'kept', add: throwError, view: (state: unknown) => state }
    const mounted = await harness.render(
      harness.view({ fold }),
      harness.view({ onMessage: throwError }),
      harness.view(),
    )
    await harness.send(await harness.nextRequest(), 'data: a\n\n')
    expect(harness.texts(mounted)).toEqual(['open kept', 'open a', 'open a'])
    expect(reportError).toHaveBeenCalledTimes(2)
    expect(harness.server.requests).toHaveLength(1)
  })
}

/** Tests unmounting in each state, and a fast remount (promises 7 and 8). */
function testUnmounting(harness: Harness): void {
  test.each([
    ['idle', 'idle', async () => {}],
    ['connecting', 'connecting', async () => {}],
    ['open', 'open', async () => (await harness.nextRequest()).accept()],
    [
      'open with a message that waits for a frame',
      'open',
      async () => (await harness.nextRequest()).send('data: 1\n\n'),
    ],
    ['waiting', 'waiting status', async () => (await harness.nextRequest()).refuse(503)],
    ['paused', 'paused', async () => void window.dispatchEvent(new Event('offline'))],
    ['closed', 'closed', async () => (await harness.nextRequest()).refuse(204)],
    ['failed', 'closed status', async () => (await harness.nextRequest()).refuse(404)],
  ])('7. unmounting while %s leaves no socket, timer or listener', async (state, text, reachState) => {
    const added = vi.spyOn(window, 'addEventListener')
    const removed = vi.spyOn(window, 'removeEventListener')
    onTestFinished(() => void vi.restoreAllMocks())
    const mounted = await harness.render(harness.view({}, state === 'idle' ? { url: undefined } : {}))
    await harness.act(reachState)
    expect(harness.texts(mounted)[0]).toContain(text)
    await harness.act(() => mounted.unmount())
    await harness.advance(60_000)
    await harness.showFrame()
    const leftovers = [harness.server.connections, harness.clock.timers, harness.clock.frames]
    expect(leftovers).toEqual([0, 0, 0])
    const countPageListeners = (calls: unknown[][]) =>
      calls.filter(([type]) => /line$|^page/.test(String(type))).length
    expect(countPageListeners(removed.mock.calls)).toBe(countPageListeners(added.mock.calls))
    await harness.act(() => window.dispatchEvent(new Event('online')))
    expect(harness.server.connections).toBe(0)
  })

  test('8. a fast remount keeps the connection', async () => {
    const mounted = await harness.render(harness.view())
    await harness.send(await harness.nextRequest(), 'id: 1\ndata: a\n\n')
    await harness.update(mounted)
    await harness.advance(100)
    await harness.update(mounted, harness.view())
    expect(harness.texts(mounted)).toEqual(['open a #1'])
    await harness.advance(10_000)
    expect(harness.server.requests).toHaveLength(1)
    expect(harness.server.connections).toBe(1)
  })
}
