import { expect, test } from 'vitest'
import { createChannel, memoryLog, type CorsOptions } from '../src/index.ts'
import { requestTo, serveChannel, uniqueName } from './harness.ts'

const ORIGIN = 'https://app.example'
const create = (cors?: CorsOptions) => createChannel(uniqueName(), { log: memoryLog(), cors })
const headersOf = async (cors: CorsOptions | undefined, origin: string | undefined) => {
  const { url } = await serveChannel(create(cors))
  const response = await fetch(url, {
    headers: origin === undefined ? {} : { origin, 'last-event-id': '1-1' },
  })
  await response.body!.cancel()
  return Object.fromEntries([...response.headers].filter(([name]) => /^(access-control|vary)/.test(name)))
}

test.each([
  ['*', '*'],
  [ORIGIN, ORIGIN],
  [['https://other.example', ORIGIN], ORIGIN],
  [(origin: string) => origin.endsWith('.example'), ORIGIN],
])('an origin that %j allows may read the response and SSE-Resume', async (origin, allowed) => {
  expect(await headersOf({ origin }, ORIGIN)).toEqual({
    'access-control-allow-origin': allowed,
    'access-control-expose-headers': 'SSE-Resume',
    vary: 'Origin',
  })
})

test('credentials are allowed for named origins', async () => {
  expect(await headersOf({ origin: [ORIGIN], credentials: true }, ORIGIN)).toMatchObject({
    'access-control-allow-credentials': 'true',
    'access-control-allow-origin': ORIGIN,
  })
})

test('other origins are not allowed', async () => {
  const headers = await headersOf({ origin: [ORIGIN] }, 'https://app.example.evil')
  expect(headers).not.toHaveProperty('access-control-allow-origin')
  expect(headers.vary).toBe('Origin')
  expect(await headersOf({ origin: [ORIGIN] }, undefined)).toEqual({ vary: 'Origin' })
  expect(await headersOf(undefined, ORIGIN)).toEqual({ 'access-control-expose-headers': 'SSE-Resume' })
})

test.each(['respond', 'handle'])('%s answers the preflight of a reconnect', async (way) => {
  const channel = create({ origin: ORIGIN })
  const preflight = {
    method: 'OPTIONS',
    headers: {
      origin: ORIGIN,
      'access-control-request-method': 'GET',
      'access-control-request-headers': 'authorization,last-event-id',
    },
  }
  const response =
    way === 'respond'
      ? await channel.respond(requestTo(undefined, preflight))
      : await fetch((await serveChannel(channel)).url, preflight)
  expect(response.status).toBe(204)
  expect(Object.fromEntries(response.headers)).toMatchObject({
    'access-control-allow-origin': ORIGIN,
    'access-control-allow-methods': 'GET, POST',
    'access-control-allow-headers': 'authorization,last-event-id',
    vary: 'Origin, Access-Control-Request-Headers',
  })
  expect(channel.readers).toBe(0)
})

test('further response headers are kept, whatever their case, and cannot replace those of the stream', async () => {
  const channel = create()
  const headers = { 'Content-Type': 'text/html', 'X-Trace': '7', 'Access-Control-Expose-Headers': 'X-Trace' }
  const response = await channel.respond(requestTo('1-1'), { headers })
  expect(Object.fromEntries(response.headers)).toMatchObject({
    'content-type': 'text/event-stream',
    'x-trace': '7',
    'access-control-expose-headers': 'X-Trace, SSE-Resume',
  })
})
