import { expect, test } from 'vitest'
import { tokensFor } from '../src/model.ts'
import { ask, chatBody, demo, textOf } from './chat.ts'
import { gapsIn, idsOf, lastIdOf, post, statsOf } from './listener.ts'
import { serverForTest } from './server-for-test.ts'

const hi = tokensFor('Hi').join('')

test('an answer goes on without its reader, and a request with its id attaches to it', async () => {
  const { url, lines, logged } = await serverForTest({ chatTokenMs: 5 })
  const left = await ask(url, 'a')
  await left.until(() => left.messages.length >= 3)
  left.close()
  const attached = await ask(url, 'a', { body: chatBody('Another question') })
  expect(idsOf(attached)[0] ?? 1).toBe(1)
  await logged(/answered: (\d+) of \1 messages of answer a$/)
  await attached.ended()
  expect(textOf(attached)).toBe(hi)
  const late = await ask(url, 'a')
  await late.ended()
  expect(late.messages).toEqual(attached.messages)
  expect(lines.filter((line) => line.includes('started answer'))).toHaveLength(1)
  expect(await statsOf(url)).toMatchObject({ chatsStopped: 0, lastChat: { answer: 'a', end: 'answered' } })
})

test('stop ends the model and tells all readers, and a request for the same answer shows where', async () => {
  const { url, logged } = await serverForTest({ chatTokenMs: 20 })
  const readers = [await ask(url, 'b'), await ask(url, 'b', { visitor: 'other' })]
  for (const reader of readers) await reader.until(() => reader.messages.length >= 3)
  const stop = await post(`${url}/api/chat/stop?answer=b`, {}, demo)
  expect(stop).toMatchObject({ status: 200, body: { stopped: true } })
  const line = await logged(/stopped: \d+ of \d+ messages/)
  for (const reader of [...readers, await ask(url, 'b')]) {
    await reader.ended()
    expect(reader.complete).toBe(true)
    expect(reader.messages.at(-1)).toMatchObject({ event: 'headwater.end', data: '{"reason":"stopped"}' })
    expect(line).toContain(`stopped: ${reader.messages.length - 1} of `)
  }
  expect(await statsOf(url)).toMatchObject({ open: 0, chatsStopped: 1, lastChat: { end: 'stopped' } })
  expect((await post(`${url}/api/chat/stop?answer=b`, {}, demo)).body).toEqual({ stopped: false })
  expect((await post(`${url}/api/chat/stop?answer=b`, {})).status).toBe(401)
})

test('a response ends when its token expires, and the next one continues after Last-Event-ID', async () => {
  const { url } = await serverForTest({ chatTokenMs: 20 })
  const { body } = await post(`${url}/api/token?forMs=1000`, '')
  expect(body).toMatchObject({ expiresInMs: 1000 })
  const expiring = { authorization: `Bearer ${(body as { token: string }).token}` }
  const part = await ask(url, 'c', { headers: expiring })
  await part.ended()
  expect(part.complete).toBe(true)
  expect(part.messages.length).toBeGreaterThan(2)
  expect(part.messages.at(-1)?.event).not.toBe('headwater.end')
  expect(part.headers['sse-resume']).toBeUndefined()
  const position = { 'Last-Event-ID': lastIdOf(part) }
  expect((await ask(url, 'c', { headers: { ...expiring, ...position } })).status).toBe(401)
  const rest = await ask(url, 'c', { headers: position })
  expect(rest.headers['sse-resume']).toBe('complete')
  await rest.ended()
  expect(gapsIn([...idsOf(part), ...idsOf(rest)])).toEqual([])
  expect(textOf(part, rest)).toBe(hi)
  expect((await ask(url, 'c', { headers: { 'Last-Event-ID': lastIdOf(rest) } })).status).toBe(204)
  // This one was never asked for, or has expired: it must not be paid for again.
  expect((await ask(url, 'd', { headers: position })).status).toBe(404)
  expect(await statsOf(url)).toMatchObject({ answered503: 0 })
})
