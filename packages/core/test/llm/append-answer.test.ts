import { afterEach, describe, expect, test } from 'vitest'
import { createEventStream, type Fold, type Message } from '../../src/index.ts'
import {
  anthropic,
  type Answer,
  answer as anyAnswer,
  appendAnswer,
  chatRequest,
  cohere,
  gemini,
  openai,
  type ToolCallPart,
  uiMessageStream,
} from '../../src/llm/index.ts'
import { waitFor } from '../connection/harness.ts'
import { answerAfter, choice } from './answers-after.ts'
import { createModelServer, type ModelServer, startStream } from './server.ts'
import * as transcripts from './transcripts.ts'

let server: ModelServer
afterEach(() => server?.close())

type Format = () => Fold<Answer, Answer, Message>

/** Asks once, and returns the answer at its end. */
async function ask(request: object, format: Format): Promise<Answer> {
  const stream = createEventStream(server.origin, { ...chatRequest(request), fold: format() })
  stream.subscribe(() => {})
  await waitFor('the answer', () => stream.getSnapshot().status === 'closed')
  return stream.getSnapshot().data
}

const tools: Readonly<Record<string, (json: unknown) => unknown>> = {
  weather: () => ({ celsius: 21 }),
  time: () => '12:00',
  pick: () => 'a',
}

/** Asks, runs the tools that the answer calls, and asks again, until an answer calls none. */
async function runTools(request: object, format: Format): Promise<Answer> {
  for (let body = request; ;) {
    const answer = await ask(body, format)
    if (answer.toolCalls.length === 0) return answer
    const results = answer.toolCalls.map((call) => ({ call, result: tools[call.name]!(call.json) }))
    body = appendAnswer(body, answer, results)
  }
}

const user = { role: 'user', content: 'Weather?' }
const userContent = { role: 'user', parts: [{ text: 'Weather?' }] }
const uiUser = { id: 'u', role: 'user', parts: [{ type: 'text', text: 'Weather?' }] }
const celsius = '{"celsius":21}'
const textOfChat = '因为瑞利散射 🌈 — "error"\n'

const loops: readonly (readonly [string, Format, transcripts.Transcript, object, object])[] = [
  [
    'chat completions',
    openai,
    transcripts.chatCompletions,
    { model: 'm', messages: [user] },
    {
      model: 'm',
      messages: [
        user,
        {
          ...{ role: 'assistant', content: textOfChat, reasoning_content: '天空是蓝的。' },
          tool_calls: [
            { id: 'call-1', type: 'function', function: { name: 'weather', arguments: '{"city":"北京"}' } },
            { id: 'call-2', type: 'function', function: { name: 'time', arguments: '{"zone":8}' } },
          ],
        },
        { role: 'tool', tool_call_id: 'call-1', content: celsius },
        { role: 'tool', tool_call_id: 'call-2', content: '12:00' },
      ],
      stream: true,
    },
  ],
  [
    'responses',
    openai,
    transcripts.responses,
    { model: 'm', input: 'Weather?' },
    {
      model: 'm',
      input: [
        user,
        ...transcripts.responses.answer.raw,
        { type: 'function_call_output', call_id: 'call-9', output: celsius },
      ],
      stream: true,
    },
  ],
  [
    'responses that the server keeps',
    openai,
    transcripts.responses,
    { model: 'm', input: 'Weather?', previous_response_id: 'resp-0' },
    {
      ...{ model: 'm', previous_response_id: 'resp-1' },
      input: [{ type: 'function_call_output', call_id: 'call-9', output: celsius }],
      stream: true,
    },
  ],
  [
    'messages',
    anthropic,
    transcripts.messages,
    { model: 'm', max_tokens: 9, messages: [user] },
    {
      ...{ model: 'm', max_tokens: 9 },
      messages: [
        user,
        { role: 'assistant', content: transcripts.messages.answer.raw },
        { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'tool-1', content: celsius }] },
      ],
      stream: true,
    },
  ],
  [
    'contents',
    gemini,
    transcripts.contents,
    { contents: [userContent], stream: false },
    {
      contents: [
        userContent,
        {
          role: 'model',
          parts: [
            ...transcripts.contents.answer.raw.slice(0, -1),
            {
              functionCall: { name: 'weather', args: { city: '上海', days: [2] } },
              thoughtSignature: 'c2lnMw==',
            },
          ],
        },
        { role: 'user', parts: [{ functionResponse: { name: 'weather', response: { celsius: 21 } } }] },
      ],
    },
  ],
  [
    'interactions',
    gemini,
    transcripts.interactions,
    { model: 'm', input: 'Weather?' },
    {
      ...{ model: 'm', previous_interaction_id: 'int-1' },
      input: [{ type: 'function_result', call_id: 'c-1', name: 'weather', result: { celsius: 21 } }],
      stream: true,
    },
  ],
  [
    'interactions that the server does not keep',
    gemini,
    transcripts.interactions,
    { model: 'm', input: 'Weather?', store: false },
    {
      ...{ model: 'm', store: false },
      input: [
        { type: 'user_input', content: [{ type: 'text', text: 'Weather?' }] },
        ...transcripts.interactions.answer.raw,
        { type: 'function_result', call_id: 'c-1', name: 'weather', result: { celsius: 21 } },
      ],
      stream: true,
    },
  ],
  [
    'chat of Cohere',
    cohere,
    transcripts.cohereChat,
    { model: 'm', messages: [user] },
    {
      model: 'm',
      messages: [
        user,
        {
          role: 'assistant',
          content: [
            { type: 'thinking', thinking: '想好了' },
            { type: 'text', text: '天空是蓝的 💙' },
          ],
          tool_plan: '我会查天气',
          tool_calls: [
            { id: 'w-1', type: 'function', function: { name: 'weather', arguments: '{"city":"成都"}' } },
          ],
        },
        { role: 'tool', tool_call_id: 'w-1', content: celsius },
      ],
      stream: true,
    },
  ],
  [
    'UI messages',
    uiMessageStream,
    transcripts.uiMessages,
    { id: 'chat', messages: [uiUser], stream: false },
    {
      id: 'chat',
      messages: [
        uiUser,
        {
          ...{ id: 'ui-1', role: 'assistant', metadata: { model: 'm', tokens: 5 } },
          parts: [
            ...transcripts.uiMessages.answer.raw.slice(1, -1),
            {
              ...(transcripts.uiMessages.answer.raw.at(-1) as object),
              state: 'output-available',
              output: 'a',
            },
          ],
        },
      ],
    },
  ],
]

test.each(
  loops.flatMap((loop) => [
    loop,
    [`${loop[0]}, with answer()`, anyAnswer, ...loop.slice(2)] as unknown as typeof loop,
  ]),
)(
  'a loop of tools needs no message that is written by hand: %s',
  async (_, format, { blocks, answer: called }, request, expected) => {
    const last = blocks.filter((block) => !/tool|call|function/i.test(block))
    server = await createModelServer((response) => {
      const text = (server.received.length === 1 ? blocks : last).map((block) => `${block}\n\n`).join('')
      startStream(response, text)
      response.end()
    })
    const answer = await runTools(request, format)
    expect(answer.toolCalls).toEqual([])
    expect(answer.format).toBe(called.format)
    expect(server.received).toHaveLength(2)
    expect(JSON.parse(server.received[1]!.body)).toEqual(JSON.parse(JSON.stringify(expected)))
  },
)

describe('appendAnswer', () => {
  const callOf = (answer: Answer) => answer.parts.find((part) => part.type === 'tool-call') as ToolCallPart
  const done = (item: object) =>
    answerAfter(openai(), { type: 'response.output_item.done', output_index: 0, item })

  test('appends an answer without results, and does not change the request', () => {
    const request = { messages: [user] }
    const answer = answerAfter(openai(), choice({ content: 'Hi' }, { finish_reason: 'stop' }))
    expect(appendAnswer(request, answer)).toEqual({ messages: [user, { role: 'assistant', content: 'Hi' }] })
    expect(request).toEqual({ messages: [user] })
  })

  test('reasoning as plain text goes with the results of its calls only', () => {
    const reason = choice({ reasoning_content: 'Hm' })
    const text = answerAfter(openai(), reason, choice({ content: 'Hi' }, { finish_reason: 'stop' }))
    expect(appendAnswer({ messages: [] }, text)).toEqual({ messages: [{ role: 'assistant', content: 'Hi' }] })
    const called = answerAfter(
      openai(),
      reason,
      choice({ tool_calls: [{ id: 'a', function: { name: 'f' } }] }, { finish_reason: 'tool_calls' }),
    )
    expect(appendAnswer({ messages: [] }, called, [{ call: callOf(called), result: 1 }])).toMatchObject({
      messages: [{ reasoning_content: 'Hm' }, { content: '1' }],
    })
  })

  test('leaves out thinking without its signature, and reasoning that nothing follows', () => {
    const thinking = { type: 'content_block_start', content_block: { type: 'thinking', thinking: 'Hm' } }
    expect(appendAnswer({ messages: [] }, answerAfter(anthropic(), thinking))).toEqual({ messages: [] })
    const signature = { type: 'content_block_delta', delta: { type: 'signature_delta', signature: 's' } }
    expect(appendAnswer({ messages: [] }, answerAfter(anthropic(), thinking, signature))).toEqual({
      messages: [{ role: 'assistant', content: [{ type: 'thinking', thinking: 'Hm', signature: 's' }] }],
    })
    expect(appendAnswer({ input: [user] }, done({ type: 'reasoning', id: 'r', summary: [] }))).toEqual({
      input: [user],
    })
  })

  test('leaves out a call of Gemini that was cut off', () => {
    const call = { functionCall: { name: 'f', willContinue: true } }
    const answer = answerAfter(gemini(), { candidates: [{ content: { parts: [{ text: 'x' }, call] } }] })
    expect(appendAnswer({ contents: [] }, answer)).toEqual({
      contents: [{ role: 'model', parts: [{ text: 'x' }] }],
    })
  })

  test('an empty answer changes nothing', () => {
    const request = { messages: [user] }
    expect(appendAnswer(request, openai().view(openai().initial(undefined)))).toEqual(request)
  })

  test('completions continue the prompt', () => {
    const answer = answerAfter(openai(), { choices: [{ text: ' upon' }] })
    expect(appendAnswer({ prompt: 'Once' }, answer)).toEqual({ prompt: 'Once upon' })
  })

  test('leaves out calls that were cut off', () => {
    const chat = answerAfter(
      openai(),
      choice({ tool_calls: [{ index: 0, id: 'a', function: { name: 'f', arguments: '{"x' } }] }),
    )
    expect(appendAnswer({ messages: [] }, chat)).toEqual({ messages: [{ role: 'assistant', content: '' }] })
    const start = (block: object, index: number) => ({
      type: 'content_block_start',
      index,
      content_block: block,
    })
    const messages = answerAfter(
      anthropic(),
      start({ type: 'text', text: '' }, 0),
      start({ type: 'text', text: 'So' }, 1),
      start({ type: 'tool_use', id: 't', name: 'f', input: {} }, 2),
      { type: 'content_block_delta', index: 2, delta: { type: 'input_json_delta', partial_json: '{"x' } },
    )
    expect(appendAnswer({ messages: [] }, messages)).toEqual({
      messages: [{ role: 'assistant', content: [{ type: 'text', text: 'So' }] }],
    })
  })

  test('blocks of reasoning that came in pieces are whole', () => {
    const details = (fields: object) =>
      choice({ reasoning_details: [{ type: 'reasoning.text', index: 0, ...fields }] })
    const encrypted = (data: string) =>
      choice({ reasoning_details: [{ type: 'reasoning.encrypted', data, index: 1 }] })
    const answer = answerAfter(
      openai(),
      details({ text: 'a' }),
      details({ text: 'b', signature: 's' }),
      encrypted('x'),
      encrypted('y'),
    )
    expect(appendAnswer({ messages: [] }, answer)).toEqual({
      messages: [
        {
          ...{ role: 'assistant', content: '' },
          reasoning_details: [
            { type: 'reasoning.text', index: 0, text: 'ab', signature: 's' },
            { type: 'reasoning.encrypted', data: 'x', index: 1 },
            { type: 'reasoning.encrypted', data: 'y', index: 1 },
          ],
        },
      ],
    })
    const thinking = (text: string) =>
      choice({ content: [{ type: 'thinking', thinking: [{ type: 'text', text }] }] })
    const mistral = answerAfter(
      openai(),
      thinking('a'),
      thinking('b'),
      choice({ content: [{ type: 'text', text: 'c' }] }),
    )
    expect(appendAnswer({ messages: [] }, mistral)).toMatchObject({
      messages: [
        {
          content: [
            { type: 'thinking', thinking: [{ type: 'text', text: 'ab' }] },
            { type: 'text', text: 'c' },
          ],
        },
      ],
    })
  })

  test('tells the vendor of a tool that failed', () => {
    const use = { type: 'tool_use', id: 't', name: 'f', input: {} }
    const messages = answerAfter(
      anthropic(),
      { type: 'content_block_start', content_block: use },
      { type: 'content_block_stop' },
    )
    const result = (answer: Answer) => [{ call: callOf(answer), result: 'no', failed: true }]
    expect(appendAnswer({ messages: [] }, messages, result(messages))).toMatchObject({
      messages: [{}, { content: [{ type: 'tool_result', content: 'no', is_error: true }] }],
    })
    const contents = answerAfter(gemini(), {
      candidates: [{ content: { parts: [{ functionCall: { id: 'c', name: 'f' } }] } }],
    })
    expect(appendAnswer({ contents: [] }, contents, result(contents))).toMatchObject({
      contents: [{}, { parts: [{ functionResponse: { id: 'c', name: 'f', response: { error: 'no' } } }] }],
    })
    const ui = answerAfter(uiMessageStream(), {
      type: 'tool-input-available',
      toolCallId: 't',
      toolName: 'f',
      input: {},
    })
    expect(appendAnswer({ messages: [] }, ui, result(ui))).toMatchObject({
      messages: [{ parts: [{ state: 'output-error', errorText: 'no' }] }],
    })
  })

  test.each<[string, object, unknown, object]>([
    [
      'custom_tool_call',
      { call_id: 'c', name: 'f', input: 'x' },
      'ok',
      { type: 'custom_tool_call_output', call_id: 'c', output: 'ok' },
    ],
    [
      'shell_call',
      { call_id: 'c', action: {} },
      { output: [] },
      { type: 'shell_call_output', call_id: 'c', output: [] },
    ],
    [
      'apply_patch_call',
      { call_id: 'c', operation: {} },
      { status: 'completed' },
      { type: 'apply_patch_call_output', call_id: 'c', status: 'completed' },
    ],
    [
      'mcp_approval_request',
      { id: 'c', name: 'f' },
      true,
      { type: 'mcp_approval_response', approval_request_id: 'c', approve: true },
    ],
    [
      'tool_search_call',
      { call_id: 'c', execution: 'client' },
      [],
      { type: 'tool_search_output', call_id: 'c', execution: 'client', status: 'completed', tools: [] },
    ],
  ])("answers the vendor's own %s", (type, fields, result, output) => {
    const answer = done({ type, ...fields })
    expect(appendAnswer({ input: [] }, answer, [{ call: callOf(answer), result }])).toEqual({
      input: [{ type, ...fields }, output],
    })
  })

  test('goes on in the container of the vendor', () => {
    const answer = answerAfter(
      anthropic(),
      { type: 'content_block_start', content_block: { type: 'text', text: 'x' } },
      { type: 'message_delta', delta: { stop_reason: 'pause_turn', container: { id: 'box' } } },
    )
    expect(answer.finish?.reason).toBe('pause')
    expect(appendAnswer({ messages: [user] }, answer)).toEqual({
      container: 'box',
      messages: [user, { role: 'assistant', content: [{ type: 'text', text: 'x' }] }],
    })
  })
})
