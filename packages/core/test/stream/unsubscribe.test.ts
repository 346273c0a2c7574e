import { beforeEach, expect, test } from 'vitest'
import { bindEventStream, createEventStream, subscribeAfterRender } from '../../src/index.ts'
import {
  createFakeClock,
  createFakeServer,
  type FakeClock,
  type FakeServer,
} from '../../src/testing/index.ts'

const url = 'https://example.com/stream'
const noop = () => undefined
let clock: FakeClock
let server: FakeServer

beforeEach(() => {
  clock = createFakeClock()
  server = createFakeServer()
})

test('onMessage is not called while there is no subscriber, but the data includes those messages', async () => {
  const received: string[] = []
  const stream = createEventStream(url, {
    clock,
    fetch: server.fetch,
    onMessage: ({ data }) => received.push(data),
  })
  const unsubscribe = stream.subscribe(noop)
  const request = await server.nextRequest()
  await request.send('data: a\n\n')
  unsubscribe()
  await request.send('data: b\n\n')
  await clock.advance(100)
  stream.subscribe(noop)
  expect(stream.getSnapshot().data).toBe('b')
  await request.send('data: c\n\n')
  expect(received).toEqual(['a', 'c'])
  expect(server.requests).toHaveLength(1)
})

test('onReconnect and onGap are not called while there is no subscriber', async () => {
  const received: string[] = []
  const stream = createEventStream(url, {
    clock,
    fetch: server.fetch,
    closeDelayMs: 5_000,
    onReconnect: ({ continuity }) => received.push(continuity),
    onGap: ({ from }) => received.push(`${from}`),
  })
  const unsubscribe = stream.subscribe(noop)
  const request = await server.nextRequest()
  await request.accept()
  await request.fail()
  unsubscribe()
  await clock.advance(1_000)
  await (await server.nextRequest()).send('event: headwater.gap\ndata: x\n\n')
  expect(stream.getSnapshot()).toMatchObject({ status: 'open', continuity: 'gap' })
  expect(received).toEqual([])
})

test('bindEventStream calls the latest url function for each attempt', async () => {
  const latest = { url: () => `${url}/1` }
  const stream = bindEventStream(
    () => latest.url,
    () => ({ clock, fetch: server.fetch }),
  )
  stream.subscribe(noop)
  const first = await server.nextRequest()
  latest.url = () => `${url}/2`
  await first.fail()
  await clock.advance(1_000)
  expect(server.requests.map((request) => request.url)).toEqual([`${url}/1`, `${url}/2`])
})

test('subscribeAfterRender does not subscribe outside a browser', async () => {
  const stream = createEventStream(url, { clock, fetch: server.fetch })
  const unsubscribe = subscribeAfterRender(stream, noop)
  await clock.advance(1_000)
  unsubscribe()
  expect(server.requests).toHaveLength(0)
})

test('bindEventStream keeps its url and options once the component has switched to another stream', async () => {
  const current = { url, token: 'mine' }
  const stream = bindEventStream(
    () => current.url,
    () => ({ clock, fetch: server.fetch, closeDelayMs: 5_000, headers: { token: current.token } }),
    { isCurrent: () => current.url === url },
  )
  const unsubscribe = stream.subscribe(noop)
  const first = await server.nextRequest()
  Object.assign(current, { url: 'https://other.example/stream', token: 'theirs' })
  unsubscribe()
  await first.fail()
  await clock.advance(1_000)
  const second = await server.nextRequest()
  expect(second.url).toBe(url)
  expect(second.headers.get('token')).toBe('mine')
})
