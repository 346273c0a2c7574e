import { type Fold, history, text } from '@headwater/core'
import { expect, test } from 'vitest'
import type { Harness } from '../harness.ts'

const gap = 'event: headwater.gap\nid: 5\ndata: {"from":"1","to":"5"}\n\n'

/** Tests what a component learns about messages that are missing after a reconnect, or in the middle of a connection. */
export function testContinuity(harness: Harness): void {
  test.each([
    ['resumed', { 'sse-resume': 'complete' }, 'id: 1\n'],
    ['gap', { 'sse-resume': 'gap' }, 'id: 1\n'],
    ['unverified', {}, 'id: 1\n'],
    ['restarted', {}, ''],
  ])(
    'a component renders that its stream is %s, and onReconnect is told',
    async (continuity, headers, id) => {
      const rendered: unknown[] = []
      const reconnects: unknown[] = []
      await harness.render(
        harness.view(
          { onReconnect: (opening) => reconnects.push(opening.continuity) },
          { onRender: (snapshot) => snapshot.status === 'open' && rendered.push(snapshot.continuity) },
        ),
      )
      const first = await harness.nextRequest()
      await harness.send(first, `${id}data: a\n\n`)
      expect(rendered.at(-1)).toBe('fresh')
      await harness.act(() => first.fail())
      await harness.advance(2_500)
      const second = await harness.nextRequest()
      await harness.act(() => second.accept(headers))
      expect(rendered.at(-1)).toBe(continuity)
      expect(reconnects).toEqual([continuity])
    },
  )

  test('onGap is called for a gap in the middle, of which nothing else is delivered, and the id moves on', async () => {
    const log: string[] = []
    const continuities: unknown[] = []
    const view = (name: string) =>
      harness.view(
        {
          fold: history(10) as Fold<unknown>,
          events: { '*': String },
          onMessage: ({ data }) => void log.push(`${name} ${data}`),
          onGap: ({ from, to }) => log.push(`${name} gap ${from} ${to}`),
        },
        { onRender: (snapshot) => snapshot.status === 'open' && continuities.push(snapshot.continuity) },
      )
    const mounted = await harness.render(view('one'), view('other'))
    const first = await harness.nextRequest()
    await harness.send(first, `id: 1\ndata: a\n\n${gap}data: b\n\n`)
    expect(log).toEqual(['one a', 'other a', 'one gap 1 5', 'other gap 1 5', 'one b', 'other b'])
    expect(continuities.at(-1)).toBe('gap')
    await harness.act(() => first.fail())
    await harness.advance(2_500)
    expect((await harness.nextRequest()).headers.get('last-event-id')).toBe('5')

    await harness.act(() => mounted.unmount())
    expect(harness.server.requests).toHaveLength(2)
  })

  test('the latest onGap is called, and a text starts again at the gap', async () => {
    const log: string[] = []
    const view = (name: string) =>
      harness.view({ fold: text() as Fold<unknown>, onGap: () => log.push(name) })
    const mounted = await harness.render(view('first'))
    const request = await harness.nextRequest()
    await harness.send(request, 'data: Hello\n\n')
    await harness.update(mounted, view('latest'))
    await harness.send(request, `${gap}data: world\n\n`)
    expect(log).toEqual(['latest'])
    expect(harness.texts(mounted)).toEqual(['open world #5'])
  })
}
