import { createEventStream, history } from '@headwater/core'
import { describe, expect, test } from 'vitest'
import { type Stage, url } from '../stage.ts'

/** A component asks for a stream, and then for another. */
export function tellAsking(stage: Stage): void {
  test('a mounted component shows the state and the data', async () => {
    const mounted = await stage.put(stage.ask())
    expect(stage.shown(mounted)).toEqual(['connecting'])
    const request = await stage.next()
    await stage.act(() => request.accept())
    expect(stage.shown(mounted)).toEqual(['open'])
    await stage.send(request, 'id: 1\ndata: 12\n\n')
    expect(stage.shown(mounted)).toEqual(['open 12 #1'])
    await stage.act(() => request.fail())
    expect(stage.shown(mounted)).toEqual(['waiting 12 #1 network'])
    await stage.advance(1_000)
    expect((await stage.next()).headers.get('last-event-id')).toBe('1')
    expect(stage.shown(mounted)).toEqual(['connecting 12 #1'])
  })

  describe('options and callbacks written inline', () => {
    test('cause no reconnect, and the newest are used', async () => {
      const heard: string[] = []
      const at = (count: number) =>
        stage.ask({
          headers: () => ({ count: String(count) }),
          retry: { baseMs: 1_000 },
          onMessage: ({ data }) => heard.push(`${data} at ${count}`),
        })
      const mounted = await stage.put(at(0))
      const request = await stage.next()
      expect(request.headers.get('count')).toBe('0')
      await stage.send(request, 'data: a\n\n')
      for (let count = 1; count <= 5; count++) await stage.update(mounted, at(count))
      await stage.send(request, 'data: b\n\n')
      expect(heard).toEqual(['a at 0', 'b at 5'])
      expect(stage.shown(mounted)).toEqual(['open b'])
      await stage.advance(1_000)
      expect(stage.server.requests).toHaveLength(1)
      await stage.act(() => request.fail())
      await stage.advance(1_000)
      expect((await stage.next()).headers.get('count')).toBe('5')
    })

    test('a fold of the same kind lets data grow on', async () => {
      const mounted = await stage.put(stage.ask({ fold: history(5) }))
      const request = await stage.next()
      await stage.send(request, 'data: a\n\n')
      await stage.update(mounted, stage.ask({ fold: history(5) }))
      await stage.send(request, 'data: b\n\n')
      expect(stage.shown(mounted)[0]).toMatch(/"a".*"b"/)
    })

    test('onMessage hears each message once, in order, though the view is told once', async () => {
      const heard: string[] = []
      const mounted = await stage.put(stage.ask({ onMessage: ({ data }) => heard.push(data) }))
      await stage.send(await stage.next(), 'data: 1\n\ndata: 2\n\ndata: 3\n\n')
      expect(heard).toEqual(['1', '2', '3'])
      expect(stage.shown(mounted)).toEqual(['open 3'])
    })

    test('onMessage is called no more once the component is gone', async () => {
      const heard: string[] = []
      const mounted = await stage.put(stage.ask({ onMessage: ({ data }) => heard.push(data) }))
      const request = await stage.next()
      await stage.send(request, 'data: 1\n\n')
      await stage.act(() => mounted.unmount())
      await stage.act(() => stage.advance(1))
      await stage.send(request, 'data: 2\n\n')
      expect(heard).toEqual(['1'])
    })
  })

  describe('another url', () => {
    test('closes the old stream and opens the new one, and nothing of the old comes after', async () => {
      const heard: string[] = []
      const onMessage = ({ data }: { data: string }) => heard.push(data)
      const mounted = await stage.put(stage.ask({ onMessage }))
      const old = await stage.next()
      await stage.send(old, 'id: 1\ndata: old\n\n')
      await stage.act(() => old.send('id: 2\ndata: late\n\n'))
      await stage.update(mounted, stage.ask({ onMessage }, { url: 'https://example.com/other' }))
      expect(stage.shown(mounted)).toEqual(['connecting'])
      await stage.send(old, 'id: 3\ndata: later\n\n')
      expect(stage.shown(mounted)).toEqual(['connecting'])
      const request = await stage.next()
      expect(request.url).toBe('https://example.com/other')
      expect(request.headers.has('last-event-id')).toBe(false)
      await stage.send(request, 'data: new\n\n')
      expect(stage.shown(mounted)).toEqual(['open new'])
      expect(heard).toEqual(['old', 'late', 'new'])
      await stage.advance(1_000)
      expect(old.aborted).toBe(true)
      expect(stage.server.connections).toBe(1)
    })

    test('never shows old data under the new url', async () => {
      const pairs = new Set<string>()
      const at = (name: string) =>
        stage.ask({}, { url: `${url}/${name}`, seen: ({ data }) => pairs.add(`${name} ${data ?? '-'}`) })
      const mounted = await stage.put(at('a'))
      await stage.send(await stage.next(), 'data: a\n\n')
      await stage.update(mounted, at('b'))
      await stage.send(await stage.next(), 'data: b\n\n')
      expect([...pairs]).toEqual(['a -', 'a a', 'b -', 'b b'])
    })

    test('and back again connects to each in turn, and ends with one connection', async () => {
      const mounted = await stage.put(stage.ask())
      for (const address of [`${url}/b`, url, `${url}/b`])
        await stage.update(mounted, stage.ask({}, { url: address }))
      await stage.advance(1_000)
      expect(stage.server.connections).toBe(1)
      expect(stage.server.requests.filter(({ aborted }) => !aborted).map((request) => request.url)).toEqual([
        `${url}/b`,
      ])
    })

    test('sends the old server no header that is meant for the new one', async () => {
      const at = (name: string) =>
        stage.ask({ headers: { token: name }, closeDelayMs: 5_000 }, { url: `https://${name}.example/` })
      const mounted = await stage.put(at('mine'))
      const old = await stage.next()
      await stage.update(mounted, at('theirs'))
      await stage.act(() => old.fail())
      await stage.advance(1_000)
      for (const request of stage.server.requests)
        expect(request.url).toContain(String(request.headers.get('token')))
      await stage.advance(5_000)
      expect(stage.server.connections).toBe(1)
    })

    test('that is a function is asked in its newest form, and makes no other stream', async () => {
      const at = (count: number) => stage.ask({}, { url: () => `${url}/${count}` })
      const mounted = await stage.put(at(1))
      const first = await stage.next()
      await stage.update(mounted, at(2))
      await stage.act(() => first.fail())
      await stage.advance(1_000)
      expect(stage.server.requests.map((request) => request.url)).toEqual([`${url}/1`, `${url}/2`])
    })
  })

  test.each([
    ['method', { method: 'POST' }, { method: 'PUT' }],
    ['text body', { method: 'POST', body: 'a' }, { method: 'POST', body: 'b' }],
    ['key', { key: 1 }, { key: 2 }],
  ])('another %s makes another stream', async (_, before, after) => {
    const mounted = await stage.put(stage.ask(before))
    await stage.send(await stage.next(), 'data: old\n\n')
    await stage.update(mounted, stage.ask(after))
    expect(stage.shown(mounted)).toEqual(['connecting'])
    await stage.advance(1_000)
    expect(stage.server.requests).toHaveLength(2)
    expect(stage.server.connections).toBe(1)
  })

  describe('a stream that is not wanted', () => {
    test.each([null, undefined, ''])('for its url is %j, is idle until there is one', async (none) => {
      const mounted = await stage.put(stage.ask({ initialData: 'none' }, { url: none }))
      await stage.advance(1_000)
      expect(stage.shown(mounted)).toEqual(['idle none'])
      expect(stage.server.requests).toHaveLength(0)
      await stage.update(mounted, stage.ask())
      expect(stage.shown(mounted)).toEqual(['connecting'])
      await stage.update(mounted, stage.ask({}, { url: none }))
      expect(stage.shown(mounted)).toEqual(['idle'])
      await stage.advance(1_000)
      expect(stage.server.connections).toBe(0)
    })

    test('for it is not enabled, is left, keeps its data, and resumes with its id', async () => {
      const mounted = await stage.put(stage.ask({ enabled: false }))
      await stage.advance(1_000)
      expect(stage.shown(mounted)).toEqual(['idle'])
      expect(stage.server.requests).toHaveLength(0)
      await stage.update(mounted, stage.ask({ enabled: true }))
      await stage.send(await stage.next(), 'id: 7\ndata: a\n\n')
      await stage.update(mounted, stage.ask({ enabled: false }))
      await stage.advance(200)
      expect(stage.shown(mounted)).toEqual(['idle a #7'])
      expect(stage.server.connections).toBe(0)
      await stage.update(mounted, stage.ask({ enabled: true }))
      expect((await stage.next()).headers.get('last-event-id')).toBe('7')
      expect(stage.shown(mounted)).toEqual(['connecting a #7'])
    })
  })

  describe('by hand', () => {
    test('close and open work from an event handler', async () => {
      const mounted = await stage.put(stage.ask())
      await stage.send(await stage.next(), 'id: 3\ndata: a\n\n')
      await stage.press(mounted, 'close')
      expect(stage.shown(mounted)).toEqual(['closed a #3'])
      expect(stage.server.connections).toBe(0)
      await stage.advance(10_000)
      expect(stage.server.requests).toHaveLength(1)
      await stage.press(mounted, 'open')
      expect(stage.shown(mounted)).toEqual(['connecting a #3'])
      expect((await stage.next()).headers.get('last-event-id')).toBe('3')
    })

    test('they work on the stream of the present url', async () => {
      const mounted = await stage.put(stage.ask())
      await stage.next()
      await stage.update(mounted, stage.ask({}, { url: `${url}/b` }))
      const request = await stage.next()
      await stage.press(mounted, 'close')
      expect(stage.shown(mounted)).toEqual(['closed'])
      expect(request.aborted).toBe(true)
    })
  })

  test('a stream made elsewhere is joined while it is mounted, and left after', async () => {
    const { server, clock } = stage
    const stream = createEventStream<unknown>(url, { clock, fetch: server.fetch })
    const mounted = await stage.put({ stream }, { stream })
    await stage.send(await stage.next(), 'data: a\n\n')
    expect(stage.shown(mounted)).toEqual(['open a', 'open a'])
    await stage.update(mounted, { stream })
    await stage.advance(1_000)
    expect(server.connections).toBe(1)
    await stage.update(mounted)
    await stage.advance(1_000)
    expect(server.connections).toBe(0)
    expect(server.requests).toHaveLength(1)
    expect(stream.getSnapshot()).toMatchObject({ status: 'idle', data: 'a' })
  })
}
