import { history } from '@headwater/core'
import { expect, test } from 'vitest'
import { type Harness, url } from '../harness.ts'

/** Tests components that request the same stream. */
export function testSharing(harness: Harness): void {
  testSharedConnection(harness)
  testSeparateConnections(harness)
  testChangesByOneComponent(harness)
}

/** Tests the connection that components share: its lifetime, and components that join later. */
function testSharedConnection(harness: Harness): void {
  test('components share one connection, each with its own fold, until the last one unmounts', async () => {
    const one = harness.view()
    const two = harness.view({ fold: history(5) })
    const mounted = await harness.render(one, two)
    await harness.advance(0)
    expect(harness.server.requests).toHaveLength(1)
    await harness.send(await harness.nextRequest(), 'data: a\n\ndata: b\n\n')
    expect(harness.texts(mounted)[0]).toBe('open b')
    expect(harness.texts(mounted)[1]).toMatch(/"a".*"b"/)
    await harness.update(mounted, one)
    await harness.advance(10_000)
    expect(harness.server.connections).toBe(1)
    await harness.update(mounted)
    await harness.advance(199)
    expect(harness.server.connections).toBe(1)
    await harness.advance(1)
    expect(harness.server.connections).toBe(0)
  })

  test('a component that mounts later shows the current status, and the last message only if its fold replays it', async () => {
    const statuses: string[] = []
    const mounted = await harness.render(harness.view())
    await harness.send(await harness.nextRequest(), 'id: 1\ndata: a\n\n')
    const late = harness.view({ fold: history(5) })
    await harness.update(
      mounted,
      harness.view(),
      harness.view({}, { onRender: ({ status }) => statuses.push(status) }),
      late,
    )
    await harness.showFrame()
    expect(harness.texts(mounted)).toEqual(['open a #1', 'open a #1', 'open [] #1'])
    expect(new Set(statuses)).toEqual(new Set(['open']))
    expect(harness.server.requests).toHaveLength(1)
  })
}

/** Tests that other options or another scope lead to another connection. */
function testSeparateConnections(harness: Harness): void {
  test('streams with another method, body or key, or with share: false, have their own connection', async () => {
    await harness.render(
      harness.view(),
      harness.view({ key: 'own' }),
      harness.view({ method: 'POST' }),
      harness.view({ method: 'POST', body: 'a' }),
      harness.view({ share: false }),
    )
    await harness.advance(0)
    expect(harness.server.requests).toHaveLength(5)
  })

  test('each scope has its own connection', async () => {
    const [a, b, c] = [harness.view(), harness.view(), harness.view()]
    const mounted = await harness.renderPage({ scopes: [[a, b], [c]] })
    await harness.advance(0)
    expect(harness.server.requests).toHaveLength(2)
    await harness.send(harness.server.requests[0]!, 'data: shared\n\n')
    expect(harness.texts(mounted)).toEqual(['open shared', 'open shared', 'connecting'])
    await harness.act(() => mounted.unmount())
    await harness.advance(1_000)
    expect(harness.server.connections).toBe(0)
  })
}

/** Tests the effect of `close()`, `open()` and a new URL in one component on the others. */
function testChangesByOneComponent(harness: Harness): void {
  test('close() closes the connection for all components, and open() reopens it for all', async () => {
    const mounted = await harness.render(harness.view(), harness.view())
    await harness.act(async () => (await harness.nextRequest()).accept())
    await harness.click(mounted, 'close', 1)
    expect(harness.texts(mounted)).toEqual(['closed', 'closed'])
    await harness.click(mounted, 'open', 0)
    expect(harness.texts(mounted)).toEqual(['connecting', 'connecting'])
    await harness.advance(0)
    expect(harness.server.connections).toBe(1)
  })

  test('a component that switches to another url leaves the connection to the others', async () => {
    const mounted = await harness.render(harness.view(), harness.view())
    const request = await harness.nextRequest()
    await harness.update(mounted, harness.view({}, { url: `${url}/b` }), harness.view())
    await harness.advance(1_000)
    await harness.send(request, 'data: a\n\n')
    expect(harness.texts(mounted)).toEqual(['connecting', 'open a'])
    expect(harness.server.connections).toBe(2)
  })
}
