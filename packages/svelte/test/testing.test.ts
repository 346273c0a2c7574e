import { createHarness, testReset } from 'conformance'
import { get } from 'svelte/store'
import { expect, test } from 'vitest'
import { eventSource } from '../src/index.ts'
import { resetStreams } from '../src/testing.ts'
import { createAdapter } from './adapter.ts'

const adapter = createAdapter('a Svelte store')
const harness = createHarness(adapter)

testReset(adapter, resetStreams)

test('a store of a module starts again without data after resetStreams()', async () => {
  const { clock, server } = harness
  const price = eventSource('https://example.com/module', { clock, fetch: server.fetch })
  const first = price.subscribe(() => {})
  await harness.advance(0)
  await harness.send(await harness.nextRequest(), 'id: 1\ndata: a\n\n')
  first()
  resetStreams()
  expect(get(price)).toMatchObject({ status: 'idle', data: undefined, lastEventId: '', lastEventType: '' })
  const second = price.subscribe(() => {})
  await harness.advance(0)
  expect((await harness.nextRequest()).headers.has('last-event-id')).toBe(false)
  second()
  await harness.advance(1_000)
  expect([server.connections, clock.timers]).toEqual([0, 0])
})
