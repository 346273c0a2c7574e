import { randomUUID } from 'node:crypto'
import { priceTokensFor, reasoningFor, source, tokensFor } from './model.ts'
import { marketSymbols } from './symbols.ts'

/** Question in the last turn of a conversation. */
export interface Question {
  readonly model: string
  readonly text: string
  /** Result of the tool that the model has called for this question; `undefined` before. */
  readonly toolResult: string | undefined
  /** True if the client offers the tool for prices. */
  readonly hasTool: boolean
}

/** Name of the tool that the model calls if it is asked about a symbol of the market. */
export const priceTool = 'price'

/** An event of Anthropic's Messages API. Its type is the name of the message, too. */
interface ModelEvent {
  readonly type: string
}

/** Returns the events of the answer to a question, as Anthropic's Messages API streams them. */
export function eventsFor({ model, text, toolResult, hasTool }: Question): ModelEvent[] {
  const symbol = marketSymbols.find((each) => text.toUpperCase().includes(each))
  const callsTool = hasTool && symbol !== undefined && toolResult === undefined
  const blocks =
    toolResult === undefined
      ? [thinking(reasoningFor(text, callsTool))]
      : [answer(priceTokensFor(text, toolResult))]
  if (callsTool) blocks.push(toolCall(symbol))
  else if (toolResult === undefined) blocks.push(answer(tokensFor(text), source))
  const events = blocks.flatMap(({ start, deltas }, index) => [
    { type: 'content_block_start', index, content_block: start },
    ...deltas.map((delta) => ({ type: 'content_block_delta', index, delta })),
    { type: 'content_block_stop', index },
  ])
  const message = {
    ...{ id: `msg_${randomUUID()}`, type: 'message', role: 'assistant', model, content: [] },
    ...{ stop_reason: null, stop_sequence: null, usage: { input_tokens: text.length, output_tokens: 1 } },
  }
  const stop_reason = callsTool ? 'tool_use' : 'end_turn'
  return [
    { type: 'message_start', message } as ModelEvent,
    { type: 'ping' },
    ...events,
    {
      type: 'message_delta',
      ...{ delta: { stop_reason, stop_sequence: null }, usage: { output_tokens: events.length } },
    } as ModelEvent,
    { type: 'message_stop' },
  ]
}

/** A block of the content: how it starts, and what is added to it. */
interface Block {
  readonly start: object
  readonly deltas: readonly object[]
}

function thinking(tokens: readonly string[]): Block {
  return {
    start: { type: 'thinking', thinking: '', signature: '' },
    deltas: [
      ...tokens.map((text) => ({ type: 'thinking_delta', thinking: text })),
      { type: 'signature_delta', signature: randomUUID() },
    ],
  }
}

function answer(tokens: readonly string[], cited?: typeof source): Block {
  const citation = { type: 'web_search_result_location', ...cited, encrypted_index: '', cited_text: '' }
  return {
    start: { type: 'text', text: '' },
    deltas: [
      ...tokens.map((text) => ({ type: 'text_delta', text })),
      ...(cited ? [{ type: 'citations_delta', citation }] : []),
    ],
  }
}

function toolCall(symbol: string): Block {
  const json = JSON.stringify({ symbol })
  return {
    start: { type: 'tool_use', id: `toolu_${randomUUID()}`, name: priceTool, input: {} },
    // The arguments come in pieces.
    deltas: ['', ...(json.match(/.{1,4}/gu) ?? [])].map((partial_json) => ({
      type: 'input_json_delta',
      partial_json,
    })),
  }
}
