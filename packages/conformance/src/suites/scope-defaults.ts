import { expect, test } from 'vitest'
import { type Harness, url } from '../harness.ts'

/** Tests the default options of scopes. */
export function testScopeDefaults(harness: Harness): void {
  test('the defaults of a scope apply to its streams, and their own options take precedence', async () => {
    const { clock, server } = harness
    const defaults = [{ clock, fetch: server.fetch, headers: { from: 'scope' }, notify: 'sync' as const }]
    const own = { headers: { from: 'stream' }, ...notGiven('notify'), key: 'own' }
    const mounted = await harness.renderPage({ defaults, scopes: [[{ url }, { url, options: own }]] })
    await harness.advance(0)
    expect(server.requests.map(({ headers }) => headers.get('from'))).toEqual(['scope', 'stream'])
    // Both are notified after each message: an option that is undefined is not given.
    for (const request of server.requests) await harness.act(() => request.send('data: a\n\n'))
    expect(harness.texts(mounted)).toEqual(['open a', 'open a'])
    await harness.act(() => mounted.unmount())
    await harness.advance(200)
    expect([server.connections, clock.timers]).toEqual([0, 0])
  })

  test('a nested scope inherits the defaults of the outer one, and the latest ones are used', async () => {
    const { clock, server } = harness
    const outer = { clock, fetch: server.fetch, headers: { from: 'outer' }, retry: { baseMs: 5_000 } }
    const page = (from: string) => ({
      scopes: [[{ url }]],
      defaults: [outer, { headers: { from }, ...notGiven('retry') }],
    })
    const mounted = await harness.renderPage(page('inner'))
    const request = await harness.nextRequest()
    expect(request.headers.get('from')).toBe('inner')
    await harness.act(() => mounted.update(page('changed')))
    await harness.act(() => request.fail())
    await harness.advance(4_999)
    expect(server.requests).toHaveLength(1)
    await harness.advance(1)
    expect((await harness.nextRequest()).headers.get('from')).toBe('changed')
  })
}

/** Returns an option that is undefined, which types may forbid. */
const notGiven = (name: string): object => ({ [name]: undefined })
