import { expect, test } from 'vitest'
import { languageOf, priceTokensFor, source, tokensFor } from '../src/model.ts'
import { ask, chatBody, demo, eventsOf, price, textOf } from './chat.ts'
import { gapsIn, idsOf, post, statsOf } from './listener.ts'
import { serverForTest } from './server-for-test.ts'

test('streams reasoning, text and a source in the format of the Messages API, and tells the end', async () => {
  const { url } = await serverForTest({ chatTokenMs: 1 })
  const chat = await ask(url, 'answer-1')
  await chat.ended()
  expect(chat.status).toBe(200)
  expect(chat.headers['content-type']).toBe('text/event-stream')
  expect(chat.complete).toBe(true)
  expect(chat.messages.at(-1)).toMatchObject({ event: 'headwater.end', data: '{"reason":"done"}' })
  expect(gapsIn(idsOf(chat))).toEqual([])
  const events = eventsOf(chat)
  expect(chat.messages.slice(0, -1).map(({ event }) => event)).toEqual(events.map(({ type }) => type))
  expect(events[0]).toEqual({
    type: 'message_start',
    message: {
      id: expect.stringMatching(/^msg_/),
      ...{ type: 'message', role: 'assistant', model: 'canned-1', content: [] },
      ...{ stop_reason: null, stop_sequence: null, usage: { input_tokens: 2, output_tokens: 1 } },
    },
  })
  expect(events.filter(({ type }) => type === 'content_block_start')).toMatchObject([
    { index: 0, content_block: { type: 'thinking' } },
    { index: 1, content_block: { type: 'text' } },
  ])
  expect(events.map(({ delta }) => delta?.citation).filter(Boolean)).toMatchObject([source])
  expect(events.slice(-2)).toMatchObject([{ delta: { stop_reason: 'end_turn' } }, { type: 'message_stop' }])
  expect(textOf(chat)).toBe(tokensFor('Hi').join(''))
  expect(await statsOf(url)).toMatchObject({ open: 0, opened: 1, chatsStopped: 0 })
})

test('calls the tool for prices if the client has it, and answers with the result', async () => {
  const { url } = await serverForTest({ chatTokenMs: 1 })
  const question = chatBody('What does alba cost?')
  const call = await ask(url, 'call', { body: { ...question, tools: [price] } })
  await call.ended()
  const events = eventsOf(call)
  const { content_block: block } =
    events.find(({ content_block }) => content_block?.type === 'tool_use') ?? {}
  expect(block).toEqual({ type: 'tool_use', id: expect.stringMatching(/^toolu_/), name: 'price', input: {} })
  const pieces = events.flatMap(({ delta }) => delta?.partial_json ?? [])
  expect(pieces.length).toBeGreaterThan(2)
  expect(JSON.parse(pieces.join(''))).toEqual({ symbol: 'ALBA' })
  expect(events.at(-2)).toMatchObject({ delta: { stop_reason: 'tool_use' } })

  const result = { type: 'tool_result', tool_use_id: block?.id, content: '98.7' }
  const assistant = { role: 'assistant', content: [block] }
  const messages = [...question.messages, assistant, { role: 'user', content: [result] }]
  const answer = await ask(url, 'result', { body: { ...question, tools: [price], messages } })
  await answer.ended()
  expect(textOf(answer)).toBe(priceTokensFor('What does alba cost?', '98.7').join(''))

  const withoutTool = await ask(url, 'without', { body: question })
  await withoutTool.ended()
  expect(textOf(withoutTool)).toBe(tokensFor('What does alba cost?').join(''))
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
  const chat = await ask(url, language, { body })
  await chat.ended()
  const text = textOf(chat)
  expect(text.startsWith(start)).toBe(true)
  expect(text).toBe(tokensFor(question).join(''))
})

test('accepts an issued token until it expires, then answers 401 with the reason', async () => {
  const { url } = await serverForTest({ chatTokenMs: 1, tokenExpiresInMs: 150 })
  const { body: issued } = await post(`${url}/api/token`, '')
  const { token, expiresInMs } = issued as { token: string; expiresInMs: number }
  expect(expiresInMs).toBe(150)
  const headers = { authorization: `Bearer ${token}` }
  const chat = await ask(url, 'first', { headers })
  expect(chat.status).toBe(200)
  await chat.ended()
  const expired = Date.now() + 150
  let answer = { status: 200, body: {} as unknown }
  while (answer.status === 200 && Date.now() < expired + 1000) {
    const again = await fetch(`${url}/api/chat?answer=again`, {
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
  const answer = await post(`${url}/api/chat?answer=a`, chatBody('Hi'), headers)
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
  const answer = await post(`${url}/api/chat?answer=a`, body, demo)
  expect(answer.status).toBe(400)
  expect(answer.body).toMatchObject({
    error: { type: 'invalid_request_error', message: expect.stringContaining(message) },
  })
})

test('answers 413 to a body larger than 1 MiB, and 405 with Allow to a GET', async () => {
  const { url } = await serverForTest()
  const large = await post(`${url}/api/chat?answer=a`, chatBody('x'.repeat(1024 * 1024)), demo)
  expect(large.status).toBe(413)
  expect(large.body).toMatchObject({ error: { code: 'body_too_large' } })
  const get = await fetch(`${url}/api/chat`)
  expect(get.status).toBe(405)
  expect(get.headers.get('allow')).toBe('POST, OPTIONS')
  expect(await get.json()).toMatchObject({ error: { code: 'method_not_allowed' } })
})

test.each(['', '?answer=', '?answer=a/b', `?answer=${'a'.repeat(101)}`])(
  'answers 400 to a chat and to a stop with the query "%s"',
  async (query) => {
    const { url } = await serverForTest()
    for (const path of ['chat', 'chat/stop']) {
      const { status, body } = await post(`${url}/api/${path}${query}`, chatBody('Hi'), demo)
      expect(status).toBe(400)
      expect(body).toMatchObject({ error: { message: expect.stringContaining('"answer"') } })
    }
  },
)

test('sends nothing during a silence and the complete answer after it', async () => {
  const { url } = await serverForTest({ chatTokenMs: 5 })
  const chat = await ask(url, 'silent')
  await chat.until(() => chat.messages.length >= 3)
  await post(`${url}/api/weather`, { do: 'silence' })
  const { length } = chat.messages
  const other = await ask(`${url}`, 'other', { visitor: 'unaffected' })
  await other.until(() => other.messages.length >= 20)
  expect(chat.messages).toHaveLength(length)
  await post(`${url}/api/weather`, { do: 'clear' })
  await chat.ended()
  expect(chat.messages.at(-1)?.event).toBe('headwater.end')
  expect(textOf(chat)).toBe(tokensFor('Hi').join(''))
})

test('drops a chat and refuses new ones like any other stream', async () => {
  const { url } = await serverForTest({ chatTokenMs: 20 })
  const chat = await ask(url, 'dropped')
  await chat.until(() => chat.messages.length >= 3)
  await post(`${url}/api/weather`, { do: 'refuse' })
  await chat.ended()
  expect(chat.complete).toBe(false)
  const refused = await post(`${url}/api/chat?answer=dropped`, chatBody('Hi'), demo)
  expect(refused.status).toBe(503)
  expect(refused.headers.get('retry-after')).toBe('5')
})
