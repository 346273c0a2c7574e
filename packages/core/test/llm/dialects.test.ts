import { describe, expect, test } from 'vitest'
import { answer, anthropic, cohere, gemini, openai, uiMessageStream } from '../../src/llm/index.ts'
import { answerAfter, answersAfter, choice } from './answers-after.ts'

const call = (fields: object, name = 'f') => ({ function: { name, arguments: '{}' }, ...fields })
const idsOf = (...deltas: readonly object[]) =>
  answerAfter(openai(), ...deltas).toolCalls.map(({ id, arguments: text }) => id + text)

describe('chat completions', () => {
  test('Ollama: calls with the same index and other IDs are separate calls', () => {
    const one = choice({ tool_calls: [call({ index: 0, id: 'a' })] })
    const other = choice({ tool_calls: [call({ index: 0, id: 'b' })] })
    expect(idsOf(one, other)).toEqual(['a{}', 'b{}'])
    expect(idsOf(choice({ tool_calls: [call({ index: 0, id: 'a' }), call({ index: 0, id: 'b' })] }))).toEqual(
      ['a{}', 'b{}'],
    )
  })

  test('Mistral: calls without an index are separate calls, and each may come in pieces', () => {
    const start = (id: string) =>
      choice({ tool_calls: [{ id, function: { name: 'f', arguments: '{"x":' } }] })
    const rest = (id?: string) =>
      choice({ tool_calls: [{ ...(id && { id }), function: { arguments: '1}' } }] })
    expect(idsOf(start('a'), rest(), start('b'), rest())).toEqual(['a{"x":1}', 'b{"x":1}'])
    expect(idsOf(start('a'), start('b'), rest('a'), rest('b'))).toEqual(['a{"x":1}', 'b{"x":1}'])
  })

  test('an ID that each piece repeats with the name is one call', () => {
    const piece = (text: string) =>
      choice({ tool_calls: [{ index: 0, id: 'a', function: { name: 'f', arguments: text } }] })
    expect(idsOf(piece('{"x"'), piece(':1}'))).toEqual(['a{"x":1}'])
  })

  test('an ID that comes after the name, and a call that is not in a list', () => {
    const one = choice({ tool_calls: { index: 0, function: { name: 'f', arguments: '{' } } })
    const other = choice({ tool_calls: { index: 0, id: 'a', function: { name: 'f', arguments: '}' } } })
    expect(idsOf(one, other)).toEqual(['a{}'])
  })

  test('arguments that are an object are text of JSON', () => {
    const arguments_ = { city: '北京' }
    const answer = answerAfter(
      openai(),
      choice(
        { tool_calls: [{ index: 0, id: 'a', function: { name: 'f', arguments: arguments_ } }] },
        { finish_reason: 'tool_calls' },
      ),
    )
    expect(answer.toolCalls).toMatchObject([{ arguments: '{"city":"北京"}', json: arguments_, done: true }])
  })

  test('Mistral: content is a list of blocks', () => {
    const thinking = (text: string) =>
      choice({ content: [{ type: 'thinking', thinking: [{ type: 'text', text }] }] })
    const answer = answerAfter(
      openai(),
      thinking('2 + '),
      thinking('2'),
      choice({ content: [{ type: 'text', text: '4' }] }),
      choice({ content: '.' }),
    )
    expect(answer).toMatchObject({ reasoning: '2 + 2', text: '4.' })
  })

  test('OpenRouter and Snowflake: reasoning in blocks is read, once if it comes as text, too', () => {
    const details = (text: string) => ({ reasoning_details: [{ type: 'reasoning.text', text, index: 0 }] })
    const signed = { reasoning_details: [{ type: 'reasoning.text', signature: 'sig', index: 0 }] }
    const only = answerAfter(openai(), choice(details('15')), choice(details(' * 27')), choice(signed))
    expect(only.parts).toMatchObject([{ type: 'reasoning', text: '15 * 27', signature: 'sig' }])
    expect(answerAfter(openai(), choice({ ...details('15'), reasoning: '15' })).reasoning).toBe('15')
  })

  test('Groq: usage is in x_groq, and the tools that it runs are calls of the server', () => {
    const tool = { index: 0, type: 'search', arguments: '{"query":"x"}', output: 'found' }
    const answer = answerAfter(
      openai(),
      choice({ executed_tools: [{ ...tool, output: null }] }),
      choice({ executed_tools: [tool] }),
      {
        ...choice({}, { finish_reason: 'stop' }),
        x_groq: { usage: { prompt_tokens: 3, completion_tokens: 4 } },
      },
    )
    expect(answer).toMatchObject({
      usage: { input: 3, output: 4 },
      toolCalls: [],
      parts: [{ name: 'search', by: 'server', json: { query: 'x' }, result: 'found', done: true }],
      finish: { reason: 'stop' },
    })
  })

  test('Moonshot: usage is in the choice', () => {
    const usage = { prompt_tokens: 3, completion_tokens: 4, cached_tokens: 2 }
    expect(answerAfter(openai(), choice({}, { usage })).usage).toMatchObject({
      input: 3,
      output: 4,
      cached: 2,
    })
  })

  test('DeepSeek: tokens read from the cache', () => {
    const usage = {
      prompt_tokens: 10,
      completion_tokens: 4,
      prompt_cache_hit_tokens: 6,
      prompt_cache_miss_tokens: 4,
    }
    expect(answerAfter(openai(), { choices: [], usage }).usage).toMatchObject({
      input: 10,
      cached: 6,
      raw: usage,
    })
  })

  test('Perplexity: sources repeated in each chunk are named once, and its reasoning tokens are counted', () => {
    const [one, two, three] = answersAfter(
      openai(),
      { ...choice({ content: 'a' }), citations: ['https://a.example/'] },
      { ...choice({ content: 'b' }), search_results: [{ url: 'https://a.example/', title: 'A' }] },
      { choices: [], usage: { prompt_tokens: 1, completion_tokens: 2, reasoning_tokens: 5 } },
    )
    expect(one!.parts).toMatchObject([{ sources: [{ url: 'https://a.example/' }] }])
    expect(two!.parts).toMatchObject([
      { text: 'ab', sources: [{ url: 'https://a.example/' }, { title: 'A' }] },
    ])
    expect(three!.usage).toMatchObject({ reasoning: 5 })
  })

  test('Azure: a first chunk without choices and with an empty ID changes nothing', () => {
    const answer = answerAfter(
      openai(),
      { id: '', model: '', choices: [], prompt_filter_results: [{}] },
      { id: 'chat-1', model: 'm', ...choice({ content: 'a' }, { content_filter_results: {} }) },
    )
    expect(answer).toMatchObject({ id: 'chat-1', model: 'm', text: 'a' })
  })

  test('web pages that OpenAI and OpenRouter cite are sources', () => {
    const url_citation = { url: 'https://a.example/', title: 'A', start_index: 0, end_index: 1 }
    const answer = answerAfter(
      openai(),
      choice({ content: 'a' }),
      choice({ annotations: [{ type: 'url_citation', url_citation }] }),
    )
    expect(answer.parts).toMatchObject([
      { sources: [{ url: 'https://a.example/', title: 'A', raw: url_citation }] },
    ])
  })

  test('images of OpenRouter are files', () => {
    const url = 'data:image/png;base64,aW1n'
    expect(
      answerAfter(openai(), choice({ images: [{ type: 'image_url', image_url: { url } }] })).parts,
    ).toEqual([{ type: 'file', key: '0', mediaType: 'image/png', url }])
  })

  test('a function call in the form of 2023', () => {
    const answer = answerAfter(
      openai(),
      choice({ function_call: { name: 'f', arguments: '{"x"' } }),
      choice({ function_call: { arguments: ':1}' } }, { finish_reason: 'function_call' }),
    )
    expect(answer).toMatchObject({
      toolCalls: [{ name: 'f', json: { x: 1 } }],
      finish: { reason: 'tool-calls' },
    })
  })

  test('text, reasoning and calls that take turns are parts in their order', () => {
    const answer = answerAfter(
      openai(),
      choice({ reasoning: 'a' }),
      choice({ content: 'b' }),
      choice({ reasoning: 'c' }),
      choice({ tool_calls: [call({ index: 0, id: 'd' })] }),
      choice({ content: 'e' }),
    )
    expect(answer.parts.map(({ type }) => type)).toEqual([
      'reasoning',
      'text',
      'reasoning',
      'tool-call',
      'text',
    ])
  })

  test('a call of a server that names no reason is done at the end', () => {
    const answer = answerAfter(openai(), choice({ tool_calls: [call({ index: 0, id: 'a' })] }), '[DONE]')
    expect(answer).toMatchObject({ toolCalls: [{ done: true, json: {} }], finish: undefined })
  })
})

test('completions have their text in the choice', () => {
  const chunk = (text: string, finish_reason: string | null = null) => ({
    ...{ id: 'cmpl-1', object: 'text_completion', model: 'm' },
    choices: [{ index: 0, text, finish_reason }],
  })
  expect(answerAfter(openai(), chunk('Once '), chunk('upon'), chunk('', 'length'))).toMatchObject({
    format: 'openai-completions',
    text: 'Once upon',
    finish: { reason: 'length', raw: 'length' },
  })
})

describe('responses', () => {
  const item = { type: 'function_call', id: 'fc', call_id: 'c', name: 'f', arguments: '' }
  const added = { type: 'response.output_item.added', output_index: 0, item }
  const whole = { ...item, arguments: '{"x":1}' }
  const expected = [{ id: 'c', name: 'f', arguments: '{"x":1}' }]

  test.each<[string, object[]]>([
    [
      'the event of their end',
      [{ type: 'response.function_call_arguments.done', output_index: 0, arguments: '{"x":1}' }],
    ],
    ['the item', [{ type: 'response.output_item.done', output_index: 0, item: whole }]],
    [
      'the response',
      [{ type: 'response.completed', response: { id: 'r', status: 'completed', output: [whole] } }],
    ],
  ])('LM Studio: arguments that only %s has are not lost', (_, events) => {
    expect(answerAfter(openai(), added, ...events).toolCalls).toMatchObject(expected)
  })

  test('text that only the end of its part has is not lost', () => {
    const part = { type: 'response.output_text.done', output_index: 0, content_index: 0, text: 'all' }
    expect(answerAfter(openai(), part).text).toBe('all')
  })

  test('tools that the server runs are not in toolCalls, and have their results', () => {
    const done = (output_index: number, each: object) => ({
      type: 'response.output_item.done',
      output_index,
      item: each,
    })
    const answer = answerAfter(
      openai(),
      done(0, { type: 'web_search_call', id: 'ws', action: { query: 'x' } }),
      done(1, { type: 'mcp_call', id: 'm', name: 'ask', arguments: '{}', output: 'ok' }),
      done(2, { type: 'mcp_call', id: 'n', name: 'ask', arguments: '{}', error: { message: 'no' } }),
      done(3, {
        type: 'shell_call',
        id: 's',
        call_id: 'sc',
        action: { commands: ['ls'] },
        environment: { type: 'container_reference' },
      }),
      done(4, { type: 'shell_call_output', call_id: 'sc', output: [{ stdout: 'a' }] }),
      done(5, { type: 'code_interpreter_call', id: 'ci', code: '1+1', outputs: [{ logs: '2' }] }),
      done(6, { type: 'custom_tool_call', id: 'x', call_id: 'xc', name: 'x_keyword_search', input: '{}' }),
      done(7, { type: 'image_generation_call', id: 'ig', result: 'aW1n', output_format: 'webp' }),
    )
    expect(answer.toolCalls).toEqual([])
    expect(answer.parts).toMatchObject([
      { kind: 'web_search_call', json: { query: 'x' } },
      { name: 'ask', result: 'ok', failed: false },
      { name: 'ask', failed: true },
      { kind: 'shell_call', by: 'server', result: [{ stdout: 'a' }] },
      { kind: 'code_interpreter_call', arguments: '1+1', result: [{ logs: '2' }] },
      { name: 'x_keyword_search', by: 'server' },
      { kind: 'image_generation_call', by: 'server' },
      { type: 'file', mediaType: 'image/webp', url: 'data:image/webp;base64,aW1n' },
    ])
  })

  test.each([
    ['shell_call', { call_id: 'c', action: { commands: ['ls'] } }],
    ['local_shell_call', { call_id: 'c', action: { command: ['ls'] } }],
    ['apply_patch_call', { call_id: 'c', operation: { type: 'delete_file' } }],
    ['computer_call', { call_id: 'c', action: { type: 'click' } }],
    ['tool_search_call', { call_id: 'c', execution: 'client', arguments: { queries: [] } }],
    ['mcp_approval_request', { id: 'c', name: 'ask', arguments: '{}' }],
  ])('%s is a call that the client runs', (type, fields) => {
    const answer = answerAfter(
      openai(),
      { type: 'response.output_item.done', output_index: 0, item: { type, ...fields } },
      {
        type: 'response.completed',
        response: { status: 'completed' },
      },
    )
    expect(answer).toMatchObject({
      parts: [{ id: 'c', kind: type, by: 'client' }],
      finish: { reason: 'tool-calls' },
    })
  })

  test('a citation is a source of its text, and a preview of an image is a file', () => {
    const answer = answerAfter(
      openai(),
      { type: 'response.output_text.delta', output_index: 0, content_index: 0, delta: 'a' },
      { type: 'response.output_text.delta', output_index: 0, content_index: 1, delta: 'b' },
      {
        type: 'response.output_text.annotation.added',
        output_index: 0,
        content_index: 0,
        annotation: { url: 'https://a.example/' },
      },
      {
        type: 'response.output_item.added',
        output_index: 1,
        item: { type: 'image_generation_call', id: 'i' },
      },
      { type: 'response.image_generation_call.partial_image', output_index: 1, partial_image_b64: 'aW1n' },
    )
    expect(answer.parts).toMatchObject([
      { text: 'a', sources: [{ url: 'https://a.example/' }] },
      { text: 'b', sources: [] },
      { type: 'tool-call' },
      { type: 'file', url: 'data:image/png;base64,aW1n' },
    ])
  })

  test('encrypted reasoning is in raw', () => {
    const reasoning = { type: 'reasoning', id: 'rs', summary: [], encrypted_content: 'secret' }
    const answer = answerAfter(openai(), {
      type: 'response.output_item.done',
      output_index: 0,
      item: reasoning,
    })
    expect(answer).toMatchObject({ parts: [], raw: [reasoning] })
  })
})

describe('messages', () => {
  const block = (content_block: object, index = 0) => ({ type: 'content_block_start', index, content_block })
  const use = { type: 'tool_use', id: 't', name: 'f', input: { x: 1 } }

  test('input that only the start of a block has is not lost', () => {
    const [open, done] = answersAfter(anthropic(), block(use), { type: 'content_block_stop', index: 0 })
    expect(open!.toolCalls).toMatchObject([{ arguments: '{"x":1}', done: false }])
    expect(done!.toolCalls).toMatchObject([{ arguments: '{"x":1}', json: { x: 1 }, done: true }])
    expect(done!.raw).toEqual([use])
  })

  test('content, reason and usage that only the start of the message has are not lost', () => {
    const message = {
      id: 'm',
      model: 'a',
      content: [use],
      stop_reason: 'tool_use',
      usage: { input_tokens: 2, output_tokens: 3 },
    }
    expect(
      answerAfter(anthropic(), { type: 'message_start', message }, { type: 'message_stop' }),
    ).toMatchObject({
      toolCalls: [{ id: 't', json: { x: 1 }, done: true }],
      finish: { reason: 'tool-calls', raw: 'tool_use' },
      usage: { input: 2, output: 3 },
    })
  })

  test('a call without arguments has the empty object as json', () => {
    const answer = answerAfter(anthropic(), block({ ...use, input: {} }), {
      type: 'content_block_stop',
      index: 0,
    })
    expect(answer.toolCalls).toMatchObject([{ arguments: '', json: {} }])
  })

  test('tools that the server runs have their results, and the client runs the others', () => {
    const result = {
      type: 'web_search_tool_result',
      tool_use_id: 's',
      content: [{ url: 'https://a.example/' }],
    }
    const error = { type: 'web_search_tool_result_error', error_code: 'unavailable' }
    const answer = answerAfter(
      anthropic(),
      block({ type: 'server_tool_use', id: 's', name: 'web_search', input: {} }),
      block(result, 1),
      block({ type: 'mcp_tool_use', id: 'm', name: 'ask', input: {}, server_name: 'x' }, 2),
      block({ type: 'mcp_tool_result', tool_use_id: 'm', is_error: true, content: 'no' }, 3),
      block({ type: 'server_tool_use', id: 'e', name: 'web_search', input: {} }, 4),
      block({ type: 'web_search_tool_result', tool_use_id: 'e', content: error }, 5),
      block(use, 6),
    )
    expect(answer.parts).toMatchObject([
      { id: 's', by: 'server', result: [{ url: 'https://a.example/' }], failed: false },
      { id: 'm', by: 'server', result: 'no', failed: true },
      { id: 'e', by: 'server', result: error, failed: true },
      { id: 't', by: 'client' },
    ])
    expect(answer.toolCalls.map(({ id }) => id)).toEqual(['t'])
    expect(answer.raw).toHaveLength(7)
  })

  test('citations, redacted thinking and a summary of the conversation', () => {
    const citation = { type: 'web_search_result_location', url: 'https://a.example/', title: 'A' }
    const answer = answerAfter(
      anthropic(),
      block({ type: 'redacted_thinking', data: 'secret' }),
      block({ type: 'compaction', content: null }, 1),
      { type: 'content_block_delta', index: 1, delta: { type: 'compaction_delta', content: 'so far' } },
      block({ type: 'text', text: 'x', citations: [] }, 2),
      { type: 'content_block_delta', index: 2, delta: { type: 'citations_delta', citation } },
    )
    expect(answer.parts).toMatchObject([
      { type: 'reasoning', text: '', signature: 'secret' },
      { type: 'other', name: 'compaction', data: { content: 'so far' } },
      { type: 'text', sources: [{ url: 'https://a.example/', title: 'A', raw: citation }] },
    ])
    expect(answer.raw[2]).toEqual({ type: 'text', text: 'x', citations: [citation] })
  })
})

test.each<[string, string]>([
  ['stop', 'stop'],
  ['end_turn', 'stop'],
  ['stop_sequence', 'stop'],
  ['STOP', 'stop'],
  ['COMPLETE', 'stop'],
  ['eos_token', 'stop'],
  ['length', 'length'],
  ['max_tokens', 'length'],
  ['model_length', 'length'],
  ['model_context_window_exceeded', 'length'],
  ['tool_calls', 'tool-calls'],
  ['TOOL_CALL', 'tool-calls'],
  ['content_filter', 'filter'],
  ['SAFETY', 'filter'],
  ['PROHIBITED_CONTENT', 'filter'],
  ['sensitive', 'filter'],
  ['refusal', 'refusal'],
  ['pause_turn', 'pause'],
  ['MALFORMED_FUNCTION_CALL', 'other'],
  ['UNEXPECTED_TOOL_CALL', 'other'],
  ['error', 'other'],
])('the reason %s is %s', (raw, reason) => {
  expect(answerAfter(openai(), choice({}, { finish_reason: raw })).finish).toEqual({ reason, raw })
})

test('stop with calls is tool-calls, and stop with a refusal is refusal', () => {
  expect(
    answerAfter(openai(), choice({ tool_calls: [call({ id: 'a' })] }, { finish_reason: 'stop' })).finish
      ?.reason,
  ).toBe('tool-calls')
  expect(answerAfter(openai(), choice({ refusal: 'No.' }, { finish_reason: 'stop' })).finish?.reason).toBe(
    'refusal',
  )
})

describe('contents', () => {
  const parts = (...list: readonly object[]) => ({ candidates: [{ content: { parts: list } }] })

  test('calls in one chunk are separate and complete', () => {
    const one = { functionCall: { id: 'a', name: 'f', args: { x: 1 } } }
    const answer = answerAfter(gemini(), parts(one, { functionCall: { name: 'g', args: {} } }))
    expect(answer.toolCalls).toMatchObject([
      { id: 'a', name: 'f', json: { x: 1 }, done: true },
      { id: '', name: 'g', arguments: '{}', done: true },
    ])
  })

  test('a blocked request has a reason', () => {
    expect(answerAfter(gemini(), { promptFeedback: { blockReason: 'SAFETY' } }).finish).toEqual({
      ...{ reason: 'filter', raw: 'SAFETY', details: { blockReason: 'SAFETY' } },
    })
  })

  test('a path of streamed arguments cannot reach a prototype', () => {
    const path = (jsonPath: string) => ({
      functionCall: { partialArgs: [{ jsonPath, stringValue: 'x' }], willContinue: true },
    })
    const start = { functionCall: { name: 'f', willContinue: true } }
    answersAfter(
      gemini(),
      parts(start),
      parts(path('$.__proto__.polluted')),
      parts(path("$['constructor']['prototype'].polluted")),
    )
    expect(({} as { polluted?: string }).polluted).toBeUndefined()
  })

  test('streamed arguments in nested lists, with quoted names and all types', () => {
    const values = [
      { jsonPath: "$['a b'][0].c", stringValue: 'x', willContinue: true },
      { jsonPath: "$['a b'][0].c", stringValue: 'y' },
      { jsonPath: "$['a b'][1]", boolValue: false },
      { jsonPath: '$.d', nullValue: 'NULL_VALUE' },
      { jsonPath: '$.e.f', numberValue: 0 },
    ]
    const answer = answerAfter(
      gemini(),
      parts({ functionCall: { name: 'f', willContinue: true } }),
      ...values.map((value) => parts({ functionCall: { partialArgs: [value], willContinue: true } })),
      parts({ functionCall: {} }),
    )
    expect(answer.toolCalls).toMatchObject([
      { done: true, json: { 'a b': [{ c: 'xy' }, false], d: null, e: { f: 0 } } },
    ])
  })
})

test('interactions of an older revision have contents instead of steps', () => {
  const event = (event_type: string, fields: object) => ({ event_type, ...fields })
  const answer = answerAfter(
    gemini(),
    event('interaction.start', { interaction: { id: 'i' } }),
    event('content.start', { index: 0, content: { type: 'text' } }),
    event('content.delta', { index: 0, delta: { type: 'text', text: 'a' } }),
    event('content.delta', { index: 0, delta: { type: 'text', text: 'b' } }),
    event('content.stop', { index: 0 }),
    event('content.start', { index: 1, content: { type: 'function_call' } }),
    event('content.delta', {
      index: 1,
      delta: { type: 'function_call', id: 'c', name: 'f', arguments: { x: 1 } },
    }),
    event('content.stop', { index: 1 }),
    event('interaction.complete', { interaction: { id: 'i', status: 'completed' } }),
  )
  expect(answer).toMatchObject({
    text: 'ab',
    toolCalls: [{ id: 'c', name: 'f', json: { x: 1 } }],
    finish: { reason: 'tool-calls' },
  })
})

test('Cohere: an answer that ended with an error has it as details', () => {
  const end = { type: 'message-end', delta: { finish_reason: 'ERROR', error: 'broken' } }
  expect(answerAfter(cohere(), end).finish).toEqual({ reason: 'other', raw: 'ERROR', details: 'broken' })
})

test('UI messages: steps that use the same ID have texts of their own', () => {
  const text = (delta: string) => [
    { type: 'text-start', id: '0' },
    { type: 'text-delta', id: '0', delta },
    { type: 'text-end', id: '0' },
  ]
  const { parts } = answerAfter(uiMessageStream(), ...text('a'), ...text('b'))
  expect(parts).toMatchObject([{ text: 'a' }, { text: 'b' }])
})

test('UI messages: an answer without a reason is complete', () => {
  expect(answerAfter(uiMessageStream(), { type: 'finish' }).finish).toEqual({ reason: 'stop', raw: 'finish' })
})

test('answer() waits for a message that tells the format', () => {
  const start = { type: 'message_start', message: { id: 'm', content: [{ type: 'text', text: 'a' }] } }
  expect(answerAfter(answer(), { type: 'ping' }, start)).toMatchObject({ format: 'anthropic', text: 'a' })
})

test('UI messages: a source before any text is a part', () => {
  const source = { type: 'source-url', sourceId: 's', url: 'https://a.example/' }
  expect(answerAfter(uiMessageStream(), source).parts).toEqual([
    { type: 'other', key: '0', name: 'source-url', data: source },
  ])
})

test('UI messages: failed, denied and unapproved tools, and an answer that was stopped', () => {
  const start = (toolCallId: string) => ({
    type: 'tool-input-available',
    toolCallId,
    toolName: 'f',
    input: {},
  })
  const answer = answerAfter(
    uiMessageStream(),
    start('a'),
    { type: 'tool-output-error', toolCallId: 'a', errorText: 'no' },
    start('b'),
    { type: 'tool-output-denied', toolCallId: 'b' },
    start('c'),
    { type: 'tool-approval-request', toolCallId: 'c', approvalId: 'd' },
    { type: 'tool-input-error', toolCallId: 'e', toolName: 'f', input: 'x', errorText: 'no JSON' },
    { type: 'abort' },
  )
  expect(answer.parts).toMatchObject([
    { id: 'a', by: 'server', result: 'no', failed: true },
    { id: 'b', by: 'server', failed: true },
    { id: 'c', by: 'client', failed: false },
    { id: 'e', failed: true },
  ])
  expect(answer.raw).toMatchObject([
    { state: 'output-error', errorText: 'no' },
    { state: 'output-denied' },
    { state: 'approval-requested', approval: { id: 'd' } },
    { state: 'output-error' },
  ])
  expect(answer.finish).toEqual({ reason: 'other', raw: 'abort' })
})
