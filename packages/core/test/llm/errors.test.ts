import { afterEach, describe, expect, test } from 'vitest'
import { createEventStream, type Fold, type Message, type SseError } from '../../src/index.ts'
import { anthropic, type Answer, chatRequest, gemini, openai, uiMessageStream } from '../../src/llm/index.ts'
import { createFakeClock } from '../../src/testing/index.ts'
import { waitFor } from '../connection/harness.ts'
import { createModelServer, type ModelServer, startStream } from './server.ts'

type Format = () => Fold<Answer, Answer, Message>

let server: ModelServer
afterEach(() => server.close())

/** Streams a text from the server. Returns the last snapshot and the delivered data once the stream is closed. */
async function readAnswer(format: Format, text: string) {
  server = await createModelServer((response) => startStream(response, text))
  const clock = createFakeClock()
  const answer = createEventStream(server.origin, { ...chatRequest({}), clock, fold: format() })
  const received: string[] = []
  answer.onMessage(({ data }) => void received.push(data))
  await waitFor('the stream to close', () => answer.getSnapshot().status === 'closed')
  await clock.advance(600_000)
  expect(server.requests).toBe(1)
  return { ...answer.getSnapshot(), received }
}

const chat = 'data: {"choices":[{"delta":{"content":"天 🌤"}}]}\n\n'
const response =
  'event: response.output_text.delta\ndata: {"type":"response.output_text.delta","delta":"天 🌤"}\n\n'
const anthropicStart =
  'data: {"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}\n\n'
const anthropicText =
  'event: content_block_delta\ndata: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"天 🌤"}}\n\n'

const failures: readonly [string, Format, string, string, string, string][] = [
  [
    'chat completions',
    openai,
    chat,
    'message',
    '{"error":{"message":"The server had an error","type":"server_error","param":null,"code":null}}',
    'The server had an error (server_error)',
  ],
  [
    'chat completions, with a numeric code and a choice',
    openai,
    chat,
    'message',
    '{"id":"x","choices":[{"index":0,"delta":{"content":""},"finish_reason":"error"}],"error":{"code":502,"message":"Provider gone"}}',
    'Provider gone (502)',
  ],
  [
    'chat completions, with a string as error',
    openai,
    chat,
    'message',
    '{"error":"out of memory"}',
    'out of memory.',
  ],
  [
    'responses, as documented',
    openai,
    response,
    'error',
    '{"type":"error","code":"rate_limit_exceeded","message":"Slow down","param":null,"sequence_number":3}',
    'Slow down (rate_limit_exceeded)',
  ],
  [
    'responses, as sent by the API',
    openai,
    response,
    'error',
    '{"type":"error","sequence_number":2,"error":{"type":"insufficient_quota","code":"no_credits","message":"No credits","param":null}}',
    'No credits (no_credits)',
  ],
  [
    'responses that failed',
    openai,
    response,
    'response.failed',
    '{"type":"response.failed","response":{"id":"r","status":"failed","error":{"code":"server_error","message":"The model broke down"}}}',
    'The model broke down (server_error)',
  ],
  [
    'responses that failed without an error',
    openai,
    response,
    'response.failed',
    '{"type":"response.failed","response":{"id":"r","status":"failed","error":null}}',
    '"status":"failed"',
  ],
  [
    'messages',
    anthropic,
    anthropicText,
    'error',
    '{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"},"request_id":"req-1"}',
    'Overloaded (overloaded_error)',
  ],
  [
    'contents',
    gemini,
    'data: {"candidates":[{"content":{"parts":[{"text":"天 🌤"}]}}]}\n\n',
    'message',
    '{"error":{"code":429,"message":"Quota exceeded","status":"RESOURCE_EXHAUSTED"}}',
    'Quota exceeded (429)',
  ],
  [
    'interactions',
    gemini,
    'data: {"event_type":"step.start","index":0,"step":{"type":"model_output","content":[{"type":"text","text":"天 🌤"}]}}\n\n',
    'error',
    '{"event_type":"error","error":{"code":"internal","message":"Broken"}}',
    'Broken (internal)',
  ],
  [
    'UI messages',
    uiMessageStream,
    'data: {"type":"text-delta","id":"0","delta":"天 🌤"}\n\n',
    'message',
    '{"type":"error","errorText":"An error occurred"}',
    'An error occurred.',
  ],
  [
    'a message that is not JSON, which the answer would lack',
    openai,
    chat,
    'message',
    '{"choices":[{"delta":{"content":"lost"},"error":null}',
    'not JSON',
  ],
  [
    'a proxy that does not send JSON',
    anthropic,
    anthropicText,
    'error',
    'upstream went away',
    'upstream went away.',
  ],
]

test.each(failures)(
  'an error message fails the stream: %s',
  async (_, format, textBefore, type, data, expected) => {
    const { received, ...snapshot } = await readAnswer(
      format,
      `${textBefore}event: ${type}\ndata: ${data}\n\n${textBefore}`,
    )
    expect(snapshot).toMatchObject({ status: 'closed', reason: 'failed', data: { text: '天 🌤' } })
    const { error } = snapshot as { error: SseError }
    expect(error).toMatchObject({ name: 'SseError', code: 'server', body: data })
    expect(error.message).toContain(expected)
    expect(received).toHaveLength(1)
  },
)

test.each<[string, Format, unknown]>([
  ['chat completions', openai, { choices: [{ delta: { content: 'error' } }], error: null }],
  ['responses', openai, { type: 'response.output_text.delta', delta: 'error', response: { error: null } }],
  ['messages', anthropic, { type: 'content_block_delta', delta: { type: 'text_delta', text: 'error' } }],
])('an answer with the text "error" does not fail the stream: %s', async (_, format, part) => {
  const snapshot = await readAnswer(format, `data: ${JSON.stringify(part)}\n\ndata: [DONE]\n\n`)
  expect(snapshot).toMatchObject({ reason: 'ended', data: { text: 'error' } })
})

describe('an incomplete answer', () => {
  test.each<[string, Format, string]>([
    ['chat completions', openai, chat],
    ['responses', openai, response],
    ['messages', anthropic, anthropicText],
  ])('has no finish if the server ends the response: %s', async (_, format, textBefore) => {
    server = await createModelServer((response) => {
      startStream(response, textBefore)
      response.end()
    })
    const answer = createEventStream(server.origin, { ...chatRequest({}), fold: format() })
    answer.subscribe(() => {})
    await waitFor('the stream to close', () => answer.getSnapshot().status === 'closed')
    expect(answer.getSnapshot()).toMatchObject({
      reason: 'ended',
      error: { code: 'ended' },
      data: { text: '天 🌤', finish: undefined },
    })
    expect(server.requests).toBe(1)
  })

  test('fails without a retry if the connection breaks off', async () => {
    server = await createModelServer((response) => {
      startStream(response)
      response.write(chat, () => response.destroy())
    })
    const clock = createFakeClock()
    const answer = createEventStream(server.origin, { ...chatRequest({}), clock, fold: openai() })
    answer.subscribe(() => {})
    await waitFor('the stream to close', () => answer.getSnapshot().status === 'closed')
    await clock.advance(600_000)
    expect(answer.getSnapshot()).toMatchObject({
      reason: 'failed',
      error: { code: 'network' },
      data: { text: '天 🌤', finish: undefined },
    })
    expect(server.requests).toBe(1)
  })
})

test.each<[string, boolean]>([
  ['{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}', true],
  ['{"error":{"message":"Slow down","code":"rate_limit_exceeded"}}', true],
  ['{"error":{"message":"Provider gone","code":502}}', true],
  ['{"error":{"message":"You exceeded your current quota","code":"insufficient_quota"}}', false],
  ['{"error":{"message":"Quota exceeded","code":429,"status":"RESOURCE_EXHAUSTED"}}', false],
  ['{"error":{"message":"No such model","type":"invalid_request_error","code":null}}', false],
])('advises to ask again only if the error may pass: %s', async (data, advises) => {
  const { error } = (await readAnswer(openai, `data: ${data}\n\n`)) as unknown as { error: SseError }
  expect(error.message.includes('Send the request again')).toBe(advises)
})

describe('a response that ends without an end marker', () => {
  const stop = 'data: {"choices":[{"delta":{"content":"."},"finish_reason":"stop"}]}\n\n'
  const empty = stop.replace('stop', '')

  test.each<[string, Format, string]>([
    ['chat completions with a reason', openai, chat + stop],
    [
      'contents',
      gemini,
      'data: {"candidates":[{"content":{"parts":[{"text":"x"}]},"finishReason":"STOP"}]}\n\n',
    ],
  ])('is complete if it has named a reason: %s', async (_, format, text) => {
    server = await createModelServer((response) => {
      startStream(response, text)
      response.end()
    })
    const options = { ...chatRequest({}), idempotent: true, fold: format() }
    const answer = createEventStream(server.origin, options)
    answer.subscribe(() => {})
    await waitFor('the stream to close', () => answer.getSnapshot().status === 'closed')
    expect(answer.getSnapshot()).toMatchObject({ reason: 'ended', data: { finish: { reason: 'stop' } } })
    expect(answer.getSnapshot()).not.toHaveProperty('error')
    expect(server.requests).toBe(1)
  })

  test('has an error if it has named none, as Baichuan does not', async () => {
    server = await createModelServer((response) => {
      startStream(response, chat + empty)
      response.end()
    })
    const answer = createEventStream(server.origin, { ...chatRequest({}), fold: openai() })
    answer.subscribe(() => {})
    await waitFor('the stream to close', () => answer.getSnapshot().status === 'closed')
    expect(answer.getSnapshot()).toMatchObject({
      reason: 'ended',
      error: { code: 'ended' },
      data: { text: '天 🌤.' },
    })
  })
})

test('a second answer within the first fails the stream, and the first one stays', async () => {
  const start = (id: string) =>
    `event: message_start\ndata: {"type":"message_start","message":{"id":"${id}","content":[],"usage":{"input_tokens":1}}}\n\n`
  const snapshot = await readAnswer(
    anthropic,
    start('one') + anthropicStart + anthropicText + start('two') + anthropicText,
  )
  expect(snapshot).toMatchObject({
    reason: 'failed',
    error: { code: 'server' },
    data: { id: 'one', text: '天 🌤' },
  })
  expect((snapshot as unknown as { error: SseError }).error.message).toContain(
    'answer two begins before one has ended',
  )
})

test('an answer whose start is sent twice goes on', async () => {
  const start = 'data: {"type":"message_start","message":{"id":"one","content":[]}}\n\n'
  const end = 'data: {"type":"message_stop"}\n\n'
  expect(await readAnswer(anthropic, start + anthropicStart + start + anthropicText + end)).toMatchObject({
    reason: 'ended',
    data: { text: '天 🌤' },
  })
})

test('a message with an error may carry the usage', async () => {
  const data =
    '{"error":{"code":400,"message":"Token limit"},"choices":[],"usage":{"prompt_tokens":4,"completion_tokens":1}}'
  const snapshot = await readAnswer(openai, `${chat}data: ${data}\n\n`)
  expect(snapshot).toMatchObject({ reason: 'failed', data: { text: '天 🌤', usage: { input: 4, output: 1 } } })
})

test.each<[number, string]>([
  [400, '{"error":{"message":"Unknown model","type":"invalid_request_error","param":"model","code":null}}'],
  [401, '{"type":"error","error":{"type":"authentication_error","message":"invalid x-api-key"}}'],
  [429, '{"error":{"message":"Too many","type":"tokens","code":"rate_limit_exceeded"}}'],
  [529, '{"type":"error","error":{"type":"overloaded_error","message":"超载了"}}'],
])('the error has the body of a response with status %i', async (status, body) => {
  server = await createModelServer((response) =>
    response.writeHead(status, { 'content-type': 'application/json' }).end(body),
  )
  const answer = createEventStream(server.origin, { ...chatRequest({}), fold: openai() })
  answer.subscribe(() => {})
  await waitFor('the stream to close', () => answer.getSnapshot().status === 'closed')
  const { error } = answer.getSnapshot() as { error: SseError }
  expect(error).toMatchObject({ code: 'status', status, body })
  expect(JSON.parse(error.body!)).toHaveProperty('error.message')
  expect(server.requests).toBe(1)
})
