import { describe, expect, test } from 'vitest'
import { createEventStream, type Fold, type Message, text } from '../../src/index.ts'
import { anthropic, type Answer, chatRequest, openai } from '../../src/llm/index.ts'
import { createFakeClock, createFakeServer } from '../../src/testing/index.ts'
import { chatCompletions, messages, plain, responses } from './transcripts.ts'

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
  'plain text': { createFold: text as () => Fold<string, string, Message>, ...plain },
}

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

/** Returns the answer after each of the messages. */
function answersAfter(fold: Fold<Answer, Answer, Message>, ...parts: readonly unknown[]): Answer[] {
  let state = fold.initial(undefined)
  return parts.map((part) => {
    state = fold.add(state, { type: 'message', data: JSON.stringify(part), id: '' })
    return fold.view(state)
  })
}

const choice = (delta: unknown, rest: object = {}) => ({ choices: [{ index: 0, delta, ...rest }] })

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
    ['content that is not a string', choice({ content: [{ type: 'text', text: 'x' }] })],
    ['an empty finish reason', choice({}, { finish_reason: '' })],
    ['an unknown event', { type: 'response.unknown', delta: 'x', output_index: 5 }],
    ['an unknown item', { type: 'response.output_item.added', item: { type: 'unknown_call', name: 'x' } }],
    ['audio', { type: 'response.output_audio.delta', delta: 'UklGRg==' }],
  ])('%s does not change the answer', (_, part) => {
    const fold = openai()
    expect(answersAfter(fold, part)).toEqual([fold.initial(undefined)])
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
    expect(answersAfter(openai(), part('{'), part('}')).at(-1)!.toolCalls).toEqual([
      { index: 0, id: 'c', name: 'f', arguments: '{}' },
    ])
  })

  test('tool calls without an index are separate calls', () => {
    const call = (id: string) => ({ id, function: { name: 'f', arguments: '{}' } })
    const [last] = answersAfter(openai(), choice({ tool_calls: [call('a'), call('b')] }))
    expect(last!.toolCalls.map(({ index, id }) => [index, id])).toEqual([
      [0, 'a'],
      [1, 'b'],
    ])
  })

  test('the last usage applies if each chunk has one', () => {
    const usage = (completion_tokens: number) => ({ choices: [], usage: { completion_tokens } })
    expect(answersAfter(openai(), usage(1), usage(2)).at(-1)!.usage).toMatchObject({
      inputTokens: 0,
      outputTokens: 2,
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

test('an incomplete response has its reason as finishReason, and its usage', () => {
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
    finishReason: 'max_output_tokens',
    usage: { inputTokens: 1, outputTokens: 2 },
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
  expect(last!.toolCalls).toEqual([{ index: 1, id: 'c', name: 'shell', arguments: 'ls -l' }])
})
