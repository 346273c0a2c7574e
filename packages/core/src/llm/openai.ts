import type { Fold } from '../stream/folds/fold.ts'
import type { Message } from '../protocol/message.ts'
import {
  type Answer,
  answerFold,
  appendText,
  type RawUsage,
  setField,
  type ToolCallDelta,
  toUsage,
  updateToolCall,
} from './answer.ts'

/** The fields of a chat completions chunk that are read. */
interface ChatChunk {
  readonly id?: string
  /** Null or missing, from some servers, in the chunk that has the usage. */
  readonly choices?: readonly Choice[] | null
  readonly usage?: RawUsage | null
}

interface Choice {
  readonly index?: number
  readonly finish_reason?: string | null
  readonly delta?: {
    readonly content?: unknown
    readonly refusal?: unknown
    readonly reasoning_content?: unknown
    readonly reasoning?: unknown
    readonly tool_calls?: readonly ChatToolCall[] | null
  } | null
}

interface ChatToolCall {
  readonly index?: number
  readonly id?: string
  readonly function?: ToolCallDelta
}

/** The fields of a Responses API event that are read. */
interface ResponseEvent {
  readonly type?: string
  readonly output_index?: number
  readonly delta?: string
  readonly item?: {
    readonly type?: string
    readonly call_id?: string
    readonly name?: string
  }
  readonly response?: {
    readonly id?: string
    readonly status?: string
    readonly incomplete_details?: { readonly reason?: string } | null
    readonly usage?: RawUsage | null
  }
}

/**
 * Folds the stream of an OpenAI-compatible server into an {@link Answer}: chat completions, of which the first choice is read,
 * and the Responses API. The stream ends with the answer. An error that the server reports in the stream fails it with an
 * `SseError` of code `server`.
 *
 * Chat completions have a usage only if the request has `stream_options: { include_usage: true }`.
 *
 * @example
 * ```ts
 * import { createEventStream } from '@headwater/core'
 * import { chatRequest, openai } from '@headwater/core/llm'
 *
 * const answer = createEventStream('https://api.example.com/v1/chat/completions', {
 *   ...chatRequest({ model: 'a-model', messages: [{ role: 'user', content: 'Why is the sky blue?' }] }),
 *   headers: { authorization: 'Bearer a-token' },
 *   fold: openai(),
 * })
 * answer.subscribe(() => console.log(answer.getSnapshot().data.text))
 * ```
 */
export function openai(): Fold<Answer, Answer, Message> {
  return answerFold<ChatChunk & ResponseEvent>('openai', (answer, chunk) =>
    // The two formats have no field in common that both read, so a chunk changes the answer in one of them only.
    reduceResponseEvent(reduceChatChunk(answer, chunk), chunk),
  )
}

function reduceChatChunk(before: Answer, { id, choices, usage }: ChatChunk): Answer {
  const choice = choices?.find(({ index }) => !index)
  const delta = choice?.delta
  let answer = setField(before, 'id', id)
  answer = appendText(answer, 'text', delta?.content)
  // Servers use either of two names, and some send both with the same text.
  answer = appendText(answer, 'reasoning', delta?.reasoning_content ?? delta?.reasoning)
  answer = appendText(answer, 'refusal', delta?.refusal)
  for (const call of delta?.tool_calls ?? [])
    // A server that omits the index sends each call complete.
    answer = updateToolCall(answer, call.index ?? answer.toolCalls.length, { id: call.id, ...call.function })
  answer = setField(answer, 'finishReason', choice?.finish_reason)
  return setField(answer, 'usage', toUsage(usage))
}

function reduceResponseEvent(
  before: Answer,
  { type = '', output_index = 0, delta, item, response }: ResponseEvent,
): Answer {
  const field = /^response\.(?:output_)?(text|refusal|reasoning)/.exec(type)?.[1]
  if (field) return appendText(before, field as 'text' | 'refusal' | 'reasoning', delta)
  if (/^(function|custom_tool)_call$/.test(item?.type ?? ''))
    return updateToolCall(before, output_index, { id: item?.call_id, name: item?.name })
  if (delta) return updateToolCall(before, output_index, { arguments: delta })
  if (!response) return before
  const { id, usage, incomplete_details, status } = response
  const answer = setField(setField(before, 'id', id), 'usage', toUsage(usage))
  // A response in progress has a status too.
  return /complete/.test(type)
    ? setField(answer, 'finishReason', incomplete_details?.reason ?? status)
    : answer
}
