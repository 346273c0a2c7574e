import { createHarness } from 'conformance'
import { get, readable, writable } from 'svelte/store'
import { describe, expect, test } from 'vitest'
import { createEventStream, eventSource, history, type Snapshot, toStore } from '../src/index.ts'
import { createAdapter } from './adapter.ts'

const harness = createHarness(createAdapter('Svelte'))
const url = 'https://example.com/prices'
const options = () => ({ clock: harness.clock, fetch: harness.server.fetch })

describe('the store', () => {
  test('connects for its first subscriber, and closes after the last one unsubscribes', async () => {
    const price = eventSource(url, options())
    await harness.advance(1_000)
    expect(harness.server.requests).toHaveLength(0)
    const statuses: string[] = []
    const unsubscribe = price.subscribe(({ status }) => statuses.push(status))
    const unsubscribeOther = price.subscribe(() => {})
    await harness.advance(0)
    await (await harness.nextRequest()).accept()
    expect(statuses).toEqual(['idle', 'connecting', 'open'])
    unsubscribe()
    await harness.advance(1_000)
    expect(harness.server.connections).toBe(1)
    unsubscribeOther()
    await harness.advance(1_000)
    expect([harness.server.requests.length, harness.server.connections]).toEqual([1, 0])
  })

  test('get() opens no connection', async () => {
    const price = eventSource(url, { ...options(), initialData: 'x' })
    expect(get(price)).toMatchObject({ status: 'idle', data: 'x' })
    expect(get(toStore(createEventStream(url, options()))).status).toBe('idle')
    await harness.advance(1_000)
    expect(harness.server.requests).toHaveLength(0)
  })

  test('keeps its data and last event id for the next subscriber', async () => {
    const price = eventSource(url, options())
    const unsubscribe = price.subscribe(() => {})
    await harness.advance(0)
    await harness.send(await harness.nextRequest(), 'id: 8\ndata: a\n\n')
    unsubscribe()
    await harness.advance(1_000)
    const snapshots: Snapshot[] = []
    const unsubscribeAgain = price.subscribe((snapshot) => snapshots.push(snapshot))
    await harness.advance(0)
    expect(snapshots[0]).toMatchObject({ status: 'idle', data: 'a', lastEventId: '8' })
    expect((await harness.nextRequest()).headers.get('last-event-id')).toBe('8')
    unsubscribeAgain()
    await harness.advance(1_000)
  })

  test('follows a store of urls, and two changes at once cause one request', async () => {
    const currentUrl = writable<string | undefined>()
    const rendered: string[] = []
    const unsubscribe = eventSource(currentUrl, options()).subscribe(({ status, data }) =>
      rendered.push(`${status} ${data}`),
    )
    await harness.advance(1_000)
    expect(harness.server.requests).toHaveLength(0)
    currentUrl.set(`${url}/a`)
    currentUrl.set(`${url}/b`)
    await harness.advance(1_000)
    expect(harness.server.requests.map((request) => request.url)).toEqual([`${url}/b`])
    await harness.send(await harness.nextRequest(), 'data: b\n\n')
    expect(rendered.at(-1)).toBe('open b')
    unsubscribe()
    await harness.advance(1_000)
  })

  test('calls an options function when the options are needed', async () => {
    const token = { value: 'one' }
    const price = eventSource(url, () => ({ ...options(), headers: { token: token.value } }))
    const unsubscribe = price.subscribe(() => {})
    await harness.advance(0)
    const first = await harness.nextRequest()
    token.value = 'two'
    await first.fail()
    await harness.advance(1_000)
    expect((await harness.nextRequest()).headers.get('token')).toBe('two')
    unsubscribe()
    await harness.advance(1_000)
  })

  test('shares one connection with other stores of the same url, each with its own fold', async () => {
    const unsubscribe = eventSource(url, options()).subscribe(() => {})
    const lists: unknown[] = []
    const unsubscribeOther = eventSource(readable(url), { ...options(), fold: history(5) }).subscribe(
      ({ data }) => lists.push(data.map((message) => message.data)),
    )
    await harness.advance(0)
    await harness.send(await harness.nextRequest(), 'data: a\n\n')
    expect(lists.at(-1)).toEqual(['a'])
    expect(harness.server.requests).toHaveLength(1)
    unsubscribe()
    unsubscribeOther()
    await harness.advance(1_000)
  })
})
