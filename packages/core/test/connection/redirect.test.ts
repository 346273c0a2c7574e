import type { IncomingHttpHeaders } from 'node:http'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { EventStreamOptions } from '../../src/stream/contract.ts'
import { createEventStream } from '../../src/stream/event-stream.ts'
import { type BaseServer, createBaseServer } from './base-server.ts'
import { waitFor } from './harness.ts'

interface ReceivedRequest {
  readonly at: string
  readonly method: string
  readonly headers: IncomingHttpHeaders
  body: string
}

let home: BaseServer
let otherOrigin: BaseServer
let requests: ReceivedRequest[] = []

beforeEach(async () => {
  requests = []
  const serve = (name: string) =>
    createBaseServer((request, response) => {
      const { method = '', headers, url = '' } = request
      const entry = { at: name + url, method, headers, body: '' }
      requests.push(entry)
      request.on('data', (chunk) => (entry.body += chunk))
      response.setHeader('connection', 'close')
      const [status, to] = url.slice(1).split('-')
      const location = { relative: '../stream', away: `${otherOrigin?.origin}/stream`, loop: url }[to ?? '']
      if (location) return void response.writeHead(Number(status), { location }).end()
      response.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: x\n\n')
    })
  otherOrigin = await serve('other')
  home = await serve('home')
})

afterEach(async () => {
  await home.close()
  await otherOrigin.close()
})

async function run(path: string, options: EventStreamOptions = {}) {
  const stream = createEventStream(`${home.origin}/${path}`, { ...options, retry: false })
  let messages = 0
  stream.onMessage(() => void messages++)
  await waitFor('a message or the end', () => messages > 0 || stream.getSnapshot().status === 'closed')
  const state = stream.getSnapshot()
  stream.close()
  await waitFor('all sockets to close', () => home.sockets + otherOrigin.sockets === 0)
  return { messages, state, last: requests.at(-1)! }
}

const SECRET = 'Bearer secret'

describe('by default', () => {
  test.each([301, 302, 303, 307, 308])('follows a %i redirect to a relative URL', async (status) => {
    const { messages, last } = await run(`${status}-relative`, { headers: { authorization: SECRET } })
    expect(messages).toBe(1)
    expect(last).toMatchObject({
      at: 'home/stream',
      headers: { authorization: SECRET, accept: 'text/event-stream' },
    })
  })

  test('follows a redirect to another origin without the Authorization header', async () => {
    const { messages, last } = await run('302-away', {
      headers: { authorization: SECRET },
      initialLastEventId: '7',
    })
    expect(messages).toBe(1)
    expect(last).toMatchObject({ at: 'other/stream', headers: { 'last-event-id': '7' } })
    expect(JSON.stringify(last.headers)).not.toContain('secret')
  })

  test.each([
    ['a custom header', { headers: { 'x-api-key': 'secret' } }],
    ['a cookie', { headers: { cookie: 'session=secret' } }],
    ['a body', { method: 'POST', body: 'secret' }],
    ['the empty body of a POST', { method: 'POST', body: '' }],
  ])('refuses to redirect a request with %s: nothing reaches the other origin', async (_, options) => {
    for (const path of ['302-away', '307-away', '308-relative']) {
      const { state } = await run(path, options)
      expect(state).toMatchObject({ status: 'closed', reason: 'failed', error: { code: 'redirect' } })
      expect((state as { error: Error }).error.message).toMatch(/\/stream, which the option redirect refuses/)
      expect(requests.filter(({ at }) => at.startsWith('other'))).toEqual([])
    }
  })

  test('fails on a redirect loop', async () => {
    const { state } = await run('302-loop')
    expect(state).toMatchObject({ status: 'closed', reason: 'failed', error: { code: 'network' } })
    expect(requests.length).toBeLessThanOrEqual(21)
  })

  test('sends the next attempt to the original URL', async () => {
    const stream = createEventStream(`${home.origin}/302-away`, { retry: { baseMs: 200 } })
    stream.onMessage(() => undefined)
    await waitFor('the stream', () => requests.length === 2)
    await otherOrigin.close()
    await waitFor('another attempt', () => requests.length === 3)
    stream.close()
    expect(requests.map(({ at }) => at)).toEqual(['home/302-away', 'other/stream', 'home/302-away'])
  })
})

test("with redirect: 'follow', the other origin receives everything except Authorization", async () => {
  const { last } = await run('307-away', {
    redirect: 'follow',
    method: 'POST',
    body: 'question',
    headers: { 'x-api-key': 'mine', authorization: SECRET },
  })
  await waitFor('the request body', () => last.body !== '')
  expect(last).toMatchObject({
    at: 'other/stream',
    method: 'POST',
    body: 'question',
    headers: { 'x-api-key': 'mine' },
  })
  expect(JSON.stringify(last.headers)).not.toContain('secret')
})

test("with redirect: 'error', every redirect fails the stream without a retry", async () => {
  const { state } = await run('302-relative', { redirect: 'error' })
  expect(state).toMatchObject({ reason: 'failed', error: { code: 'redirect', status: 302 } })
  expect(requests).toHaveLength(1)
})
