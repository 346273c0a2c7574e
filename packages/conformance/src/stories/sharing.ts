import { history } from '@headwater/core'
import { expect, test } from 'vitest'
import { type Stage, url } from '../stage.ts'

/** Components that ask for the same stream. */
export function tellSharing(stage: Stage): void {
  test('share one connection, each with its own fold, until the last has left', async () => {
    const one = stage.ask()
    const two = stage.ask({ fold: history(5) })
    const mounted = await stage.put(one, two)
    await stage.advance(0)
    expect(stage.server.requests).toHaveLength(1)
    await stage.send(await stage.next(), 'data: a\n\ndata: b\n\n')
    expect(stage.shown(mounted)[0]).toBe('open b')
    expect(stage.shown(mounted)[1]).toMatch(/"a".*"b"/)
    await stage.update(mounted, one)
    await stage.advance(10_000)
    expect(stage.server.connections).toBe(1)
    await stage.update(mounted)
    await stage.advance(199)
    expect(stage.server.connections).toBe(1)
    await stage.advance(1)
    expect(stage.server.connections).toBe(0)
  })

  test('a late comer has the status at once, and starts from what its fold can know', async () => {
    const seen: string[] = []
    const mounted = await stage.put(stage.ask())
    await stage.send(await stage.next(), 'id: 1\ndata: a\n\n')
    const late = stage.ask({ fold: history(5) })
    await stage.update(mounted, stage.ask(), stage.ask({}, { seen: ({ status }) => seen.push(status) }), late)
    await stage.frame()
    expect(stage.shown(mounted)).toEqual(['open a #1', 'open a #1', 'open [] #1'])
    expect(new Set(seen)).toEqual(new Set(['open']))
    expect(stage.server.requests).toHaveLength(1)
  })

  test('not what differs in method, body or key, and not with share: false', async () => {
    await stage.put(
      stage.ask(),
      stage.ask({ key: 'own' }),
      stage.ask({ method: 'POST' }),
      stage.ask({ method: 'POST', body: 'a' }),
      stage.ask({ share: false }),
    )
    await stage.advance(0)
    expect(stage.server.requests).toHaveLength(5)
  })

  test('not beyond their scope', async () => {
    const [a, b, c] = [stage.ask(), stage.ask(), stage.ask()]
    const mounted = await stage.putPage({ scopes: [[a, b], [c]] })
    await stage.advance(0)
    expect(stage.server.requests).toHaveLength(2)
    await stage.send(stage.server.requests[0]!, 'data: shared\n\n')
    expect(stage.shown(mounted)).toEqual(['open shared', 'open shared', 'connecting'])
    await stage.act(() => mounted.unmount())
    await stage.advance(1_000)
    expect(stage.server.connections).toBe(0)
  })

  test('closing it by hand closes it for all, and opening it opens it for all', async () => {
    const mounted = await stage.put(stage.ask(), stage.ask())
    await stage.act(async () => (await stage.next()).accept())
    await stage.press(mounted, 'close', 1)
    expect(stage.shown(mounted)).toEqual(['closed', 'closed'])
    await stage.press(mounted, 'open', 0)
    expect(stage.shown(mounted)).toEqual(['connecting', 'connecting'])
    await stage.advance(0)
    expect(stage.server.connections).toBe(1)
  })

  test('one that leaves for another url leaves the others their connection', async () => {
    const mounted = await stage.put(stage.ask(), stage.ask())
    const request = await stage.next()
    await stage.update(mounted, stage.ask({}, { url: `${url}/b` }), stage.ask())
    await stage.advance(1_000)
    await stage.send(request, 'data: a\n\n')
    expect(stage.shown(mounted)).toEqual(['connecting', 'open a'])
    expect(stage.server.connections).toBe(2)
  })
}
