import { describe, expect, test } from 'vitest'
import { createEventStream, type Fold, type Message, text } from '../../src/index.ts'
import {
  answer as anyAnswer,
  anthropic,
  chatRequest,
  cohere,
  gemini,
  openai,
  uiMessageStream,
} from '../../src/llm/index.ts'
import { createFakeClock, createFakeServer } from '../../src/testing/index.ts'
import { answersAfter, choice } from './answers-after.ts'
import {
  chatCompletions,
  cohereChat,
  contents,
  interactions,
  messages,
  plain,
  responses,
  uiMessages,
} from './transcripts.ts'

/** Streams chunks of bytes to a fold and returns the last snapshot. */
async function readAnswer<Data>(fold: Fold<Data, Data, Message>, chunks: readonly Uint8Array[]) {
  const clock = createFakeClock()
  const server = createFakeServer()
  const answer = createEventStream('https://example.com/', {
    ...chatRequest({ model: 'a-model' }),
    clock,
    fetch: server.fetch,
    fold,
    until: ({ data }) => data === '[DONE]',
  })
  answer.subscribe(() => {})
  const request = await server.nextRequest()
  for (const chunk of chunks) await request.send(chunk)
  // Gemini has no end marker.
  if (request.open) await request.end()
  const snapshot = answer.getSnapshot()
  expect(server.connections).toBe(0)
  expect(clock.timers).toBe(0)
  return snapshot
}

const encode = (blocks: readonly string[], end: string) =>
  new TextEncoder().encode(blocks.map((block) => `${block}\n\n`.replaceAll('\n', end)).join(''))

const formats = {
  'chat completions': { createFold: openai, ...chatCompletions },
  responses: { createFold: openai, ...responses },
  messages: { createFold: anthropic, ...messages },
  contents: { createFold: gemini, ...contents },
  interactions: { createFold: gemini, ...interactions },
  'chat of Cohere': { createFold: cohere, ...cohereChat },
  'UI messages': { createFold: uiMessageStream, ...uiMessages },
  'plain text': { createFold: text as () => Fold<string, string, Message>, ...plain },
}

test.each(Object.entries(formats).slice(0, -1))(
  'answer() tells the format: %s',
  async (_, { blocks, answer }) => {
    expect((await readAnswer(anyAnswer(), [encode(blocks, '\n')])).data).toEqual(answer)
  },
)

describe.each(Object.entries(formats))('%s', (_, { createFold, blocks, answer }) => {
  const create = createFold as () => Fold<unknown, unknown, Message>

  test('gives the same answer wherever the bytes are cut in two', async () => {
    const bytes = encode(blocks, '\n')
    const snapshots = await Promise.all(
      Array.from(bytes, (_, at) => readAnswer(create(), [bytes.subarray(0, at), bytes.subarray(at)])),
    )
    expect(snapshots).toHaveLength(bytes.length)
    for (const [at, { status, data }] of snapshots.entries())
      if (status !== 'closed' || JSON.stringify(data) !== JSON.stringify(answer))
        expect({ at, status, data }).toEqual({ at, status: 'closed', data: answer })
  }, 60_000)

  test.each([
    ['LF', '\n'],
    ['CRLF', '\r\n'],
    ['CR', '\r'],
  ])('gives the same answer byte by byte, and ends the stream, with %s', async (_, end) => {
    const bytes = encode(blocks, end)
    const chunks = Array.from(bytes, (byte) => Uint8Array.of(byte))
    const snapshot = await readAnswer(create(), chunks)
    expect(snapshot).toMatchObject({ status: 'closed', reason: 'ended', data: answer })
    expect(snapshot).not.toHaveProperty('error')
  })

  test('can be read by several streams with one fold', async () => {
    const bytes = encode(blocks, '\n')
    const one = create()
    await readAnswer(one, [bytes])
    expect((await readAnswer(one, [bytes])).data).toEqual(answer)
  })
})

describe('an answer', () => {
  test('is immutable: a change makes a new object', () => {
    const [one, two, three] = answersAfter(
      openai(),
      choice({ content: 'a' }),
      choice({ content: 'b' }),
      choice({}),
    )
    expect([one!.text, two!.text]).toEqual(['a', 'ab'])
    expect(three).toBe(two)
  })

  test('keeps the same toolCalls object while its text grows', () => {
    const call = { index: 0, id: 'c', function: { name: 'f', arguments: '{}' } }
    const [one, two] = answersAfter(openai(), choice({ tool_calls: [call] }), choice({ content: 'b' }))
    expect(two!.toolCalls).toBe(one!.toolCalls)
  })

  test('starts with a previous answer', () => {
    const [previous] = answersAfter(openai(), choice({ content: 'Hel' }))
    const fold = openai()
    const message = { type: 'message', data: JSON.stringify(choice({ content: 'lo' })), id: '' }
    expect(fold.add(fold.initial(previous), message).text).toBe('Hello')
  })
})

describe('messages that are not in the documentation', () => {
  test.each([
    ['no choices', {}],
    ['choices that are null', { choices: null }],
    ['a choice without a delta', { choices: [{ index: 0 }] }],
    ['a delta that is null', choice(null)],
    ['content that is null', choice({ content: null, refusal: null, tool_calls: null })],
    ['an empty finish reason', choice({}, { finish_reason: '' })],
    ['an unknown event', { type: 'response.unknown', delta: 'x', output_index: 5 }],
    ['audio', { type: 'response.output_audio.delta', delta: 'UklGRg==' }],
    [
      'a list of images without a URL',
      choice({ content: [{ type: 'image' }], annotations: [], images: null }),
    ],
    ['arguments without a call', choice({ tool_calls: [{ index: 0, function: { arguments: '{}' } }] })],
    [
      'arguments of an unknown item',
      { type: 'response.mcp_call_arguments.delta', output_index: 3, delta: '{}' },
    ],
    ['JSON that is not an object', 7],
    ['null', null],
  ])('%s does not change the answer', (_, part) => {
    const fold = openai()
    const { format, raw } = answersAfter(fold, part)[0]!
    expect(answersAfter(fold, part)).toEqual([{ ...fold.initial(undefined), format, raw }])
  })

  test('an unknown item is a call of the server, or another part', () => {
    const added = (item: object) => ({ type: 'response.output_item.added', item })
    const [call] = answersAfter(openai(), added({ type: 'unknown_call', id: 'u', name: 'x' }))
    expect(call).toMatchObject({
      toolCalls: [],
      parts: [{ type: 'tool-call', id: 'u', by: 'server', kind: 'unknown_call' }],
    })
    const [other] = answersAfter(openai(), added({ type: 'unknown', id: 'u' }))
    expect(other!.parts).toEqual([
      { type: 'other', key: '0', name: 'unknown', data: { type: 'unknown', id: 'u' } },
    ])
  })

  test('reasoning is read from both of its names, once if both are set', () => {
    const [, , last] = answersAfter(
      openai(),
      choice({ reasoning: 'a' }),
      choice({ reasoning_content: 'b' }),
      choice({ reasoning: 'c', reasoning_content: 'c' }),
    )
    expect(last!.reasoning).toBe('abc')
  })

  test('a tool call keeps its name if each part repeats it', () => {
    const part = (text: string) =>
      choice({ tool_calls: [{ index: 0, id: 'c', function: { name: 'f', arguments: text } }] })
    expect(answersAfter(openai(), part('{'), part('}')).at(-1)!.toolCalls).toMatchObject([
      { id: 'c', name: 'f', arguments: '{}' },
    ])
  })

  test('tool calls without an index are separate calls', () => {
    const call = (id: string) => ({ id, function: { name: 'f', arguments: '{}' } })
    const [last] = answersAfter(openai(), choice({ tool_calls: [call('a'), call('b')] }))
    expect(last!.toolCalls.map(({ id }) => id)).toEqual(['a', 'b'])
  })

  test('the last usage applies if each chunk has one', () => {
    const usage = (completion_tokens: number) => ({ choices: [], usage: { completion_tokens } })
    expect(answersAfter(openai(), usage(1), usage(2)).at(-1)!.usage).toMatchObject({
      input: 0,
      output: 2,
    })
  })
})

test('a refusal is read from chat completions and from responses', () => {
  expect(
    answersAfter(openai(), choice({ refusal: 'I ' }), choice({ refusal: 'cannot.' })).at(-1)!.refusal,
  ).toBe('I cannot.')
  const part = (delta: string) => ({ type: 'response.refusal.delta', delta })
  expect(answersAfter(openai(), part('I '), part('cannot.')).at(-1)!.refusal).toBe('I cannot.')
})

test('an incomplete response has its reason, and its usage', () => {
  const [last] = answersAfter(openai(), {
    type: 'response.incomplete',
    response: {
      id: 'r',
      status: 'incomplete',
      incomplete_details: { reason: 'max_output_tokens' },
      usage: { input_tokens: 1, output_tokens: 2 },
    },
  })
  expect(last).toMatchObject({
    finish: { reason: 'length', raw: 'max_output_tokens', details: { reason: 'max_output_tokens' } },
    usage: { input: 1, output: 2 },
  })
})

test('a custom tool call has its input as text in arguments', () => {
  const [, last] = answersAfter(
    openai(),
    {
      type: 'response.output_item.added',
      output_index: 1,
      item: { type: 'custom_tool_call', call_id: 'c', name: 'shell', input: '' },
    },
    { type: 'response.custom_tool_call_input.delta', output_index: 1, delta: 'ls -l' },
  )
  expect(last!.toolCalls).toMatchObject([{ kind: 'custom', id: 'c', name: 'shell', arguments: 'ls -l' }])
})
