import { request as httpRequest } from 'node:http'
import { Readable } from 'node:stream'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { ConnectionState } from '../../src/connection/state.ts'
import type { EventStreamOptions } from '../../src/stream/contract.ts'
import { createEventStream } from '../../src/stream/event-stream.ts'
import { type BaseServer, createBaseServer } from './base-server.ts'
import { createHarness, waitFor } from './harness.ts'

const EVENT_STREAM = { 'content-type': 'text/event-stream' }

/** Sends requests with Node's `http`, and resolves with the body as a `Readable`, as node-fetch does. Ignores the signal. */
const fetchReadable =
  (encoding?: BufferEncoding): typeof fetch =>
  (url, init) =>
    new Promise((resolve, reject) => {
      const headers = Object.fromEntries(init!.headers as Headers)
      const request = httpRequest(String(url), { headers }, (body) => {
        if (encoding) body.setEncoding(encoding)
        const { statusCode: status, headers } = body
        resolve({ status, headers: new Headers(headers as HeadersInit), body } as unknown as Response)
      })
      request.on('error', reject).end()
    })

/** Resolves with a response that has only what a response needs. */
const fetchBody =
  (body: unknown, status = 200): typeof fetch =>
  () =>
    Promise.resolve({ status, headers: new Headers(EVENT_STREAM), body } as unknown as Response)

let server: BaseServer

beforeEach(async () => {
  server = await createBaseServer(({ url }, response) => {
    response.setHeader('connection', 'close')
    if (url === '/error') return void response.writeHead(500).end('out of order')
    if (url === '/endless-error') return void response.writeHead(500).write('out of order')
    response.writeHead(200, EVENT_STREAM).write('id: 1\ndata: 你好\n\n')
    if (url === '/break') response.socket!.destroy()
    if (url === '/end') response.end('data: end\n\n')
  })
})
afterEach(() => server.close())

async function run(path: string, options: EventStreamOptions, until: (state: ConnectionState) => boolean) {
  const stream = createEventStream(server.origin + path, options)
  const data: string[] = []
  stream.onMessage((message) => void data.push(message.data))
  await waitFor('the state', () => until(stream.getSnapshot()))
  const state = stream.getSnapshot()
  stream.close()
  await waitFor('all sockets to close', () => server.sockets === 0)
  return { data, state }
}

describe('a body that is a Readable of Node', () => {
  test.each([undefined, 'utf8'] as const)(
    'is read, with the encoding %s, and destroyed',
    async (encoding) => {
      const options = { fetch: fetchReadable(encoding) }
      const { data } = await run('/', options, ({ status }) => status === 'open')
      expect(data).toEqual(['你好'])
    },
  )

  test('may end and break off, as any other body', async () => {
    const { state, data } = await run(
      '/end',
      { fetch: fetchReadable() },
      ({ status }) => status === 'waiting',
    )
    expect(data).toEqual(['你好', 'end'])
    expect(state).toMatchObject({ status: 'waiting', error: { code: 'ended' } })
    const broken = await run('/break', { fetch: fetchReadable() }, ({ status }) => status === 'waiting')
    expect(broken.state).toMatchObject({ status: 'waiting', error: { code: 'network' } })
  })

  test.each(['/error', '/endless-error'])('gives the start of an error response: %s', async (path) => {
    const { state } = await run(path, { fetch: fetchReadable() }, ({ status }) => status === 'waiting')
    expect(state).toMatchObject({ error: { code: 'status', status: 500, body: 'out of order' } })
  })
})

describe('a body that is another async iterable', () => {
  test('is read, and its iterator returns when the stream closes', async () => {
    let isOver = false
    async function* generate() {
      try {
        for (let n = 1; ; n++) yield `id: ${n}\ndata: ${n}\n\n`
      } finally {
        isOver = true
      }
    }
    const harness = createHarness({ fetch: fetchBody(generate()) })
    harness.stream.onMessage(({ id }) => {
      if (id === '3') harness.stream.close()
    })
    await harness.clock.advance(0)
    expect(harness.stream.getSnapshot()).toMatchObject({ data: '3', status: 'closed' })
    expect(isOver).toBe(true)
  })

  test('may lack return()', async () => {
    const next = () => new Promise<never>(() => undefined)
    const harness = createHarness({ fetch: fetchBody({ [Symbol.asyncIterator]: () => ({ next }) }) })
    harness.subscribe()
    await harness.clock.advance(0)
    expect(harness.state.status).toBe('open')
    expect(await harness.closeAndFindLeaks()).toEqual([])
  })
})

describe('a stream fails once, and the error says why, if fetch resolves with', () => {
  test.each<[string, typeof fetch, RegExp]>([
    ['a body of another kind', fetchBody({ pipe() {} }), /a body of bytes, not \[object Object\]\. See/],
    [
      'an iterable of objects',
      fetchBody(Readable.from([{ data: 'x' }])),
      /a body of bytes, not \[object Object\]\. See/,
    ],
    ['a response without a body', fetchBody(null), /a body of bytes, not null\. See/],
    ['a response without the property body', fetchBody(undefined), /a body of bytes, not undefined\. See/],
    ['nothing', () => Promise.resolve(undefined as never), /a Response .*, not undefined\. See/],
  ])('%s', async (_, fetch, expected) => {
    const harness = createHarness({ fetch })
    harness.subscribe()
    await harness.clock.advance(600_000)
    const error = { code: 'invalid-option', option: 'fetch' }
    expect(harness.state).toMatchObject({ status: 'closed', reason: 'failed', error })
    expect((harness.state as { error: Error }).error.message).toMatch(expected)
    expect(harness.states.filter(({ status }) => status === 'waiting')).toEqual([])
    expect(await harness.closeAndFindLeaks()).toEqual([])
  })
})

test('the status of an error response is known even if its body cannot be read', async () => {
  const harness = createHarness({ fetch: fetchBody({ pipe() {} }, 404) })
  harness.subscribe()
  await harness.clock.advance(0)
  expect(harness.state).toMatchObject({ reason: 'failed', error: { code: 'status', status: 404, body: '' } })
})
