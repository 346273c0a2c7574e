// @vitest-environment node
import { createFakeClock, createFakeServer } from '@headwater/core/testing'
import { get } from 'svelte/store'
import { expect, test } from 'vitest'
import { createEventStream, eventSource, toStore } from '../src/index.ts'

test('on a server a store has the initial data and opens no connection, however long it is subscribed to', async () => {
  const clock = createFakeClock()
  const server = createFakeServer()
  const options = { clock, fetch: server.fetch, initialData: 'rendered' }
  const stores = [
    eventSource('https://example.com/prices', options),
    toStore(createEventStream('https://example.com/prices', options)),
  ]
  const unsubscribers = stores.map((store) => store.subscribe(() => {}))
  await clock.advance(10_000)
  for (const store of stores) expect(get(store)).toMatchObject({ status: 'idle', data: 'rendered' })
  for (const unsubscribe of unsubscribers) unsubscribe()
  await clock.advance(10_000)
  expect([server.requests.length, clock.timers]).toEqual([0, 0])
})
