import { describe, expect, test } from 'vitest'
import { type Harness, url } from '../harness.ts'

/** Tests a component that switches to another URL. */
export function testNewUrl(harness: Harness): void {
  describe('a new url', () => {
    test('closes the old stream, opens the new one and delivers nothing more of the old one', async () => {
      const received: string[] = []
      const onMessage = ({ data }: { data: string }) => received.push(data)
      const mounted = await harness.render(harness.view({ onMessage }))
      const old = await harness.nextRequest()
      await harness.send(old, 'id: 1\ndata: old\n\n')
      await harness.act(() => old.send('id: 2\ndata: late\n\n'))
      await harness.update(mounted, harness.view({ onMessage }, { url: 'https://example.com/other' }))
      expect(harness.texts(mounted)).toEqual(['connecting'])
      await harness.send(old, 'id: 3\ndata: later\n\n')
      expect(harness.texts(mounted)).toEqual(['connecting'])
      const request = await harness.nextRequest()
      expect(request.url).toBe('https://example.com/other')
      expect(request.headers.has('last-event-id')).toBe(false)
      await harness.send(request, 'data: new\n\n')
      expect(harness.texts(mounted)).toEqual(['open new'])
      expect(received).toEqual(['old', 'late', 'new'])
      await harness.advance(1_000)
      expect(old.aborted).toBe(true)
      expect(harness.server.connections).toBe(1)
    })

    test('never renders old data under the new url', async () => {
      const pairs = new Set<string>()
      const at = (name: string) =>
        harness.view(
          {},
          { url: `${url}/${name}`, onRender: ({ data }) => pairs.add(`${name} ${data ?? '-'}`) },
        )
      const mounted = await harness.render(at('a'))
      await harness.send(await harness.nextRequest(), 'data: a\n\n')
      await harness.update(mounted, at('b'))
      await harness.send(await harness.nextRequest(), 'data: b\n\n')
      expect([...pairs]).toEqual(['a -', 'a a', 'b -', 'b b'])
    })

    test('and back again leaves one connection, to the last url', async () => {
      const mounted = await harness.render(harness.view())
      for (const next of [`${url}/b`, url, `${url}/b`])
        await harness.update(mounted, harness.view({}, { url: next }))
      await harness.advance(1_000)
      expect(harness.server.connections).toBe(1)
      expect(harness.server.requests.filter(({ aborted }) => !aborted).map((request) => request.url)).toEqual(
        [`${url}/b`],
      )
    })

    test('never sends its headers to the old server', async () => {
      const at = (name: string) =>
        harness.view({ headers: { token: name }, closeDelayMs: 5_000 }, { url: `https://${name}.example/` })
      const mounted = await harness.render(at('mine'))
      const old = await harness.nextRequest()
      await harness.update(mounted, at('theirs'))
      await harness.act(() => old.fail())
      await harness.advance(1_000)
      for (const request of harness.server.requests)
        expect(request.url).toContain(String(request.headers.get('token')))
      await harness.advance(5_000)
      expect(harness.server.connections).toBe(1)
    })

    test('function keeps the stream, and the latest one is called for the next attempt', async () => {
      const at = (count: number) => harness.view({}, { url: () => `${url}/${count}` })
      const mounted = await harness.render(at(1))
      const first = await harness.nextRequest()
      await harness.update(mounted, at(2))
      await harness.act(() => first.fail())
      await harness.advance(1_000)
      expect(harness.server.requests.map((request) => request.url)).toEqual([`${url}/1`, `${url}/2`])
    })
  })
}

/** Tests that a new method, body or key creates a new stream. */
export function testNewIdentity(harness: Harness): void {
  test.each([
    ['method', { method: 'POST' }, { method: 'PUT' }],
    ['text body', { method: 'POST', body: 'a' }, { method: 'POST', body: 'b' }],
    ['key', { key: 1 }, { key: 2 }],
  ])('a new %s creates a new stream', async (_, before, after) => {
    const mounted = await harness.render(harness.view(before))
    await harness.send(await harness.nextRequest(), 'data: old\n\n')
    await harness.update(mounted, harness.view(after))
    expect(harness.texts(mounted)).toEqual(['connecting'])
    await harness.advance(1_000)
    expect(harness.server.requests).toHaveLength(2)
    expect(harness.server.connections).toBe(1)
  })
}
