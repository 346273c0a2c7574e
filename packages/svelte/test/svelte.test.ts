import { setStage } from 'conformance'
import { get, readable, writable } from 'svelte/store'
import { describe, expect, test } from 'vitest'
import { createEventStream, eventSource, history, type Snapshot, toStore } from '../src/index.ts'
import { createAdapter } from './adapter.ts'

const stage = setStage(createAdapter('Svelte'))
const url = 'https://example.com/prices'
const options = () => ({ clock: stage.clock, fetch: stage.server.fetch })

describe('the store', () => {
  test('connects for its first reader, and closes after its last', async () => {
    const price = eventSource(url, options())
    await stage.advance(1_000)
    expect(stage.server.requests).toHaveLength(0)
    const seen: string[] = []
    const leave = price.subscribe(({ status }) => seen.push(status))
    const leaveToo = price.subscribe(() => {})
    await stage.advance(0)
    await (await stage.next()).accept()
    expect(seen).toEqual(['idle', 'connecting', 'open'])
    leave()
    await stage.advance(1_000)
    expect(stage.server.connections).toBe(1)
    leaveToo()
    await stage.advance(1_000)
    expect([stage.server.requests.length, stage.server.connections]).toEqual([1, 0])
  })

  test('a look at it opens nothing', async () => {
    const price = eventSource(url, { ...options(), initialData: 'x' })
    expect(get(price)).toMatchObject({ status: 'idle', data: 'x' })
    expect(get(toStore(createEventStream(url, options()))).status).toBe('idle')
    await stage.advance(1_000)
    expect(stage.server.requests).toHaveLength(0)
  })

  test('keeps its data and its id for the next reader', async () => {
    const price = eventSource(url, options())
    const leave = price.subscribe(() => {})
    await stage.advance(0)
    await stage.send(await stage.next(), 'id: 8\ndata: a\n\n')
    leave()
    await stage.advance(1_000)
    const seen: Snapshot[] = []
    const leaveAgain = price.subscribe((snapshot) => seen.push(snapshot))
    await stage.advance(0)
    expect(seen[0]).toMatchObject({ status: 'idle', data: 'a', lastEventId: '8' })
    expect((await stage.next()).headers.get('last-event-id')).toBe('8')
    leaveAgain()
    await stage.advance(1_000)
  })

  test('follows a store of urls, and two changes at once make one request', async () => {
    const address = writable<string | undefined>()
    const seen: string[] = []
    const leave = eventSource(address, options()).subscribe(({ status, data }) =>
      seen.push(`${status} ${data}`),
    )
    await stage.advance(1_000)
    expect(stage.server.requests).toHaveLength(0)
    address.set(`${url}/a`)
    address.set(`${url}/b`)
    await stage.advance(1_000)
    expect(stage.server.requests.map((request) => request.url)).toEqual([`${url}/b`])
    await stage.send(await stage.next(), 'data: b\n\n')
    expect(seen.at(-1)).toBe('open b')
    leave()
    await stage.advance(1_000)
  })

  test('asks a function for its options when they matter', async () => {
    const token = { value: 'one' }
    const price = eventSource(url, () => ({ ...options(), headers: { token: token.value } }))
    const leave = price.subscribe(() => {})
    await stage.advance(0)
    const first = await stage.next()
    token.value = 'two'
    await first.fail()
    await stage.advance(1_000)
    expect((await stage.next()).headers.get('token')).toBe('two')
    leave()
    await stage.advance(1_000)
  })

  test('shares with all stores of the page that ask for the same, each with its own fold', async () => {
    const leave = eventSource(url, options()).subscribe(() => {})
    const lists: unknown[] = []
    const leaveToo = eventSource(readable(url), { ...options(), fold: history(5) }).subscribe(({ data }) =>
      lists.push(data.map((message) => message.data)),
    )
    await stage.advance(0)
    await stage.send(await stage.next(), 'data: a\n\n')
    expect(lists.at(-1)).toEqual(['a'])
    expect(stage.server.requests).toHaveLength(1)
    leave()
    leaveToo()
    await stage.advance(1_000)
  })
})
