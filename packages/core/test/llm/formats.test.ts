import { describe, expect, test } from 'vitest'
import { createEventStream, type Fold, type Message, text } from '../../src/index.ts'
import { anthropic, type Answer, chatRequest, openai } from '../../src/llm/index.ts'
import { createFakeClock, createFakeServer } from '../../src/testing/index.ts'
import { chatCompletions, messages, plain, responses } from './transcripts.ts'

/** Streams bytes in pieces, and gives what came of them, with the pieces' number of views. */
async function fold<Data>(by: Fold<Data, Data, Message>, pieces: readonly Uint8Array[]) {
  const clock = createFakeClock()
  const server = createFakeServer()
  const answer = createEventStream('https://example.com/', {
    ...chatRequest({ model: 'a-model' }),
    clock,
    fetch: server.fetch,
    fold: by,
    until: ({ data }) => data === '[DONE]',
  })
  answer.subscribe(() => {})
  const request = await server.nextRequest()
  for (const piece of pieces) await request.send(piece)
  const snapshot = answer.getSnapshot()
  expect(server.connections).toBe(0)
  expect(clock.timers).toBe(0)
  return snapshot
}

const encode = (blocks: readonly string[], end: string) =>
  new TextEncoder().encode(blocks.map((block) => `${block}\n\n`.replaceAll('\n', end)).join(''))

const formats = {
  'chat completions': { by: openai, ...chatCompletions },
  responses: { by: openai, ...responses },
  messages: { by: anthropic, ...messages },
  'plain text': { by: text as () => Fold<string, string, Message>, ...plain },
}

describe.each(Object.entries(formats))('%s', (_, { by, blocks, answer }) => {
  const create = by as () => Fold<unknown, unknown, Message>

  test('gives the same answer wherever its bytes are cut in two', async () => {
    const bytes = encode(blocks, '\n')
    const cut = await Promise.all(
      Array.from(bytes, (_, at) => fold(create(), [bytes.subarray(0, at), bytes.subarray(at)])),
    )
    expect(cut).toHaveLength(bytes.length)
    for (const [at, { status, data }] of cut.entries())
      if (status !== 'closed' || JSON.stringify(data) !== JSON.stringify(answer))
        expect({ at, status, data }).toEqual({ at, status: 'closed', data: answer })
  }, 60_000)

  test.each([
    ['LF', '\n'],
    ['CRLF', '\r\n'],
    ['CR', '\r'],
  ])('gives the same answer byte by byte, and ends with it, with %s', async (_, end) => {
    const bytes = encode(blocks, end)
    const pieces = Array.from(bytes, (byte) => Uint8Array.of(byte))
    const snapshot = await fold(create(), pieces)
    expect(snapshot).toMatchObject({ status: 'closed', reason: 'ended', data: answer })
    expect(snapshot).not.toHaveProperty('error')
  })

  test('is folded anew by each stream: one fold serves many', async () => {
    const bytes = encode(blocks, '\n')
    const one = create()
    await fold(one, [bytes])
    expect((await fold(one, [bytes])).data).toEqual(answer)
  })
})

/** What a fold makes of messages, one after the other. */
function steps(by: Fold<Answer, Answer, Message>, ...parts: readonly unknown[]): Answer[] {
  let state = by.initial(undefined)
  return parts.map((part) => {
    state = by.add(state, { type: 'message', data: JSON.stringify(part), id: '' })
    return by.view(state)
  })
}

const choice = (delta: unknown, rest: object = {}) => ({ choices: [{ index: 0, delta, ...rest }] })

describe('an answer', () => {
  test('stays as it was, and is another as soon as there is more of it', () => {
    const [one, two, three] = steps(openai(), choice({ content: 'a' }), choice({ content: 'b' }), choice({}))
    expect([one!.text, two!.text]).toEqual(['a', 'ab'])
    expect(three).toBe(two)
  })

  test('has calls that stay the same while its text grows', () => {
    const call = { index: 0, id: 'c', function: { name: 'f', arguments: '{}' } }
    const [one, two] = steps(openai(), choice({ tool_calls: [call] }), choice({ content: 'b' }))
    expect(two!.toolCalls).toBe(one!.toolCalls)
  })

  test('grows from what was there before', () => {
    const [before] = steps(openai(), choice({ content: 'Hel' }))
    const by = openai()
    const message = { type: 'message', data: JSON.stringify(choice({ content: 'lo' })), id: '' }
    expect(by.add(by.initial(before), message).text).toBe('Hello')
  })
})

describe('of what servers send beside the documentation', () => {
  test.each([
    ['no choices', {}],
    ['choices that are null', { choices: null }],
    ['a choice without a delta', { choices: [{ index: 0 }] }],
    ['a delta that is null', choice(null)],
    ['content that is null', choice({ content: null, refusal: null, tool_calls: null })],
    ['content that is no text', choice({ content: [{ type: 'text', text: 'x' }] })],
    ['a finish reason that is empty', choice({}, { finish_reason: '' })],
    ['a word of tomorrow', { type: 'response.tomorrow', delta: 'x', output_index: 5 }],
    [
      'an item of tomorrow',
      { type: 'response.output_item.added', item: { type: 'tomorrow_call', name: 'x' } },
    ],
    ['audio', { type: 'response.output_audio.delta', delta: 'UklGRg==' }],
  ])('%s is passed over', (_, part) => {
    const by = openai()
    expect(steps(by, part)).toEqual([by.initial(undefined)])
  })

  test('reasoning goes by two names, and is taken once where it has both', () => {
    const [, , last] = steps(
      openai(),
      choice({ reasoning: 'a' }),
      choice({ reasoning_content: 'b' }),
      choice({ reasoning: 'c', reasoning_content: 'c' }),
    )
    expect(last!.reasoning).toBe('abc')
  })

  test('a call that is named again with each piece keeps one name', () => {
    const piece = (text: string) =>
      choice({ tool_calls: [{ index: 0, id: 'c', function: { name: 'f', arguments: text } }] })
    expect(steps(openai(), piece('{'), piece('}')).at(-1)!.toolCalls).toEqual([
      { index: 0, id: 'c', name: 'f', arguments: '{}' },
    ])
  })

  test('calls without an index are calls of their own', () => {
    const call = (id: string) => ({ id, function: { name: 'f', arguments: '{}' } })
    const [last] = steps(openai(), choice({ tool_calls: [call('a'), call('b')] }))
    expect(last!.toolCalls.map(({ index, id }) => [index, id])).toEqual([
      [0, 'a'],
      [1, 'b'],
    ])
  })

  test('usage that comes with each chunk is the last', () => {
    const usage = (completion_tokens: number) => ({ choices: [], usage: { completion_tokens } })
    expect(steps(openai(), usage(1), usage(2)).at(-1)!.usage).toMatchObject({
      inputTokens: 0,
      outputTokens: 2,
    })
  })
})

test('a refusal is told, of chat completions and of responses', () => {
  expect(steps(openai(), choice({ refusal: 'I ' }), choice({ refusal: 'cannot.' })).at(-1)!.refusal).toBe(
    'I cannot.',
  )
  const part = (delta: string) => ({ type: 'response.refusal.delta', delta })
  expect(steps(openai(), part('I '), part('cannot.')).at(-1)!.refusal).toBe('I cannot.')
})

test('a response that is incomplete says why, and brings its usage', () => {
  const [last] = steps(openai(), {
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

test('what a call of one’s own kind is given comes as text', () => {
  const [, last] = steps(
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
