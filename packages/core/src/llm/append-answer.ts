import type { Answer, AnswerFormat, ToolCallPart } from './answer.ts'
import { appendChat } from './append-chat.ts'
import { toText } from './vendor-values.ts'

/** Result of a tool that the client has run. */
export interface ToolResult {
  /** Call from `toolCalls` or `parts` of the answer. */
  readonly call: ToolCallPart
  /** Result: text, or a value that is sent as JSON. */
  readonly result: unknown
  /** True if the tool has failed and `result` says why. Default `false`. */
  readonly failed?: boolean
}

/** A request with the fields that hold a conversation in any of the formats. */
interface Conversation {
  readonly messages?: readonly unknown[]
  readonly contents?: readonly unknown[]
  readonly input?: unknown
  readonly prompt?: string
  readonly store?: boolean
  readonly previous_response_id?: unknown
}

/**
 * Appends an answer, and the results of the tools that it calls, to the conversation of a request, in the shape of the vendor:
 * with its signatures, its encrypted reasoning and the results of its own tools. Calls that were cut off are left out.
 *
 * If the vendor stores the conversation, the new request refers to it and contains only the new messages. That is so for a request with
 * `previous_response_id` to OpenAI's Responses API, and for Gemini's Interactions API unless `store` is false.
 *
 * @param results Results of the calls that the client has run. Leave them out to continue after `pause`, or to ask the next question.
 * @returns A new request for `chatRequest`.
 * @example
 * ```ts
 * import { type Answer, appendAnswer, chatRequest } from '@headwater/core/llm'
 *
 * const tools: Record<string, (json: unknown) => unknown> = { weather: () => ({ celsius: 21 }) }
 *
 * async function next(request: object, answer: Answer) {
 *   const results = answer.toolCalls.map(async (call) => ({ call, result: await tools[call.name]?.(call.json) }))
 *   return chatRequest(appendAnswer(request, answer, await Promise.all(results)))
 * }
 * ```
 */
export function appendAnswer<Request extends object>(
  request: Request,
  answer: Answer,
  results: readonly ToolResult[] = [],
): Request {
  const append = APPEND[answer.format]
  return { ...request, ...append?.(request, answer, results) }
}

type Append = (request: Conversation, answer: Answer, results: readonly ToolResult[]) => object

const APPEND: { readonly [Format in AnswerFormat]?: Append } = {
  'openai-chat': appendChat,
  'openai-completions': ({ prompt = '' }, { text }) => ({ prompt: prompt + text }),
  'openai-responses': appendResponse,
  anthropic: appendMessages,
  gemini: appendContent,
  'gemini-interactions': appendInteraction,
  cohere: appendChat,
  'ui-message-stream': appendUi,
}

type Block = Readonly<Record<string, unknown>>

/** Returns the blocks to send back, without calls that were cut off. Where an answer was cut off, there are gaps. */
function blocksOf({ raw, parts }: Answer): readonly Block[] {
  const isOpen = (id: unknown) =>
    parts.some((part) => part.type === 'tool-call' && part.id === id && !part.done)
  return (raw.filter(Boolean) as readonly Block[]).filter(
    (block) => !isOpen(block['call_id'] ?? block['id'] ?? 0),
  )
}

function appendResponse(request: Conversation, answer: Answer, results: readonly ToolResult[]): object {
  const { input = [] } = request
  const outputs = results.map(({ call, result }) => {
    const { id, kind } = call
    if (kind === 'mcp_approval_request')
      return { type: 'mcp_approval_response', approval_request_id: id, approve: Boolean(result) }
    if (kind === 'tool_search_call')
      return {
        type: 'tool_search_output',
        call_id: id,
        execution: 'client',
        status: 'completed',
        tools: result,
      }
    if (kind === 'function' || kind === 'custom') {
      const type = kind === 'function' ? 'function_call_output' : 'custom_tool_call_output'
      return { type, call_id: id, output: toText(result) }
    }
    // The vendor's tools have an output of their own shape: give its fields.
    return {
      type: `${kind}_output`,
      call_id: id,
      ...(typeof result === 'object' ? result : { output: result }),
    }
  })
  if (request.previous_response_id) return { previous_response_id: answer.id, input: outputs }
  const before =
    typeof input === 'string' ? [{ role: 'user', content: input }] : (input as readonly unknown[])
  const blocks = blocksOf(answer)
  // The vendor refuses reasoning that nothing follows.
  const end = blocks.reduce((last, { type }, at) => (type === 'reasoning' ? last : at), -1)
  return { input: [...before, ...blocks.slice(0, end + 1), ...outputs] }
}

function appendMessages(
  { messages = [] }: Conversation,
  answer: Answer,
  results: readonly ToolResult[],
): object {
  // The vendor refuses an empty text, and thinking that was cut off before its signature.
  const content = blocksOf(answer).filter(
    ({ type, text, signature }) => text !== '' && (type !== 'thinking' || signature || answer.finish),
  )
  const outputs = results.map(({ call, result, failed }) => ({
    type: 'tool_result',
    tool_use_id: call.id,
    content: Array.isArray(result) ? (result as unknown) : toText(result),
    ...(failed && { is_error: true }),
  }))
  const { container } = (answer.finish?.details ?? {}) as {
    readonly container?: { readonly id?: string } | null
  }
  return {
    ...(container?.id && { container: container.id }),
    messages: [
      ...messages,
      ...(content.length ? [{ role: 'assistant', content }] : []),
      ...(outputs.length ? [{ role: 'user', content: outputs }] : []),
    ],
  }
}

function appendContent(
  { contents = [] }: Conversation,
  answer: Answer,
  results: readonly ToolResult[],
): object {
  const parts = results.map(({ call: { id, name }, result, failed }) => {
    const isObject = typeof result === 'object' && result !== null && !Array.isArray(result)
    const response = failed ? { error: result } : isObject ? result : { result }
    return { functionResponse: { ...(id && { id }), name, response } }
  })
  const calls = answer.parts.filter(
    (part) => part.type === 'tool-call' && part.kind === 'function',
  ) as ToolCallPart[]
  // The arguments of a call may have come in pieces.
  const fillCall = (block: Block): readonly Block[] => {
    if (!block['functionCall']) return [block]
    const { id, name, json: args, done } = calls.shift() ?? {}
    return done ? [{ ...block, functionCall: { ...(id && { id }), name, args } }] : []
  }
  const model = blocksOf(answer).flatMap(fillCall)
  return {
    contents: [
      ...contents,
      ...(model.length ? [{ role: 'model', parts: model }] : []),
      ...(parts.length ? [{ role: 'user', parts }] : []),
    ],
  }
}

function appendInteraction(request: Conversation, answer: Answer, results: readonly ToolResult[]): object {
  const outputs = results.map(({ call: { id, name }, result, failed }) => ({
    type: 'function_result',
    call_id: id,
    name,
    result,
    ...(failed && { is_error: true }),
  }))
  if (request.store !== false) return { previous_interaction_id: answer.id, input: outputs }
  const { input = [] } = request
  const before =
    typeof input === 'string'
      ? [{ type: 'user_input', content: [{ type: 'text', text: input }] }]
      : (input as readonly unknown[])
  return { input: [...before, ...blocksOf(answer), ...outputs] }
}

function appendUi({ messages = [] }: Conversation, answer: Answer, results: readonly ToolResult[]): object {
  const blocks = blocksOf(answer)
  const parts = blocks
    .filter(({ type }) => type !== 'metadata')
    .map((block) => {
      const found = results.find(({ call }) => call.id === block['toolCallId'])
      if (!found) return block
      return found.failed
        ? { ...block, state: 'output-error', errorText: toText(found.result) }
        : { ...block, state: 'output-available', output: found.result }
    })
  const metadata = blocks.find(({ type }) => type === 'metadata')?.['data']
  return {
    messages: [
      ...messages,
      { id: answer.id, role: 'assistant', ...(metadata !== undefined && { metadata }), parts },
    ],
  }
}
