import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { afterEach, expect, test } from 'vitest'
import { createEventStream, createScope } from '../../src/index.ts'
import { chatRequest, openai } from '../../src/llm/index.ts'
import { createFakeClock, createFakeServer } from '../../src/testing/index.ts'
import { waitFor } from '../connection/harness.ts'
import { createModelServer, type ModelServer, startStream } from './server.ts'

let server: ModelServer
afterEach(() => server?.close())

const piece = 'data: {"choices":[{"delta":{"content":"水"}}]}\n\n'

test('sends one POST with the request as JSON, stream: true and the given headers', async () => {
  server = await createModelServer((response) => startStream(response, `${piece}data: [DONE]\n\n`))
  const request = { model: 'a-model', messages: [{ role: 'user', content: '为什么？ 🌊' }] }
  const answer = createEventStream(server.origin, {
    ...chatRequest(request),
    headers: async () => ({ authorization: 'Bearer a-token' }),
    fold: openai(),
  })
  answer.subscribe(() => {})
  await waitFor('the stream to close', () => answer.getSnapshot().status === 'closed')
  expect(server.received).toHaveLength(1)
  const [{ method, headers, body }] = server.received as [(typeof server.received)[number]]
  expect(method).toBe('POST')
  expect(headers).toMatchObject({
    'content-type': 'application/json',
    accept: 'text/event-stream',
    authorization: 'Bearer a-token',
    'content-length': String(new TextEncoder().encode(body).length),
  })
  expect(JSON.parse(body)).toEqual({ ...request, stream: true })
  expect(answer.getSnapshot()).toMatchObject({ reason: 'ended', data: { text: '水' } })
})

test('leaves out stream if the request has stream: false', async () => {
  server = await createModelServer((response) => startStream(response, 'data: [DONE]\n\n'))
  const answer = createEventStream(server.origin, {
    ...chatRequest({ contents: [], stream: false }),
    fold: openai(),
  })
  answer.subscribe(() => {})
  await waitFor('the stream to close', () => answer.getSnapshot().status === 'closed')
  expect(server.received[0]!.body).toBe('{"contents":[]}')
})

test('a content-type header given by the caller replaces that of the body', async () => {
  server = await createModelServer((response) => startStream(response, 'data: [DONE]\n\n'))
  const headers = { 'content-type': 'application/vnd.example+json' }
  const answer = createEventStream(server.origin, { ...chatRequest({}), headers, fold: openai() })
  answer.subscribe(() => {})
  await waitFor('the stream to close', () => answer.getSnapshot().status === 'closed')
  expect(server.received[0]!.headers).toMatchObject(headers)
})

test('after a 401, headers is called again and the request is sent once more', async () => {
  server = await createModelServer((response, { headers }) =>
    headers.authorization === 'Bearer new'
      ? startStream(response, `${piece}data: [DONE]\n\n`)
      : void response.writeHead(401).end('{"error":{"message":"expired"}}'),
  )
  const statuses: (number | undefined)[] = []
  const answer = createEventStream(server.origin, {
    ...chatRequest({ question: 'why' }),
    headers: async ({ error }) => {
      statuses.push(error?.status)
      return { authorization: error ? 'Bearer new' : 'Bearer old' }
    },
    fold: openai(),
  })
  answer.subscribe(() => {})
  await waitFor('the stream to close', () => answer.getSnapshot().status === 'closed')
  expect(answer.getSnapshot()).toMatchObject({ reason: 'ended', data: { text: '水' } })
  expect(statuses).toEqual([undefined, 401])
  const bodies = server.received.map(({ body }) => body)
  expect(bodies).toEqual([bodies[0], bodies[0]])
})

test('close() in the middle of an answer closes the socket immediately', async () => {
  let response!: ServerResponse
  server = await createModelServer((given) => startStream((response = given), piece))
  const answer = createEventStream(server.origin, { ...chatRequest({}), fold: openai(), notify: 'sync' })
  answer.subscribe(() => {})
  await waitFor('the first text', () => answer.getSnapshot().data.text !== '')
  const socketClosed = once(response, 'close')
  answer.close()
  expect(answer.getSnapshot()).toMatchObject({
    status: 'closed',
    reason: 'closed',
    data: { text: '水', finish: undefined },
  })
  await socketClosed
  expect(response.writableFinished).toBe(false)
  await waitFor('the socket to close', () => server.sockets === 0)
})

test('the end of an answer closes the socket, also if the server keeps it open', async () => {
  let socketClosed!: Promise<unknown>
  server = await createModelServer((response) => {
    socketClosed = once(response, 'close')
    startStream(response, `${piece}data: [DONE]\n\n`)
  })
  const answer = createEventStream(server.origin, { ...chatRequest({}), fold: openai() })
  answer.subscribe(() => {})
  await waitFor('the stream to close', () => answer.getSnapshot().status === 'closed')
  await socketClosed
  expect(answer.getSnapshot()).toMatchObject({ reason: 'ended', data: { text: '水' } })
})

test('streams with the same request share one connection; another request opens another', async () => {
  const clock = createFakeClock()
  const fake = createFakeServer()
  const scope = createScope()
  const open = (request: object) => {
    const options = { ...chatRequest(request), clock, fetch: fake.fetch, fold: openai() }
    const stream = createEventStream('https://example.com/', options, scope)
    stream.subscribe(() => {})
    return stream
  }
  const [one, two, other] = [open({ q: 1 }), open({ q: 1 }), open({ q: 2 })]
  await clock.advance(0)
  expect(fake.requests).toHaveLength(2)
  await fake.requests[0]!.send(piece)
  await clock.advance(100)
  expect([one, two, other].map((stream) => stream.getSnapshot().data.text)).toEqual(['水', '水', ''])
})

test('a model may send nothing for almost five minutes', async () => {
  const clock = createFakeClock()
  const fake = createFakeServer()
  const answer = createEventStream('https://example.com/', {
    ...chatRequest({}),
    clock,
    fetch: fake.fetch,
    fold: openai(),
  })
  answer.subscribe(() => {})
  const request = await fake.nextRequest()
  await clock.advance(290_000)
  await request.send(': a heartbeat\n\n')
  await clock.advance(10_000)
  await request.send(': another\n\ndata: {"cho')
  await clock.advance(290_000)
  expect(answer.getSnapshot().status).toBe('open')
  await clock.advance(20_000)
  expect(answer.getSnapshot()).toMatchObject({ reason: 'failed', error: { code: 'idle-timeout' } })
})
