import type { Fold } from '../stream/folds/fold.ts'
import type { Message } from '../protocol/message.ts'
import {
  type Answer,
  answerFold,
  append,
  type CallPart,
  callTool,
  type Counts,
  put,
  usageOf,
} from './answer.ts'

/** What is read of a chunk of chat completions. */
interface ChatChunk {
  readonly id?: string
  /** Null or missing, from some servers, where the chunk brings the usage. */
  readonly choices?: readonly Choice[] | null
  readonly usage?: Counts | null
}

interface Choice {
  readonly index?: number
  readonly finish_reason?: string | null
  readonly delta?: {
    readonly content?: unknown
    readonly refusal?: unknown
    readonly reasoning_content?: unknown
    readonly reasoning?: unknown
    readonly tool_calls?: readonly CallDelta[] | null
  } | null
}

interface CallDelta {
  readonly index?: number
  readonly id?: string
  readonly function?: CallPart
}

/** What is read of an event of responses. */
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
    readonly usage?: Counts | null
  }
}

/**
 * An answer of a server that speaks as OpenAI does: chat completions, of which the first choice is taken, and responses. The
 * stream ends with the answer; what the server reports as an error in it fails the stream with an `SseError` of code
 * `server`.
 *
 * Chat completions tell what they cost if the request has `stream_options: { include_usage: true }`.
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
    // Neither knows a word of the other.
    readResponse(readChat(answer, chunk), chunk),
  )
}

function readChat(before: Answer, { id, choices, usage }: ChatChunk): Answer {
  const choice = choices?.find(({ index }) => !index)
  const delta = choice?.delta
  let answer = put(before, 'id', id)
  answer = append(answer, 'text', delta?.content)
  // Two names are in use for it, and some servers send both.
  answer = append(answer, 'reasoning', delta?.reasoning_content ?? delta?.reasoning)
  answer = append(answer, 'refusal', delta?.refusal)
  for (const call of delta?.tool_calls ?? [])
    // A server that leaves the index out sends each call whole.
    answer = callTool(answer, call.index ?? answer.toolCalls.length, { id: call.id, ...call.function })
  answer = put(answer, 'finishReason', choice?.finish_reason)
  return put(answer, 'usage', usageOf(usage))
}

function readResponse(
  before: Answer,
  { type = '', output_index = 0, delta, item, response }: ResponseEvent,
): Answer {
  const part = /^response\.(?:output_)?(text|refusal|reasoning)/.exec(type)?.[1]
  if (part) return append(before, part as 'text' | 'refusal' | 'reasoning', delta)
  if (/^(function|custom_tool)_call$/.test(item?.type ?? ''))
    return callTool(before, output_index, { id: item?.call_id, name: item?.name })
  if (delta) return callTool(before, output_index, { arguments: delta })
  if (!response) return before
  const { id, usage, incomplete_details, status } = response
  const answer = put(put(before, 'id', id), 'usage', usageOf(usage))
  // An answer that is on its way has a status, too.
  return /complete/.test(type) ? put(answer, 'finishReason', incomplete_details?.reason ?? status) : answer
}
