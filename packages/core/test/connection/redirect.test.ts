import type { IncomingHttpHeaders } from 'node:http'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { EventStreamOptions } from '../../src/stream/contract.ts'
import { createEventStream } from '../../src/stream/event-stream.ts'
import { type BaseServer, createBaseServer } from './base-server.ts'
import { until } from './harness.ts'

interface Seen {
  readonly at: string
  readonly method: string
  readonly headers: IncomingHttpHeaders
  body: string
}

let home: BaseServer
let stranger: BaseServer
let seen: Seen[] = []

beforeEach(async () => {
  seen = []
  const serve = (name: string) =>
    createBaseServer((request, response) => {
      const { method = '', headers, url = '' } = request
      const entry = { at: name + url, method, headers, body: '' }
      seen.push(entry)
      request.on('data', (chunk) => (entry.body += chunk))
      response.setHeader('connection', 'close')
      const [status, to] = url.slice(1).split('-')
      const location = { relative: '../stream', away: `${stranger?.origin}/stream`, loop: url }[to ?? '']
      if (location) return void response.writeHead(Number(status), { location }).end()
      response.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: x\n\n')
    })
  stranger = await serve('stranger')
  home = await serve('home')
})

afterEach(async () => {
  await home.close()
  await stranger.close()
})

async function run(path: string, options: EventStreamOptions = {}) {
  const stream = createEventStream(`${home.origin}/${path}`, { ...options, retry: false })
  let messages = 0
  stream.onMessage(() => void messages++)
  await until('an end', () => messages > 0 || stream.getSnapshot().status === 'closed')
  const state = stream.getSnapshot()
  stream.close()
  await until('all sockets are closed', () => home.sockets + stranger.sockets === 0)
  return { messages, state, last: seen.at(-1)! }
}

const SECRET = 'Bearer secret'

describe('by default', () => {
  test.each([301, 302, 303, 307, 308])('a %i to a relative address is followed', async (status) => {
    const { messages, last } = await run(`${status}-relative`, { headers: { authorization: SECRET } })
    expect(messages).toBe(1)
    expect(last).toMatchObject({
      at: 'home/stream',
      headers: { authorization: SECRET, accept: 'text/event-stream' },
    })
  })

  test('a redirect to another origin is followed, and Authorization stays behind', async () => {
    const { messages, last } = await run('302-away', {
      headers: { authorization: SECRET },
      initialLastEventId: '7',
    })
    expect(messages).toBe(1)
    expect(last).toMatchObject({ at: 'stranger/stream', headers: { 'last-event-id': '7' } })
    expect(JSON.stringify(last.headers)).not.toContain('secret')
  })

  test.each([
    ['a header of one’s own', { headers: { 'x-api-key': 'secret' } }],
    ['a cookie', { headers: { cookie: 'session=secret' } }],
    ['a body', { method: 'POST', body: 'secret' }],
    ['the empty body of a POST', { method: 'POST', body: '' }],
  ])('a redirect of a request with %s is refused: nothing reaches the stranger', async (_, options) => {
    for (const path of ['302-away', '307-away', '308-relative']) {
      const { state } = await run(path, options)
      expect(state).toMatchObject({ status: 'closed', reason: 'failed', error: { code: 'redirect' } })
      expect((state as { error: Error }).error.message).toMatch(/\/stream\. .*redirect: 'follow'/)
      expect(seen.filter(({ at }) => at.startsWith('stranger'))).toEqual([])
    }
  })

  test('a loop is given up', async () => {
    const { state } = await run('302-loop')
    expect(state).toMatchObject({ status: 'closed', reason: 'failed', error: { code: 'network' } })
    expect(seen.length).toBeLessThanOrEqual(21)
  })

  test('the next attempt goes to the first address again', async () => {
    const stream = createEventStream(`${home.origin}/302-away`, { retry: { baseMs: 200 } })
    stream.onMessage(() => undefined)
    await until('a stream', () => seen.length === 2)
    await stranger.close()
    await until('another attempt', () => seen.length === 3)
    stream.close()
    expect(seen.map(({ at }) => at)).toEqual(['home/302-away', 'stranger/stream', 'home/302-away'])
  })
})

test('where it is told to follow, fetch takes along what it will, but not Authorization', async () => {
  const { last } = await run('307-away', {
    redirect: 'follow',
    method: 'POST',
    body: 'question',
    headers: { 'x-api-key': 'mine', authorization: SECRET },
  })
  await until('the body', () => last.body !== '')
  expect(last).toMatchObject({
    at: 'stranger/stream',
    method: 'POST',
    body: 'question',
    headers: { 'x-api-key': 'mine' },
  })
  expect(JSON.stringify(last.headers)).not.toContain('secret')
})

test('where it is told not to follow, every redirect is an error, and no attempt follows', async () => {
  const { state } = await run('302-relative', { redirect: 'error' })
  expect(state).toMatchObject({ reason: 'failed', error: { code: 'redirect', status: 302 } })
  expect(seen).toHaveLength(1)
})
