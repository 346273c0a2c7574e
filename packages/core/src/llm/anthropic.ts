import type { Fold } from '../stream/folds/fold.ts'
import type { Message } from '../protocol/message.ts'
import { type Answer, answerFold, append, callTool, type Counts, put, usageOf } from './answer.ts'

/** What is read of an event of messages. */
interface MessageEvent {
  readonly index?: number
  readonly message?: { readonly id?: string; readonly usage?: Counts }
  readonly content_block?: Part
  readonly delta?: Part
  readonly usage?: Counts
}

/** The start of a block, more of it, or more of the message. */
interface Part {
  readonly type?: string
  readonly text?: string
  readonly thinking?: string
  readonly id?: string
  readonly name?: string
  readonly partial_json?: string
  readonly stop_reason?: string | null
}

/**
 * An answer of a server that speaks as Anthropic does: messages. The stream ends with the answer; what the server reports as
 * an error in it fails the stream with an `SseError` of code `server`.
 *
 * @example
 * ```ts
 * import { createEventStream } from '@headwater/core'
 * import { anthropic, chatRequest } from '@headwater/core/llm'
 *
 * const answer = createEventStream('https://api.example.com/v1/messages', {
 *   ...chatRequest({ model: 'a-model', max_tokens: 1_024, messages: [{ role: 'user', content: 'Why is the sky blue?' }] }),
 *   headers: { 'x-api-key': 'a-token', 'anthropic-version': '2023-06-01' },
 *   fold: anthropic(),
 * })
 * answer.subscribe(() => console.log(answer.getSnapshot().data.text))
 * ```
 */
export function anthropic(): Fold<Answer, Answer, Message> {
  return answerFold('anthropic', readMessage)
}

function readMessage(
  before: Answer,
  { index = 0, message, content_block, delta, usage }: MessageEvent,
): Answer {
  const answer = put(before, 'id', message?.id)
  const said = message?.usage ?? usage
  // The end tells again what has changed since the start.
  const counted = said ? put(answer, 'usage', usageOf({ ...answer.usage?.raw, ...said })) : answer
  const part = content_block ?? delta
  switch (part?.type) {
    case 'text':
    case 'text_delta':
      return append(counted, 'text', part.text)
    case 'thinking':
    case 'thinking_delta':
      return append(counted, 'reasoning', part.thinking)
    case 'tool_use':
    case 'input_json_delta':
      return callTool(counted, index, { id: part.id, name: part.name, arguments: part.partial_json })
    default:
      return put(counted, 'finishReason', part?.stop_reason)
  }
}
