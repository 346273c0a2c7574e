import type { Answer, Part, TextPart, ToolCallPart } from '../../src/llm/index.ts'

/** The blocks that a server sends, and the answer that results. Written from the formats' documentation, with non-ASCII text. */
export interface Transcript {
  readonly blocks: readonly string[]
  readonly answer: Answer
}

const base = { refusal: '', toolCalls: [], finish: undefined, usage: undefined, raw: [] }

const textPart = (key: string, text: string, sources: TextPart['sources'] = []): Part => ({
  type: 'text',
  key,
  text,
  sources,
})

const reasoningPart = (key: string, text: string, signature?: string): Part => ({
  type: 'reasoning',
  key,
  text,
  signature,
})

const callPart = (key: string, fields: Partial<ToolCallPart>): ToolCallPart => ({
  type: 'tool-call',
  key,
  id: '',
  name: '',
  kind: 'function',
  arguments: '',
  json: undefined,
  done: true,
  by: 'client',
  result: undefined,
  failed: false,
  ...fields,
})

const named = (type: string, rest: object = {}): string =>
  `event: ${type}\ndata: ${JSON.stringify({ type, ...rest })}`

const chunk = (rest: object): string =>
  `data: ${JSON.stringify({ id: 'chat-1', object: 'chat.completion.chunk', created: 1, model: 'a-model', ...rest })}`

const delta = (delta: object, finish_reason: string | null = null): string =>
  chunk({ choices: [{ index: 0, delta, logprobs: null, finish_reason }], usage: null })

const chatUsage = {
  prompt_tokens: 12,
  completion_tokens: 34,
  total_tokens: 46,
  prompt_tokens_details: { cached_tokens: 8 },
}

const chatCalls = [
  callPart('0.2', { id: 'call-1', name: 'weather', arguments: '{"city":"北京"}', json: { city: '北京' } }),
  callPart('1.3', { id: 'call-2', name: 'time', arguments: '{"zone":8}', json: { zone: 8 } }),
]

/** Text, reasoning and two tool calls with interleaved arguments. The usage is in its own chunk, without a choice. */
export const chatCompletions: Transcript = {
  blocks: [
    ': a comment from a proxy',
    delta({ role: 'assistant', content: '' }),
    delta({ reasoning_content: '天空' }),
    delta({ reasoning_content: '是蓝的。' }),
    delta({ content: '因为' }),
    delta({ content: '瑞利散射' }),
    delta({ content: ' 🌈 — "error"\n' }),
    chunk({ choices: [{ index: 1, delta: { content: 'another choice' }, finish_reason: null }] }),
    delta({
      tool_calls: [
        { index: 0, id: 'call-1', type: 'function', function: { name: 'weather', arguments: '' } },
      ],
    }),
    delta({ tool_calls: [{ index: 0, function: { arguments: '{"city":"北' } }] }),
    delta({
      tool_calls: [
        { index: 1, id: 'call-2', type: 'function', function: { name: 'time', arguments: '{"zo' } },
        { index: 0, function: { arguments: '京"}' } },
      ],
    }),
    delta({ tool_calls: [{ index: 1, function: { arguments: 'ne":8}' } }] }),
    delta({}, 'tool_calls'),
    chunk({ choices: [], usage: chatUsage }),
    'data: [DONE]',
  ],
  answer: {
    ...base,
    format: 'openai-chat',
    id: 'chat-1',
    model: 'a-model',
    parts: [reasoningPart('0', '天空是蓝的。'), textPart('1', '因为瑞利散射 🌈 — "error"\n'), ...chatCalls],
    text: '因为瑞利散射 🌈 — "error"\n',
    reasoning: '天空是蓝的。',
    toolCalls: chatCalls,
    finish: { reason: 'tool-calls', raw: 'tool_calls' },
    usage: { input: 12, output: 34, cached: 8, cacheWrite: undefined, reasoning: undefined, raw: chatUsage },
    raw: [{ role: 'assistant', content: '因为瑞利散射 🌈 — "error"\n', reasoning_content: '天空是蓝的。' }],
  },
}

const response = (status: string, rest: object = {}): object => ({
  response: { id: 'resp-1', object: 'response', status, error: null, output: [], usage: null, ...rest },
})

const responseUsage = {
  input_tokens: 7,
  input_tokens_details: { cached_tokens: 0 },
  output_tokens: 21,
  output_tokens_details: { reasoning_tokens: 9 },
  total_tokens: 28,
}

const responseCall = callPart('3', {
  id: 'call-9',
  name: 'weather',
  arguments: '{"city":"京"}',
  json: { city: '京' },
})

/** Reasoning, a search by the server, text and a tool call. The usage is in the last message. */
export const responses: Transcript = {
  blocks: [
    named('response.created', { sequence_number: 0, ...response('in_progress') }),
    named('response.in_progress', { sequence_number: 1, ...response('in_progress') }),
    named('response.output_item.added', {
      output_index: 0,
      item: { id: 'rs-1', type: 'reasoning', summary: [] },
    }),
    named('response.reasoning_summary_text.delta', { output_index: 0, summary_index: 0, delta: 'Ich ' }),
    named('response.reasoning_summary_text.delta', { output_index: 0, summary_index: 0, delta: 'überlege.' }),
    named('response.reasoning_summary_text.done', { output_index: 0, text: 'Ich überlege.' }),
    named('response.output_item.added', {
      output_index: 1,
      item: { id: 'mcp-1', type: 'mcp_call', name: 'search', arguments: '' },
    }),
    named('response.mcp_call_arguments.delta', { output_index: 1, item_id: 'mcp-1', delta: '{"q":1}' }),
    named('response.output_item.added', {
      output_index: 2,
      item: { id: 'msg-1', type: 'message', status: 'in_progress', role: 'assistant', content: [] },
    }),
    named('response.content_part.added', { output_index: 2, part: { type: 'output_text', text: '' } }),
    named('response.output_text.delta', { output_index: 2, content_index: 0, delta: 'Grüße' }),
    named('response.output_text.delta', { output_index: 2, content_index: 0, delta: ' 👩‍🚀 aus 东京' }),
    named('response.output_text.done', { output_index: 2, content_index: 0, text: 'Grüße 👩‍🚀 aus 东京' }),
    named('response.output_item.added', {
      output_index: 3,
      item: { id: 'fc-1', type: 'function_call', call_id: 'call-9', name: 'weather', arguments: '' },
    }),
    named('response.function_call_arguments.delta', { output_index: 3, item_id: 'fc-1', delta: '{"city":' }),
    named('response.function_call_arguments.delta', { output_index: 3, item_id: 'fc-1', delta: '"京"}' }),
    named('response.function_call_arguments.done', { output_index: 3, arguments: '{"city":"京"}' }),
    named('response.output_item.done', {
      output_index: 3,
      item: {
        id: 'fc-1',
        type: 'function_call',
        call_id: 'call-9',
        name: 'weather',
        arguments: '{"city":"京"}',
      },
    }),
    named('response.unknown_event', { sequence_number: 99 }),
    named('response.completed', response('completed', { usage: responseUsage })),
  ],
  answer: {
    ...base,
    format: 'openai-responses',
    id: 'resp-1',
    model: '',
    parts: [
      reasoningPart('0.s0', 'Ich überlege.'),
      callPart('1', {
        id: 'mcp-1',
        name: 'search',
        kind: 'mcp_call',
        arguments: '{"q":1}',
        json: { q: 1 },
        by: 'server',
      }),
      textPart('2.0', 'Grüße 👩‍🚀 aus 东京'),
      responseCall,
    ],
    text: 'Grüße 👩‍🚀 aus 东京',
    reasoning: 'Ich überlege.',
    toolCalls: [responseCall],
    finish: { reason: 'tool-calls', raw: 'completed' },
    usage: { input: 7, output: 21, cached: 0, cacheWrite: undefined, reasoning: 9, raw: responseUsage },
    raw: [
      { id: 'rs-1', type: 'reasoning', summary: [{ type: 'reasoning_text', text: 'Ich überlege.' }] },
      { id: 'mcp-1', type: 'mcp_call', name: 'search', arguments: '{"q":1}' },
      {
        ...{ id: 'msg-1', type: 'message', status: 'in_progress', role: 'assistant' },
        content: [{ type: 'output_text', text: 'Grüße 👩‍🚀 aus 东京' }],
      },
      { id: 'fc-1', type: 'function_call', call_id: 'call-9', name: 'weather', arguments: '{"city":"京"}' },
    ],
  },
}

const block = (index: number, content_block: object): string =>
  named('content_block_start', { index, content_block })
const blockDelta = (index: number, delta: object): string => named('content_block_delta', { index, delta })
const stop = (index: number): string => named('content_block_stop', { index })

const messagesCall = callPart('3', {
  id: 'tool-1',
  name: 'weather',
  arguments: '{"city": "上海"}',
  json: { city: '上海' },
})

/** Thinking, text, a search by the server and a tool call. The usage is in two messages. */
export const messages: Transcript = {
  blocks: [
    named('message_start', {
      message: {
        id: 'msg-1',
        type: 'message',
        role: 'assistant',
        model: 'a-model',
        content: [],
        stop_reason: null,
        stop_sequence: null,
        usage: { input_tokens: 25, cache_read_input_tokens: 5, output_tokens: 1 },
      },
    }),
    block(0, { type: 'thinking', thinking: '', signature: '' }),
    named('ping'),
    blockDelta(0, { type: 'thinking_delta', thinking: '思考' }),
    blockDelta(0, { type: 'thinking_delta', thinking: '…' }),
    blockDelta(0, { type: 'signature_delta', signature: 'c2lnbmVk' }),
    stop(0),
    block(1, { type: 'text', text: '' }),
    blockDelta(1, { type: 'text_delta', text: '你好' }),
    blockDelta(1, { type: 'text_delta', text: ' 🎉 "message_stop"' }),
    stop(1),
    block(2, { type: 'server_tool_use', id: 'srv-1', name: 'web_search', input: {} }),
    blockDelta(2, { type: 'input_json_delta', partial_json: '{"query":"x"}' }),
    stop(2),
    block(3, { type: 'tool_use', id: 'tool-1', name: 'weather', input: {} }),
    blockDelta(3, { type: 'input_json_delta', partial_json: '' }),
    blockDelta(3, { type: 'input_json_delta', partial_json: '{"city": "上' }),
    blockDelta(3, { type: 'input_json_delta', partial_json: '海"}' }),
    stop(3),
    named('unknown_event', { index: 3 }),
    named('message_delta', {
      delta: { stop_reason: 'tool_use', stop_sequence: null },
      usage: { output_tokens: 89 },
    }),
    named('message_stop'),
  ],
  answer: {
    ...base,
    format: 'anthropic',
    id: 'msg-1',
    model: 'a-model',
    parts: [
      reasoningPart('0', '思考…', 'c2lnbmVk'),
      textPart('1', '你好 🎉 "message_stop"'),
      callPart('2', {
        ...{ id: 'srv-1', name: 'web_search', kind: 'server_tool_use', by: 'server' },
        ...{ arguments: '{"query":"x"}', json: { query: 'x' } },
      }),
      messagesCall,
    ],
    text: '你好 🎉 "message_stop"',
    reasoning: '思考…',
    toolCalls: [messagesCall],
    finish: { reason: 'tool-calls', raw: 'tool_use', details: { stop_sequence: null } },
    usage: {
      ...{ input: 30, output: 89, cached: 5, cacheWrite: undefined, reasoning: undefined },
      raw: { input_tokens: 25, cache_read_input_tokens: 5, output_tokens: 89 },
    },
    raw: [
      { type: 'thinking', thinking: '思考…', signature: 'c2lnbmVk' },
      { type: 'text', text: '你好 🎉 "message_stop"' },
      { type: 'server_tool_use', id: 'srv-1', name: 'web_search', input: { query: 'x' } },
      { type: 'tool_use', id: 'tool-1', name: 'weather', input: { city: '上海' } },
    ],
  },
}

const contentChunk = (candidate: object, rest: object = {}): string =>
  `data: ${JSON.stringify({ candidates: [{ index: 0, ...candidate }], responseId: 'gem-1', modelVersion: 'a-model', ...rest })}`

const contentParts = (...parts: readonly object[]): string =>
  contentChunk({ content: { role: 'model', parts } })

const geminiUsage = {
  promptTokenCount: 10,
  toolUsePromptTokenCount: 3,
  candidatesTokenCount: 20,
  thoughtsTokenCount: 4,
  cachedContentTokenCount: 2,
  totalTokenCount: 37,
}

const geminiCall = callPart('5', {
  name: 'weather',
  arguments: '{"city":"上海","days":[2]}',
  json: { city: '上海', days: [2] },
})

/** Thoughts, text with a source, code that the server runs, an image and a call whose arguments come value by value. No end marker. */
export const contents: Transcript = {
  blocks: [
    contentParts({ text: '思考', thought: true }),
    contentParts({ text: '…', thought: true, thoughtSignature: 'c2ln' }),
    contentParts({ text: '天空' }),
    contentParts({ text: '是蓝的 🌈' }),
    contentParts({ executableCode: { id: 'x', language: 'PYTHON', code: '1+1' } }, { text: '' }),
    contentParts({ codeExecutionResult: { id: 'x', outcome: 'OUTCOME_OK', output: '2' } }),
    contentParts({ inlineData: { mimeType: 'image/png', data: 'aW1n' } }),
    contentParts({ text: '好。', thoughtSignature: 'c2lnMg==' }),
    contentParts({ functionCall: { name: 'weather', willContinue: true }, thoughtSignature: 'c2lnMw==' }),
    contentParts({
      functionCall: {
        partialArgs: [{ jsonPath: '$.city', stringValue: '上', willContinue: true }],
        willContinue: true,
      },
    }),
    contentParts({
      functionCall: {
        partialArgs: [
          { jsonPath: '$.city', stringValue: '海' },
          { jsonPath: '$.days[0]', numberValue: 2 },
        ],
        willContinue: true,
      },
    }),
    contentChunk(
      {
        content: { role: 'model', parts: [{ functionCall: {} }] },
        finishReason: 'STOP',
        groundingMetadata: { groundingChunks: [{ web: { uri: 'https://example.com/', title: 'Sky' } }] },
      },
      { usageMetadata: geminiUsage },
    ),
  ],
  answer: {
    ...base,
    format: 'gemini',
    id: 'gem-1',
    model: 'a-model',
    parts: [
      reasoningPart('0', '思考…', 'c2ln'),
      textPart('1', '天空是蓝的 🌈'),
      callPart('2', {
        ...{ id: 'x', name: 'code_execution', kind: 'executableCode', by: 'server' },
        arguments: '{"id":"x","language":"PYTHON","code":"1+1"}',
        json: { id: 'x', language: 'PYTHON', code: '1+1' },
        result: { id: 'x', outcome: 'OUTCOME_OK', output: '2' },
      }),
      { type: 'file', key: '3', mediaType: 'image/png', url: 'data:image/png;base64,aW1n' },
      textPart('4', '好。', [
        { url: 'https://example.com/', title: 'Sky', raw: { uri: 'https://example.com/', title: 'Sky' } },
      ]),
      geminiCall,
    ],
    text: '天空是蓝的 🌈好。',
    reasoning: '思考…',
    toolCalls: [geminiCall],
    finish: { reason: 'tool-calls', raw: 'STOP' },
    usage: { input: 13, output: 24, cached: 2, reasoning: 4, raw: geminiUsage },
    raw: [
      { text: '思考', thought: true },
      { text: '…', thought: true, thoughtSignature: 'c2ln' },
      { text: '天空是蓝的 🌈' },
      { executableCode: { id: 'x', language: 'PYTHON', code: '1+1' } },
      { text: '' },
      { codeExecutionResult: { id: 'x', outcome: 'OUTCOME_OK', output: '2' } },
      { inlineData: { mimeType: 'image/png', data: 'aW1n' } },
      { text: '好。', thoughtSignature: 'c2lnMg==' },
      { functionCall: { name: 'weather', willContinue: true }, thoughtSignature: 'c2lnMw==' },
    ],
  },
}

const interaction = (event_type: string, rest: object = {}): string =>
  `event: ${event_type}\ndata: ${JSON.stringify({ ...rest, event_type })}`

const interactionUsage = {
  total_input_tokens: 5,
  total_output_tokens: 6,
  total_thought_tokens: 7,
  total_cached_tokens: 0,
}

const interactionCall = callPart('4', {
  id: 'c-1',
  name: 'weather',
  arguments: '{"city":"深圳"}',
  json: { city: '深圳' },
})

/** A thought, a search by the server, text with a source and a call. */
export const interactions: Transcript = {
  blocks: [
    interaction('interaction.created', {
      interaction: { id: 'int-1', model: 'a-model', status: 'in_progress' },
    }),
    interaction('interaction.status_update', { interaction_id: 'int-1', status: 'in_progress' }),
    interaction('step.start', { index: 0, step: { type: 'thought' } }),
    interaction('step.delta', {
      index: 0,
      delta: { type: 'thought_summary', content: { type: 'text', text: '让我' } },
    }),
    interaction('step.delta', {
      index: 0,
      delta: { type: 'thought_summary', content: { type: 'text', text: '想想' } },
    }),
    interaction('step.delta', { index: 0, delta: { type: 'thought_signature', signature: 'c2ln' } }),
    interaction('step.stop', { index: 0 }),
    interaction('step.start', { index: 1, step: { type: 'google_search_call', id: 'g-1', arguments: {} } }),
    interaction('step.delta', {
      index: 1,
      delta: { type: 'google_search_call', arguments: { queries: ['x'] } },
    }),
    interaction('step.stop', { index: 1 }),
    interaction('step.start', { index: 2, step: { type: 'google_search_result', call_id: 'g-1' } }),
    interaction('step.delta', {
      index: 2,
      delta: { type: 'google_search_result', result: [{ title: 'X' }] },
    }),
    interaction('step.stop', { index: 2 }),
    interaction('step.start', { index: 3, step: { type: 'model_output' } }),
    interaction('step.delta', { index: 3, delta: { type: 'text', text: '天气' } }),
    interaction('step.delta', { index: 3, delta: { type: 'text', text: '很好 ☀️' } }),
    interaction('step.delta', {
      index: 3,
      delta: {
        type: 'text_annotation_delta',
        annotations: [{ type: 'url_citation', url: 'https://example.com/' }],
      },
    }),
    interaction('step.stop', { index: 3 }),
    interaction('step.start', {
      index: 4,
      step: { type: 'function_call', id: 'c-1', name: 'weather', arguments: {} },
    }),
    interaction('step.delta', { index: 4, delta: { type: 'arguments_delta', arguments: '{"city":' } }),
    interaction('step.delta', { index: 4, delta: { type: 'arguments_delta', arguments: '"深圳"}' } }),
    interaction('step.stop', { index: 4 }),
    interaction('interaction.completed', {
      interaction: { id: 'int-1', status: 'requires_action', usage: interactionUsage },
    }),
    'event: done\ndata: [DONE]',
  ],
  answer: {
    ...base,
    format: 'gemini-interactions',
    id: 'int-1',
    model: 'a-model',
    parts: [
      reasoningPart('0', '让我想想', 'c2ln'),
      callPart('1', {
        ...{ id: 'g-1', name: 'google_search_call', kind: 'google_search_call', by: 'server' },
        ...{ arguments: '{"queries":["x"]}', json: { queries: ['x'] }, result: [{ title: 'X' }] },
      }),
      textPart('3.0', '天气很好 ☀️', [
        {
          url: 'https://example.com/',
          title: undefined,
          raw: { type: 'url_citation', url: 'https://example.com/' },
        },
      ]),
      interactionCall,
    ],
    text: '天气很好 ☀️',
    reasoning: '让我想想',
    toolCalls: [interactionCall],
    finish: { reason: 'tool-calls', raw: 'requires_action' },
    usage: { input: 5, output: 13, cached: 0, reasoning: 7, raw: interactionUsage },
    raw: [
      { type: 'thought', summary: [{ type: 'text', text: '让我想想' }], signature: 'c2ln' },
      { type: 'google_search_call', id: 'g-1', arguments: { queries: ['x'] } },
      { type: 'google_search_result', call_id: 'g-1', result: [{ title: 'X' }] },
      {
        type: 'model_output',
        content: [
          {
            type: 'text',
            text: '天气很好 ☀️',
            annotations: [{ type: 'url_citation', url: 'https://example.com/' }],
          },
        ],
      },
      { type: 'function_call', id: 'c-1', name: 'weather', arguments: { city: '深圳' } },
    ],
  },
}

const cohereMessage = (type: string, message: object, index = 0): string =>
  named(type, { index, delta: { message } })

const cohereUsage = {
  billed_units: { input_tokens: 3, output_tokens: 4 },
  tokens: { input_tokens: 30, output_tokens: 40 },
  cached_tokens: 10,
}

const cohereCall = callPart('call 0', {
  id: 'w-1',
  name: 'weather',
  arguments: '{"city":"成都"}',
  json: { city: '成都' },
})

const cohereSource = {
  type: 'document',
  id: 'doc-1',
  document: { title: 'Sky', url: 'https://example.com/' },
}

/** A plan, thinking, text with a source and a call. */
export const cohereChat: Transcript = {
  blocks: [
    named('message-start', {
      id: 'co-1',
      delta: { message: { role: 'assistant', content: [], tool_plan: '', tool_calls: [] } },
    }),
    cohereMessage('content-start', { content: { type: 'thinking', thinking: '' } }),
    cohereMessage('content-delta', { content: { thinking: '想' } }),
    cohereMessage('content-delta', { content: { thinking: '好了' } }),
    named('content-end', { index: 0 }),
    cohereMessage('content-start', { content: { type: 'text', text: '' } }, 1),
    cohereMessage('content-delta', { content: { text: '天空' } }, 1),
    cohereMessage('content-delta', { content: { text: '是蓝的 💙' } }, 1),
    cohereMessage('citation-start', {
      citations: { start: 0, end: 2, text: '天空', sources: [cohereSource] },
    }),
    named('citation-end', { index: 0 }),
    named('content-end', { index: 1 }),
    named('tool-plan-delta', { delta: { message: { tool_plan: '我会' } } }),
    named('tool-plan-delta', { delta: { message: { tool_plan: '查天气' } } }),
    cohereMessage('tool-call-start', {
      tool_calls: { id: 'w-1', type: 'function', function: { name: 'weather', arguments: '' } },
    }),
    cohereMessage('tool-call-delta', { tool_calls: { function: { arguments: '{"city":' } } }),
    cohereMessage('tool-call-delta', { tool_calls: { function: { arguments: '"成都"}' } } }),
    named('tool-call-end', { index: 0 }),
    named('message-end', { delta: { finish_reason: 'TOOL_CALL', usage: cohereUsage } }),
  ],
  answer: {
    ...base,
    format: 'cohere',
    id: 'co-1',
    model: '',
    parts: [
      reasoningPart('0', '想好了'),
      textPart('1', '天空是蓝的 💙', [{ url: 'https://example.com/', title: 'Sky', raw: cohereSource }]),
      reasoningPart('plan', '我会查天气'),
      cohereCall,
    ],
    text: '天空是蓝的 💙',
    reasoning: '想好了我会查天气',
    toolCalls: [cohereCall],
    finish: { reason: 'tool-calls', raw: 'TOOL_CALL' },
    usage: { input: 30, output: 40, cached: 10, raw: cohereUsage },
  },
}

const ui = (type: string, rest: object = {}): string => `data: ${JSON.stringify({ type, ...rest })}`

const uiCall = callPart('tool c-2', {
  id: 'c-2',
  name: 'pick',
  arguments: '{"from":["a"]}',
  json: { from: ['a'] },
})

const weather = { id: 'c-1', name: 'weather', arguments: '{"city":"广州"}', json: { city: '广州' } }

/** Two steps that use the same IDs: reasoning and a tool that the server runs, then text with a source, data, a file and a call. */
export const uiMessages: Transcript = {
  blocks: [
    ui('start', { messageId: 'ui-1', messageMetadata: { model: 'm' } }),
    ui('start-step'),
    ui('reasoning-start', { id: '0' }),
    ui('reasoning-delta', { id: '0', delta: '嗯' }),
    ui('reasoning-end', { id: '0', providerMetadata: { vendor: { signature: 's' } } }),
    ui('tool-input-start', { toolCallId: 'c-1', toolName: 'weather' }),
    ui('tool-input-delta', { toolCallId: 'c-1', inputTextDelta: '{"city":' }),
    ui('tool-input-delta', { toolCallId: 'c-1', inputTextDelta: '"广州"}' }),
    ui('tool-input-available', { toolCallId: 'c-1', toolName: 'weather', input: { city: '广州' } }),
    ui('tool-output-available', { toolCallId: 'c-1', output: { celsius: 30 } }),
    ui('finish-step'),
    ui('start-step'),
    ui('text-start', { id: '0' }),
    ui('text-delta', { id: '0', delta: '广州' }),
    ui('text-delta', { id: '0', delta: '30 度 🌡️' }),
    ui('source-url', { sourceId: 's-1', url: 'https://example.com/', title: 'Weather' }),
    ui('text-end', { id: '0' }),
    ui('data-weather', { id: 'd-1', data: { celsius: 29 } }),
    ui('data-weather', { id: 'd-1', data: { celsius: 30 } }),
    ui('data-note', { data: 'seen by onMessage only', transient: true }),
    ui('file', { url: 'data:image/png;base64,aW1n', mediaType: 'image/png' }),
    ui('tool-input-available', {
      toolCallId: 'c-2',
      toolName: 'pick',
      input: { from: ['a'] },
      dynamic: true,
    }),
    ui('finish-step'),
    ui('finish', { finishReason: 'tool-calls', messageMetadata: { tokens: 5 } }),
    'data: [DONE]',
  ],
  answer: {
    ...base,
    format: 'ui-message-stream',
    id: 'ui-1',
    model: '',
    parts: [
      { type: 'other', key: 'metadata', name: 'metadata', data: { model: 'm', tokens: 5 } },
      { type: 'other', key: '1', name: 'start-step', data: undefined },
      reasoningPart('reasoning 0 2', '嗯'),
      callPart('tool c-1', { ...weather, by: 'server', result: { celsius: 30 } }),
      { type: 'other', key: '4', name: 'start-step', data: undefined },
      textPart('text 0 5', '广州30 度 🌡️', [
        {
          ...{ url: 'https://example.com/', title: 'Weather' },
          raw: { type: 'source-url', sourceId: 's-1', url: 'https://example.com/', title: 'Weather' },
        },
      ]),
      { type: 'other', key: 'data-weather d-1', name: 'data-weather', data: { celsius: 30 } },
      { type: 'file', key: '7', mediaType: 'image/png', url: 'data:image/png;base64,aW1n' },
      uiCall,
    ],
    text: '广州30 度 🌡️',
    reasoning: '嗯',
    toolCalls: [uiCall],
    finish: { reason: 'tool-calls', raw: 'tool-calls' },
    raw: [
      { type: 'metadata', data: { model: 'm', tokens: 5 } },
      { type: 'step-start' },
      { type: 'reasoning', text: '嗯', providerMetadata: { vendor: { signature: 's' } } },
      {
        ...{ type: 'tool-weather', toolCallId: 'c-1', state: 'output-available' },
        ...{ input: { city: '广州' }, output: { celsius: 30 } },
      },
      { type: 'step-start' },
      { type: 'text', text: '广州30 度 🌡️' },
      { type: 'data-weather', id: 'd-1', data: { celsius: 30 } },
      { type: 'file', url: 'data:image/png;base64,aW1n', mediaType: 'image/png' },
      {
        type: 'dynamic-tool',
        toolName: 'pick',
        toolCallId: 'c-2',
        state: 'input-available',
        input: { from: ['a'] },
      },
    ],
  },
}

/** The text alone, as data. */
export const plain = {
  blocks: ['data: 水', 'data:  🐟', 'data: \ndata: ', 'data: fin', 'data: [DONE]'],
  answer: '水 🐟\nfin',
}
