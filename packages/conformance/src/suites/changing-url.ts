import { expect, onTestFinished, test, vi } from 'vitest'
import { type Harness, url } from '../harness.ts'

/** Tests a component whose URL changes because its own stream has changed. */
export function testChangingUrl(harness: Harness): void {
  test('a url that changes with each rendering opens at most four streams a second, and warns once', async () => {
    const warn = vi.spyOn(console, 'warn').mockReturnValue()
    onTestFinished(() => void vi.restoreAllMocks())
    let calls = 0
    const changingUrl = (count = ++calls) => `${url}?token=secret&count=${count}`
    const mounted = await harness.render(harness.view({}, { changingUrl }))
    const { requests } = harness.server
    let answered = 0
    for (let ms = 0; ms < 5_000; ms += 50) {
      for (; answered < requests.length; answered++)
        await harness.act(() => requests[answered]!.send('data: a\n\n'))
      await harness.showFrame()
      await harness.advance(50)
    }
    expect(requests.length).toBeGreaterThanOrEqual(8)
    expect(requests.length).toBeLessThanOrEqual(24)
    expect(harness.texts(mounted)).toHaveLength(1)

    expect(warn).toHaveBeenCalledTimes(1)
    const message = String(warn.mock.calls[0]?.[0])
    expect(message).toMatch(/^\w+ in \w+ opened 4 streams within a second/)
    expect(message).toMatch(/from \S+count=\d+ to \S+count=\d+\./)
    expect(message).not.toContain('secret')

    await harness.act(() => mounted.unmount())
    await harness.advance(1_000)
    expect([harness.server.connections, harness.clock.timers]).toEqual([0, 0])
  })

  test('a component that waits to switch opens nothing once it is unmounted', async () => {
    vi.spyOn(console, 'warn').mockReturnValue()
    onTestFinished(() => void vi.restoreAllMocks())
    const at = (name: number) => harness.view({}, { url: `${url}/${name}` })
    const mounted = await harness.render(at(1))
    for (const name of [2, 3, 4, 5]) {
      await harness.advance(10)
      await harness.update(mounted, at(name))
    }
    await harness.advance(100)
    expect(harness.texts(mounted)).toEqual(['idle'])
    expect(harness.server.requests).toHaveLength(4)
    await harness.act(() => mounted.unmount())
    await harness.advance(10_000)
    expect(harness.server.requests).toHaveLength(4)
    expect([harness.server.connections, harness.clock.timers]).toEqual([0, 0])
  })

  test('the last of many urls opens within a second, or immediately with open()', async () => {
    vi.spyOn(console, 'warn').mockReturnValue()
    onTestFinished(() => void vi.restoreAllMocks())
    const at = (name: number) => harness.view({}, { url: `${url}/${name}` })
    const mounted = await harness.render(at(1))
    for (const name of [2, 3, 4, 5, 6]) await harness.update(mounted, at(name))
    await harness.advance(1_000)
    expect(harness.texts(mounted)).toEqual(['connecting'])
    expect(harness.server.requests.at(-1)!.url).toBe(`${url}/6`)
    for (const name of [7, 8, 9, 10]) await harness.update(mounted, at(name))
    expect(harness.texts(mounted)).toEqual(['idle'])
    await harness.click(mounted, 'open')
    expect(harness.texts(mounted)).toEqual(['connecting'])
    await harness.advance(0)
    expect(harness.server.requests.at(-1)!.url).toBe(`${url}/10`)
  })
}
