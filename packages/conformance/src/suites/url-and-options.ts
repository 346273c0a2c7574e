import { createEventStream, history } from '@headwater/core'
import { describe, expect, test } from 'vitest'
import { type Harness, url } from '../harness.ts'
import { testNewIdentity, testNewUrl } from './new-url.ts'

/** Tests a component that streams a URL, and changes of its URL and options. */
export function testUrlAndOptions(harness: Harness): void {
  testLifecycle(harness)
  testInlineOptions(harness)
  testNewUrl(harness)
  testNewIdentity(harness)
  testDisabledStream(harness)
  testOpenAndClose(harness)
  testExistingStream(harness)
}

/** Tests the status and data that a component renders, from the first attempt to a reconnect. */
function testLifecycle(harness: Harness): void {
  test('a mounted component renders the status and the data', async () => {
    const mounted = await harness.render(harness.view())
    expect(harness.texts(mounted)).toEqual(['connecting'])
    const request = await harness.nextRequest()
    await harness.act(() => request.accept())
    expect(harness.texts(mounted)).toEqual(['open'])
    await harness.send(request, 'id: 1\ndata: 12\n\n')
    expect(harness.texts(mounted)).toEqual(['open 12 #1'])
    await harness.act(() => request.fail())
    expect(harness.texts(mounted)).toEqual(['waiting 12 #1 network'])
    await harness.advance(1_000)
    expect((await harness.nextRequest()).headers.get('last-event-id')).toBe('1')
    expect(harness.texts(mounted)).toEqual(['connecting 12 #1'])
  })
}

/** Tests options and callbacks that are written inline, so that each render creates new ones. */
function testInlineOptions(harness: Harness): void {
  describe('inline options and callbacks', () => {
    test('cause no reconnect, and the latest ones are used', async () => {
      const received: string[] = []
      const at = (count: number) =>
        harness.view({
          headers: () => ({ count: String(count) }),
          retry: { baseMs: 1_000 },
          onMessage: ({ data }) => received.push(`${data} at ${count}`),
        })
      const mounted = await harness.render(at(0))
      const request = await harness.nextRequest()
      expect(request.headers.get('count')).toBe('0')
      await harness.send(request, 'data: a\n\n')
      for (let count = 1; count <= 5; count++) await harness.update(mounted, at(count))
      await harness.send(request, 'data: b\n\n')
      expect(received).toEqual(['a at 0', 'b at 5'])
      expect(harness.texts(mounted)).toEqual(['open b'])
      await harness.advance(1_000)
      expect(harness.server.requests).toHaveLength(1)
      await harness.act(() => request.fail())
      await harness.advance(1_000)
      expect((await harness.nextRequest()).headers.get('count')).toBe('5')
    })

    test('a new fold with the same state key keeps the data', async () => {
      const mounted = await harness.render(harness.view({ fold: history(5) }))
      const request = await harness.nextRequest()
      await harness.send(request, 'data: a\n\n')
      await harness.update(mounted, harness.view({ fold: history(5) }))
      await harness.send(request, 'data: b\n\n')
      expect(harness.texts(mounted)[0]).toMatch(/"a".*"b"/)
    })

    test('onMessage receives each message once, in order, while the view renders once per frame', async () => {
      const received: string[] = []
      const mounted = await harness.render(harness.view({ onMessage: ({ data }) => received.push(data) }))
      await harness.send(await harness.nextRequest(), 'data: 1\n\ndata: 2\n\ndata: 3\n\n')
      expect(received).toEqual(['1', '2', '3'])
      expect(harness.texts(mounted)).toEqual(['open 3'])
    })

    test('onMessage is not called after the component unmounts', async () => {
      const received: string[] = []
      const mounted = await harness.render(harness.view({ onMessage: ({ data }) => received.push(data) }))
      const request = await harness.nextRequest()
      await harness.send(request, 'data: 1\n\n')
      await harness.act(() => mounted.unmount())
      await harness.act(() => harness.advance(1))
      await harness.send(request, 'data: 2\n\n')
      expect(received).toEqual(['1'])
    })
  })
}

/** Tests a stream without a URL or with `enabled: false`. */
function testDisabledStream(harness: Harness): void {
  describe('a disabled stream', () => {
    test.each([null, undefined, ''])('with the url %j is idle until there is a url', async (none) => {
      const mounted = await harness.render(harness.view({ initialData: 'none' }, { url: none }))
      await harness.advance(1_000)
      expect(harness.texts(mounted)).toEqual(['idle none'])
      expect(harness.server.requests).toHaveLength(0)
      await harness.update(mounted, harness.view())
      expect(harness.texts(mounted)).toEqual(['connecting'])
      await harness.update(mounted, harness.view({}, { url: none }))
      expect(harness.texts(mounted)).toEqual(['idle'])
      await harness.advance(1_000)
      expect(harness.server.connections).toBe(0)
    })

    test('with enabled: false disconnects, keeps its data and later resumes from its last event id', async () => {
      const mounted = await harness.render(harness.view({ enabled: false }))
      await harness.advance(1_000)
      expect(harness.texts(mounted)).toEqual(['idle'])
      expect(harness.server.requests).toHaveLength(0)
      await harness.update(mounted, harness.view({ enabled: true }))
      await harness.send(await harness.nextRequest(), 'id: 7\ndata: a\n\n')
      await harness.update(mounted, harness.view({ enabled: false }))
      await harness.advance(200)
      expect(harness.texts(mounted)).toEqual(['idle a #7'])
      expect(harness.server.connections).toBe(0)
      await harness.update(mounted, harness.view({ enabled: true }))
      expect((await harness.nextRequest()).headers.get('last-event-id')).toBe('7')
      expect(harness.texts(mounted)).toEqual(['connecting a #7'])
    })
  })
}

/** Tests `open()` and `close()` of a component. */
function testOpenAndClose(harness: Harness): void {
  describe('open() and close()', () => {
    test('work in an event handler', async () => {
      const mounted = await harness.render(harness.view())
      await harness.send(await harness.nextRequest(), 'id: 3\ndata: a\n\n')
      await harness.click(mounted, 'close')
      expect(harness.texts(mounted)).toEqual(['closed a #3'])
      expect(harness.server.connections).toBe(0)
      await harness.advance(10_000)
      expect(harness.server.requests).toHaveLength(1)
      await harness.click(mounted, 'open')
      expect(harness.texts(mounted)).toEqual(['connecting a #3'])
      expect((await harness.nextRequest()).headers.get('last-event-id')).toBe('3')
    })

    test('apply to the stream of the current url', async () => {
      const mounted = await harness.render(harness.view())
      await harness.nextRequest()
      await harness.update(mounted, harness.view({}, { url: `${url}/b` }))
      const request = await harness.nextRequest()
      await harness.click(mounted, 'close')
      expect(harness.texts(mounted)).toEqual(['closed'])
      expect(request.aborted).toBe(true)
    })
  })
}

/** Tests a stream that was created outside the component. */
function testExistingStream(harness: Harness): void {
  test('an existing stream is connected while a component that shows it is mounted', async () => {
    const { server, clock } = harness
    const stream = createEventStream<unknown>(url, { clock, fetch: server.fetch })
    const mounted = await harness.render({ stream }, { stream })
    await harness.send(await harness.nextRequest(), 'data: a\n\n')
    expect(harness.texts(mounted)).toEqual(['open a', 'open a'])
    await harness.update(mounted, { stream })
    await harness.advance(1_000)
    expect(server.connections).toBe(1)
    await harness.update(mounted)
    await harness.advance(1_000)
    expect(server.connections).toBe(0)
    expect(server.requests).toHaveLength(1)
    expect(stream.getSnapshot()).toMatchObject({ status: 'idle', data: 'a' })
  })
}
