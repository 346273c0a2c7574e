import type { Answer } from '../../src/llm/index.ts'

/** The blocks that a server sends, and the answer that results. Written from the formats' documentation, with non-ASCII text. */
export interface Transcript {
  readonly blocks: readonly string[]
  readonly answer: Answer
}

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
    id: 'chat-1',
    text: '因为瑞利散射 🌈 — "error"\n',
    reasoning: '天空是蓝的。',
    refusal: '',
    toolCalls: [
      { index: 0, id: 'call-1', name: 'weather', arguments: '{"city":"北京"}' },
      { index: 1, id: 'call-2', name: 'time', arguments: '{"zone":8}' },
    ],
    finishReason: 'tool_calls',
    usage: { inputTokens: 12, outputTokens: 34, raw: chatUsage },
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
    id: 'resp-1',
    text: 'Grüße 👩‍🚀 aus 东京',
    reasoning: 'Ich überlege.',
    refusal: '',
    toolCalls: [{ index: 3, id: 'call-9', name: 'weather', arguments: '{"city":"京"}' }],
    finishReason: 'completed',
    usage: { inputTokens: 7, outputTokens: 21, raw: responseUsage },
  },
}

const block = (index: number, content_block: object): string =>
  named('content_block_start', { index, content_block })
const blockDelta = (index: number, delta: object): string => named('content_block_delta', { index, delta })
const stop = (index: number): string => named('content_block_stop', { index })

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
    id: 'msg-1',
    text: '你好 🎉 "message_stop"',
    reasoning: '思考…',
    refusal: '',
    toolCalls: [{ index: 3, id: 'tool-1', name: 'weather', arguments: '{"city": "上海"}' }],
    finishReason: 'tool_use',
    usage: {
      inputTokens: 25,
      outputTokens: 89,
      raw: { input_tokens: 25, cache_read_input_tokens: 5, output_tokens: 89 },
    },
  },
}

/** The text alone, as data. */
export const plain = {
  blocks: ['data: 水', 'data:  🐟', 'data: \ndata: ', 'data: fin', 'data: [DONE]'],
  answer: '水 🐟\nfin',
}
