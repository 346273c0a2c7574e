import { type Fold, text } from '@headwater/core'
import { describe, expect, test } from 'vitest'
import { type Harness, type Options, url } from '../harness.ts'

/** Tests streams that open by hand, start again and end. */
export function testOpening(harness: Harness): void {
  testOpenByHand(harness)
  testAnswers(harness)
  testOnClose(harness)
  testEventTypes(harness)
}

/** Tests streams that a component opens itself, and that close when it is unmounted. */
function testOpenByHand(harness: Harness): void {
  describe.each<[string, Options]>([
    ['autoConnect: false', { autoConnect: false }],
    ['enabled: false', { enabled: false }],
  ])('a stream with %s', (_, options) => {
    test('is idle until open(), and closes when the component is unmounted', async () => {
      const mounted = await harness.render(harness.view(options))
      await harness.advance(1_000)
      expect(harness.texts(mounted)).toEqual(['idle'])
      expect(harness.server.requests).toHaveLength(0)
      await harness.click(mounted, 'open')
      await harness.send(await harness.nextRequest(), 'data: a\n\n')
      await harness.advance(10_000)
      expect(harness.texts(mounted)).toEqual(['open a'])
      await harness.act(() => mounted.unmount())
      await harness.advance(200)
      expect([harness.server.connections, harness.clock.timers]).toEqual([0, 0])
    })

    test('can be closed and opened again', async () => {
      const mounted = await harness.render(harness.view(options))
      await harness.click(mounted, 'open')
      await harness.click(mounted, 'close')
      expect(harness.texts(mounted)).toEqual(['closed'])
      await harness.advance(1_000)
      expect(harness.server.connections).toBe(0)
      await harness.click(mounted, 'open')
      await harness.advance(1_000)
      expect(harness.server.connections).toBe(1)
    })

    test('closes when the component switches to another url', async () => {
      const mounted = await harness.render(harness.view(options))
      await harness.click(mounted, 'open')
      await harness.update(mounted, harness.view(options, { url: `${url}/b` }))
      await harness.advance(200)
      expect(harness.texts(mounted)).toEqual(['idle'])
      expect([harness.server.connections, harness.clock.timers]).toEqual([0, 0])
    })
  })

  test('open() after the component is unmounted opens nothing', async () => {
    let open = () => {}
    const mounted = await harness.render(
      harness.view({}, { onRender: (snapshot) => void ({ open } = snapshot) }),
    )
    await harness.act(() => mounted.unmount())
    await harness.advance(1_000)
    await harness.act(() => open())
    await harness.advance(1_000)
    expect([harness.server.connections, harness.clock.timers]).toEqual([0, 0])
  })
}

/** Tests answers of models: a restart, and a component that comes late. */
function testAnswers(harness: Harness): void {
  test('an answer that is opened again starts with no text', async () => {
    const mounted = await harness.render(harness.view({ fold: text() as Fold<unknown> }))
    await harness.send(await harness.nextRequest(), 'data: Hello\n\n')
    await harness.click(mounted, 'close')
    expect(harness.texts(mounted)).toEqual(['closed Hello'])
    await harness.click(mounted, 'open')
    await harness.send(await harness.nextRequest(), 'data: Hi\n\n')
    expect(harness.texts(mounted)).toEqual(['open Hi'])
  })

  test('a component that mounts during an answer, or is mounted again, has its start', async () => {
    const view = harness.view({ fold: text() as Fold<unknown> })
    const mounted = await harness.render(view)
    const request = await harness.nextRequest()
    await harness.send(request, 'data: Hel\n\n')
    await harness.update(mounted, view, view)
    await harness.send(request, 'data: lo\n\n')
    expect(harness.texts(mounted)).toEqual(['open Hello', 'open Hello'])
    await harness.update(mounted)
    await harness.advance(50)
    await harness.update(mounted, view)
    expect(harness.texts(mounted)).toEqual(['open Hello'])
    await harness.send(request, 'data: !\n\n')
    expect(harness.texts(mounted)).toEqual(['open Hello!'])
    expect(harness.server.requests).toHaveLength(1)
  })
}

/** Tests the callback `onClose`. */
function testOnClose(harness: Harness): void {
  test.each<[string, object, (mounted: Parameters<Harness['click']>[0]) => Promise<void>]>([
    ['close()', { reason: 'closed', error: undefined }, (mounted) => harness.click(mounted, 'close')],
    [
      'its end',
      { reason: 'ended', error: undefined },
      () => harness.act(() => harness.server.requests[0]!.send('data: end\n\n')),
    ],
    [
      'an error',
      { reason: 'failed', error: expect.objectContaining({ status: 404 }) },
      async () => {
        await harness.act(() => harness.server.requests[0]!.fail())
        await harness.advance(1_000)
        await harness.act(() => harness.server.requests[1]!.refuse(404))
      },
    ],
  ])(
    'onClose is called once after %s, with the reason, the error and the data',
    async (_, expected, close) => {
      const closings: unknown[] = []
      const options: Options = {
        onClose: (closing) => closings.push(closing),
        until: ({ data }) => data === 'end',
      }
      const mounted = await harness.render(harness.view(options))
      await harness.send(await harness.nextRequest(), 'data: a\n\n')
      await close(mounted)
      await harness.showFrame()
      expect(closings).toEqual([{ ...expected, data: 'a' }])
      await harness.act(() => mounted.unmount())
      await harness.advance(1_000)
      expect(closings).toHaveLength(1)
    },
  )

  test('onClose is not called when the component is unmounted', async () => {
    const closings: unknown[] = []
    const mounted = await harness.render(harness.view({ onClose: (closing) => closings.push(closing) }))
    await harness.send(await harness.nextRequest(), 'data: a\n\n')
    await harness.act(() => mounted.unmount())
    await harness.advance(1_000)
    expect(closings).toEqual([])
  })
}

/** Tests messages with a type. */
function testEventTypes(harness: Harness): void {
  test('a ping does not replace the data, and lastEventType is the type that the data is built from', async () => {
    const types: string[] = []
    const onRender = ({ lastEventType }: { lastEventType: string }) => void types.push(lastEventType)
    const mounted = await harness.render(harness.view({ onMessage: () => {} }, { onRender }))
    const request = await harness.nextRequest()
    await harness.send(request, 'data: a\n\n')
    await harness.send(request, 'event: ping\ndata: now\n\n')
    expect(harness.texts(mounted)).toEqual(['open a'])
    expect(new Set(types)).toEqual(new Set(['', 'message']))
  })

  test('lastEventType is the type of the last message that events names', async () => {
    const types: string[] = []
    const onRender = ({ lastEventType }: { lastEventType: string }) => void types.push(lastEventType)
    const events = { price: Number, halt: String }
    const mounted = await harness.render(harness.view({ events }, { onRender }))
    const request = await harness.nextRequest()
    await harness.send(request, 'event: price\ndata: 1\n\n')
    await harness.send(request, 'event: halt\ndata: x\n\nevent: ping\ndata: y\n\n')
    expect(harness.texts(mounted)).toEqual(['open x'])
    expect(types.at(-1)).toBe('halt')
  })
}
