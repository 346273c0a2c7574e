import { beforeEach, expect, test } from 'vitest'
import { bindEventStream, createEventStream, subscribeAfterRender } from '../../src/index.ts'
import {
  createFakeClock,
  createFakeServer,
  type FakeClock,
  type FakeServer,
} from '../../src/testing/index.ts'

const url = 'https://example.com/stream'
const nothing = () => undefined
let clock: FakeClock
let server: FakeServer

beforeEach(() => {
  clock = createFakeClock()
  server = createFakeServer()
})

test('who has left hears no message, and who comes back in time finds it in the data', async () => {
  const heard: string[] = []
  const stream = createEventStream(url, {
    clock,
    fetch: server.fetch,
    onMessage: ({ data }) => heard.push(data),
  })
  const leave = stream.subscribe(nothing)
  const request = await server.nextRequest()
  await request.send('data: a\n\n')
  leave()
  await request.send('data: b\n\n')
  await clock.advance(100)
  stream.subscribe(nothing)
  expect(stream.getSnapshot().data).toBe('b')
  await request.send('data: c\n\n')
  expect(heard).toEqual(['a', 'c'])
  expect(server.requests).toHaveLength(1)
})

test('who has left is not told that the stream came back', async () => {
  const heard: string[] = []
  const stream = createEventStream(url, {
    clock,
    fetch: server.fetch,
    closeDelayMs: 5_000,
    onReconnect: ({ continuity }) => heard.push(continuity),
  })
  const leave = stream.subscribe(nothing)
  const request = await server.nextRequest()
  await request.accept()
  await request.fail()
  leave()
  await clock.advance(1_000)
  await (await server.nextRequest()).accept()
  expect(stream.getSnapshot().status).toBe('open')
  expect(heard).toEqual([])
})

test('an address that is a function is asked in its newest form', async () => {
  const newest = { url: () => `${url}/1` }
  const stream = bindEventStream(
    () => newest.url,
    () => ({ clock, fetch: server.fetch }),
  )
  stream.subscribe(nothing)
  const first = await server.nextRequest()
  newest.url = () => `${url}/2`
  await first.fail()
  await clock.advance(1_000)
  expect(server.requests.map((request) => request.url)).toEqual([`${url}/1`, `${url}/2`])
})

test('where there is no page, nothing is subscribed after a render', async () => {
  const stream = createEventStream(url, { clock, fetch: server.fetch })
  const leave = subscribeAfterRender(stream, nothing)
  await clock.advance(1_000)
  leave()
  expect(server.requests).toHaveLength(0)
})

test('a stream that is asked for no more sends no header that is meant for the next one', async () => {
  const ask = { url, token: 'mine' }
  const stream = bindEventStream(
    () => ask.url,
    () => ({ clock, fetch: server.fetch, closeDelayMs: 5_000, headers: { token: ask.token } }),
    undefined,
    () => ask.url === url,
  )
  const leave = stream.subscribe(nothing)
  const first = await server.nextRequest()
  Object.assign(ask, { url: 'https://other.example/stream', token: 'theirs' })
  leave()
  await first.fail()
  await clock.advance(1_000)
  const second = await server.nextRequest()
  expect(second.url).toBe(url)
  expect(second.headers.get('token')).toBe('mine')
})
