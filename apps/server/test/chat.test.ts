import { expect, test } from 'vitest'
import type { ChatChunk } from '../src/chat.ts'
import { languageOf, tokensFor } from '../src/model.ts'
import { gapsIn, idsOf, listen, post, statsOf, type Listener } from './listener.ts'
import { serverForTest } from './server-for-test.ts'

const chatBody = (content: unknown) => ({
  model: 'canned-1',
  messages: [{ role: 'user', content }],
  stream: true,
})
const demo = { authorization: 'Bearer demo' }

function chunksOf({ messages }: Listener): ChatChunk[] {
  return messages.filter(({ data }) => data !== '[DONE]').map(({ data }) => JSON.parse(data) as ChatChunk)
}

function textOf(chunks: ChatChunk[]): string {
  return chunks.map(({ choices }) => choices[0].delta.content ?? '').join('')
}

test('streams the answer token by token in the chat-completions format and ends with [DONE]', async () => {
  const { url } = await serverForTest({ chatTokenMs: 1 })
  const chat = await listen(`${url}/api/chat`, {
    method: 'POST',
    headers: demo,
    body: chatBody('What is a river?'),
  })
  await chat.ended()
  expect(chat.status).toBe(200)
  expect(chat.headers['content-type']).toBe('text/event-stream')
  expect(chat.complete).toBe(true)
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
    ...chatBody(''),
    messages: [
      { role: 'user', content: '你好' },
      { role: 'assistant', content: 'Hola' },
      { role: 'user', content: [{ type: 'text', text: question }] },
    ],
  }
  const chat = await listen(`${url}/api/chat`, { method: 'POST', headers: demo, body })
  await chat.ended()
  const text = textOf(chunksOf(chat))
  expect(text.startsWith(start)).toBe(true)
  expect(text).toBe(tokensFor(question).join(''))
})

test('accepts an issued token until it expires, then answers 401 with the reason', async () => {
  const { url } = await serverForTest({ chatTokenMs: 1, tokenExpiresInMs: 150 })
  const { body: issued } = await post(`${url}/api/token`, '')
  const { token, expiresInMs } = issued as { token: string; expiresInMs: number }
  expect(expiresInMs).toBe(150)
  const headers = { authorization: `Bearer ${token}` }
  const chat = await listen(`${url}/api/chat`, { method: 'POST', headers, body: chatBody('Hi') })
  expect(chat.status).toBe(200)
  await chat.ended()
  const expired = Date.now() + 150
  let answer = { status: 200, body: {} as unknown }
  while (answer.status === 200 && Date.now() < expired + 1000) {
    const again = await fetch(`${url}/api/chat`, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json' },
      body: JSON.stringify(chatBody('Hi')),
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
  ['without a header', {}, 'Authorization'],
  ['with another scheme', { authorization: 'Basic ZGVtbzpkZW1v' }, 'Authorization'],
  ['with a token of another server', { authorization: 'Bearer 99999999999999.abc.def' }, 'not issued by'],
  ['with an unknown word as token', { authorization: 'Bearer demo2' }, 'not issued by'],
])('answers 401 to a request %s', async (_, headers, message) => {
  const { url } = await serverForTest()
  const answer = await post(`${url}/api/chat`, chatBody('Hi'), headers)
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
  [{ ...chatBody('Hi'), stream: false }, '"stream"'],
  [{ ...chatBody('Hi'), messages: [] }, '"messages"'],
  [{ ...chatBody('Hi'), messages: [null, { role: 'system', content: 'Hi' }] }, '"messages"'],
  [chatBody(5), '"messages"'],
])('answers 400 to the body %j', async (body, message) => {
  const { url } = await serverForTest()
  const answer = await post(`${url}/api/chat`, body, demo)
  expect(answer.status).toBe(400)
  expect(answer.body).toMatchObject({
    error: { type: 'invalid_request_error', message: expect.stringContaining(message) },
  })
})

test('answers 413 to a body larger than 1 MiB, and 405 with Allow to a GET', async () => {
  const { url } = await serverForTest()
  const large = await post(`${url}/api/chat`, chatBody('x'.repeat(1024 * 1024)), demo)
  expect(large.status).toBe(413)
  expect(large.body).toMatchObject({ error: { code: 'body_too_large' } })
  const get = await fetch(`${url}/api/chat`)
  expect(get.status).toBe(405)
  expect(get.headers.get('allow')).toBe('POST, OPTIONS')
  expect(await get.json()).toMatchObject({ error: { code: 'method_not_allowed' } })
})

test('stops generating when the client disconnects', async () => {
  const { url, logged } = await serverForTest({ chatTokenMs: 20 })
  const chat = await listen(`${url}/api/chat`, { method: 'POST', headers: demo, body: chatBody('Hi') })
  await chat.until(() => chat.messages.length >= 3)
  chat.close()
  expect(await logged(/stopped generating/)).toMatch(/at \d+ of \d+ messages/)
  const stats = await statsOf(url)
  expect(stats).toMatchObject({ open: 0, opened: 1, chatsStopped: 1 })
  expect(stats).toMatchObject({ lastChat: { end: 'stopped by the client' } })
})

test('sends ids in a resumable answer, ends it when the token expires, and resumes after Last-Event-ID', async () => {
  const { url } = await serverForTest({ chatTokenMs: 20 })
  const api = `${url}/api/chat?resumable`
  const first = await post(`${url}/api/token?forMs=1000`, '')
  expect(first.body).toMatchObject({ expiresInMs: 1000 })
  const bearer = ({ body }: typeof first) => `Bearer ${(body as { token: string }).token}`
  const init = { method: 'POST', body: chatBody('Hi') }
  const part = await listen(api, { ...init, headers: { authorization: bearer(first) } })
  await part.ended()
  expect(part.complete).toBe(true)
  expect(part.messages.length).toBeGreaterThan(2)
  const last = part.messages.at(-1)?.id ?? ''
  expect(await statsOf(url)).toMatchObject({
    chatsStopped: 0,
    lastChat: { sent: Number(last) + 1, of: expect.any(Number), end: 'cut by the server' },
  })
  const expired = { authorization: bearer(first), 'Last-Event-ID': last }
  expect((await listen(api, { ...init, headers: expired })).status).toBe(401)
  const rest = await listen(api, { ...init, headers: { ...demo, 'Last-Event-ID': last } })
  expect(part.headers['sse-resume']).toBeUndefined()
  expect(rest.headers['sse-resume']).toBe('complete')
  await rest.ended()
  expect(gapsIn([...idsOf(part), ...idsOf(rest)])).toEqual([])
  expect(textOf([...chunksOf(part), ...chunksOf(rest)])).toBe(tokensFor('Hi').join(''))
  expect(rest.messages.at(-1)?.data).toBe('[DONE]')
})

test('sends nothing during a silence and the complete answer after it', async () => {
  const { url } = await serverForTest({ chatTokenMs: 5 })
  const chat = await listen(`${url}/api/chat`, { method: 'POST', headers: demo, body: chatBody('Hi') })
  await chat.until(() => chat.messages.length >= 3)
  await post(`${url}/api/weather`, { do: 'silence' })
  const unaffected = await listen(`${url}/api/ticker?visitor=unaffected`)
  const { length } = chat.messages
  await unaffected.until(() => unaffected.messages.length >= 20)
  expect(chat.messages).toHaveLength(length)
  await post(`${url}/api/weather`, { do: 'clear' })
  await chat.ended()
  expect(chat.messages.at(-1)?.data).toBe('[DONE]')
  expect(textOf(chunksOf(chat))).toBe(tokensFor('Hi').join(''))
})

test('drops a chat and refuses new ones like any other stream', async () => {
  const { url } = await serverForTest({ chatTokenMs: 20 })
  const chat = await listen(`${url}/api/chat`, { method: 'POST', headers: demo, body: chatBody('Hi') })
  await chat.until(() => chat.messages.length >= 3)
  await post(`${url}/api/weather`, { do: 'refuse' })
  await chat.ended()
  expect(chat.complete).toBe(false)
  const refused = await post(`${url}/api/chat`, chatBody('Hi'), demo)
  expect(refused.status).toBe(503)
  expect(refused.headers.get('retry-after')).toBe('5')
})
