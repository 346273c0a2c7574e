import { expect, test } from 'vitest'
import type { ChatChunk } from '../src/chat.ts'
import { languageOf, tokensFor } from '../src/model.ts'
import { breaksIn, idsOf, listen, post, statsOf, type Listener } from './listener.ts'
import { serverForTest } from './server-for-test.ts'

const ask = (content: unknown) => ({ model: 'canned-1', messages: [{ role: 'user', content }], stream: true })
const demo = { authorization: 'Bearer demo' }

function chunksOf({ messages }: Listener): ChatChunk[] {
  return messages.filter(({ data }) => data !== '[DONE]').map(({ data }) => JSON.parse(data) as ChatChunk)
}

function textOf(chunks: ChatChunk[]): string {
  return chunks.map(({ choices }) => choices[0].delta.content ?? '').join('')
}

test('answers in the wire format, token by token, and ends with [DONE]', async () => {
  const { url } = await serverForTest({ chatTokenMs: 1 })
  const chat = await listen(`${url}/api/chat`, {
    method: 'POST',
    headers: demo,
    body: ask('What is a river?'),
  })
  await chat.over()
  expect(chat.status).toBe(200)
  expect(chat.headers['content-type']).toBe('text/event-stream')
  expect(chat.whole).toBe(true)
  expect(chat.messages.at(-1)).toEqual({ event: 'message', id: '', data: '[DONE]' })
  const chunks = chunksOf(chat)
  expect(chunks[0]).toEqual({
    id: expect.stringMatching(/^chatcmpl-/),
    object: 'chat.completion.chunk',
    created: expect.any(Number),
    model: 'canned-1',
    choices: [{ index: 0, delta: { role: 'assistant', content: '' }, logprobs: null, finish_reason: null }],
  })
  expect(chunks.at(-1)?.choices[0]).toMatchObject({ delta: {}, finish_reason: 'stop' })
  expect(new Set(chunks.map(({ id }) => id)).size).toBe(1)
  expect(chunks.length).toBeGreaterThan(20)
  expect(textOf(chunks)).toContain('does not hurry')
  expect(await statsOf(url)).toMatchObject({ open: 0, opened: 1, chatsStopped: 0 })
})

test.each([
  ['en', 'What is a river?', 'A river'],
  ['zh', '河流是什么？', '河流从不匆忙'],
  ['de', 'Was ist ein Fluss?', 'Ein Fluss'],
  ['es', '¿Qué es un río?', 'Un río'],
])('answers in the language of the question: %s', async (language, question, start) => {
  expect(languageOf(question)).toBe(language)
  const { url } = await serverForTest({ chatTokenMs: 1 })
  const body = {
    ...ask(''),
    messages: [
      { role: 'user', content: '你好' },
      { role: 'assistant', content: 'Hola' },
      { role: 'user', content: [{ type: 'text', text: question }] },
    ],
  }
  const chat = await listen(`${url}/api/chat`, { method: 'POST', headers: demo, body })
  await chat.over()
  const text = textOf(chunksOf(chat))
  expect(text.startsWith(start)).toBe(true)
  expect(text).toBe(tokensFor(question).join(''))
})

test('accepts a token that it issued until it expires, and says why not after that', async () => {
  const { url } = await serverForTest({ chatTokenMs: 1, tokenExpiresInMs: 150 })
  const { body: issued } = await post(`${url}/api/token`, '')
  const { token, expiresInMs } = issued as { token: string; expiresInMs: number }
  expect(expiresInMs).toBe(150)
  const headers = { authorization: `Bearer ${token}` }
  const chat = await listen(`${url}/api/chat`, { method: 'POST', headers, body: ask('Hi') })
  expect(chat.status).toBe(200)
  await chat.over()
  const expired = Date.now() + 150
  let answer = { status: 200, body: {} as unknown }
  while (answer.status === 200 && Date.now() < expired + 1000) {
    const again = await fetch(`${url}/api/chat`, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json' },
      body: JSON.stringify(ask('Hi')),
    })
    answer = {
      status: again.status,
      body: again.status === 200 ? await again.body?.cancel() : await again.json(),
    }
  }
  expect(answer).toMatchObject({
    status: 401,
    body: { error: { message: expect.stringContaining('expired') } },
  })
})

test.each([
  ['no header', {}, 'Authorization'],
  ['another scheme', { authorization: 'Basic ZGVtbzpkZW1v' }, 'Authorization'],
  ['a token of another server', { authorization: 'Bearer 99999999999999.abc.def' }, 'not one of ours'],
  ['a word', { authorization: 'Bearer demo2' }, 'not one of ours'],
])('answers 401 to %s', async (_, headers, message) => {
  const { url } = await serverForTest()
  const answer = await post(`${url}/api/chat`, ask('Hi'), headers)
  expect(answer.status).toBe(401)
  expect(answer.headers.get('www-authenticate')).toBe('Bearer')
  expect(answer.body).toEqual({
    error: {
      message: expect.stringContaining(message),
      type: 'authentication_error',
      param: null,
      code: 'invalid_api_key',
    },
  })
  expect(await statsOf(url)).toMatchObject({ open: 0, opened: 0 })
})

test.each([
  ['{"model":', 'not valid JSON'],
  ['[]', 'JSON object'],
  ['null', 'JSON object'],
  [{}, '"model"'],
  [{ ...ask('Hi'), stream: false }, '"stream"'],
  [{ ...ask('Hi'), messages: [] }, '"messages"'],
  [{ ...ask('Hi'), messages: [null, { role: 'system', content: 'Hi' }] }, '"messages"'],
  [ask(5), '"messages"'],
])('answers 400 to the body %j', async (body, message) => {
  const { url } = await serverForTest()
  const answer = await post(`${url}/api/chat`, body, demo)
  expect(answer.status).toBe(400)
  expect(answer.body).toMatchObject({
    error: { type: 'invalid_request_error', message: expect.stringContaining(message) },
  })
})

test('answers 413 to a body above a megabyte, and 405 with Allow to a GET', async () => {
  const { url } = await serverForTest()
  const large = await post(`${url}/api/chat`, ask('x'.repeat(1024 * 1024)), demo)
  expect(large.status).toBe(413)
  expect(large.body).toMatchObject({ error: { code: 'body_too_large' } })
  const get = await fetch(`${url}/api/chat`)
  expect(get.status).toBe(405)
  expect(get.headers.get('allow')).toBe('POST, OPTIONS')
  expect(await get.json()).toMatchObject({ error: { code: 'method_not_allowed' } })
})

test('stops generating when the client goes away', async () => {
  const { url, logged } = await serverForTest({ chatTokenMs: 20 })
  const chat = await listen(`${url}/api/chat`, { method: 'POST', headers: demo, body: ask('Hi') })
  await chat.until(() => chat.messages.length >= 3)
  chat.close()
  expect(await logged(/stopped generating/)).toMatch(/at \d+ of \d+ messages/)
  const stats = await statsOf(url)
  expect(stats).toMatchObject({ open: 0, opened: 1, chatsStopped: 1 })
  expect(stats).toMatchObject({ lastChat: { end: 'stopped by the client' } })
})

test('numbers an answer that is to be resumable, and ends it with its token', async () => {
  const { url } = await serverForTest({ chatTokenMs: 20 })
  const api = `${url}/api/chat?resumable`
  const first = await post(`${url}/api/token?forMs=1000`, '')
  expect(first.body).toMatchObject({ expiresInMs: 1000 })
  const bearer = ({ body }: typeof first) => `Bearer ${(body as { token: string }).token}`
  const asked = { method: 'POST', body: ask('Hi') }
  const part = await listen(api, { ...asked, headers: { authorization: bearer(first) } })
  await part.over()
  expect(part.whole).toBe(true)
  expect(part.messages.length).toBeGreaterThan(2)
  const last = part.messages.at(-1)?.id ?? ''
  expect(await statsOf(url)).toMatchObject({
    chatsStopped: 0,
    lastChat: { sent: Number(last) + 1, of: expect.any(Number), end: 'cut by the server' },
  })
  const late = { authorization: bearer(first), 'Last-Event-ID': last }
  expect((await listen(api, { ...asked, headers: late })).status).toBe(401)
  const rest = await listen(api, { ...asked, headers: { ...demo, 'Last-Event-ID': last } })
  await rest.over()
  expect(breaksIn([...idsOf(part), ...idsOf(rest)])).toEqual([])
  expect(textOf([...chunksOf(part), ...chunksOf(rest)])).toBe(tokensFor('Hi').join(''))
  expect(rest.messages.at(-1)?.data).toBe('[DONE]')
})

test('brings nothing during a silence, and loses no token to it', async () => {
  const { url } = await serverForTest({ chatTokenMs: 5 })
  const chat = await listen(`${url}/api/chat`, { method: 'POST', headers: demo, body: ask('Hi') })
  await chat.until(() => chat.messages.length >= 3)
  await post(`${url}/api/weather`, { do: 'silence' })
  const loud = await listen(`${url}/api/ticker?visitor=loud`)
  const { length } = chat.messages
  await loud.until(() => loud.messages.length >= 20)
  expect(chat.messages).toHaveLength(length)
  await post(`${url}/api/weather`, { do: 'clear' })
  await chat.over()
  expect(chat.messages.at(-1)?.data).toBe('[DONE]')
  expect(textOf(chunksOf(chat))).toBe(tokensFor('Hi').join(''))
})

test('can be dropped and refused like any stream', async () => {
  const { url } = await serverForTest({ chatTokenMs: 20 })
  const chat = await listen(`${url}/api/chat`, { method: 'POST', headers: demo, body: ask('Hi') })
  await chat.until(() => chat.messages.length >= 3)
  await post(`${url}/api/weather`, { do: 'refuse' })
  await chat.over()
  expect(chat.whole).toBe(false)
  const refused = await post(`${url}/api/chat`, ask('Hi'), demo)
  expect(refused.status).toBe(503)
  expect(refused.headers.get('retry-after')).toBe('5')
})
