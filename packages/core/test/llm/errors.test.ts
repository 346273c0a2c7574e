import { afterEach, describe, expect, test } from 'vitest'
import { createEventStream, type Fold, type Message, type SseError } from '../../src/index.ts'
import { anthropic, type Answer, chatRequest, openai } from '../../src/llm/index.ts'
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
  ])('has no finishReason if the server ends the response: %s', async (_, format, textBefore) => {
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
      data: { text: '天 🌤', finishReason: undefined },
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
      data: { text: '天 🌤', finishReason: undefined },
    })
    expect(server.requests).toBe(1)
  })
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
