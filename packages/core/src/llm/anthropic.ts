import type { Fold } from '../stream/folds/fold.ts'
import type { Message } from '../protocol/message.ts'
import {
  type Answer,
  answerFold,
  appendText,
  type RawUsage,
  setField,
  toUsage,
  updateToolCall,
} from './answer.ts'

/** The fields of an event of the Messages API that are read. */
interface MessagesEvent {
  readonly index?: number
  readonly message?: { readonly id?: string; readonly usage?: RawUsage }
  readonly content_block?: Delta
  readonly delta?: Delta
  readonly usage?: RawUsage
}

/** The start of a content block, a delta of a content block, or a delta of the message. */
interface Delta {
  readonly type?: string
  readonly text?: string
  readonly thinking?: string
  readonly id?: string
  readonly name?: string
  readonly partial_json?: string
  readonly stop_reason?: string | null
}

/**
 * Folds the stream of an Anthropic-compatible server (Messages API) into an {@link Answer}. The stream ends with the answer. An
 * error that the server reports in the stream fails it with an `SseError` of code `server`.
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
  return answerFold('anthropic', reduceEvent)
}

function reduceEvent(
  before: Answer,
  { index = 0, message, content_block, delta, usage }: MessagesEvent,
): Answer {
  let answer = setField(before, 'id', message?.id)
  const rawUsage = message?.usage ?? usage
  // The usage at the end has only the counts that have changed since the start.
  if (rawUsage) answer = setField(answer, 'usage', toUsage({ ...answer.usage?.raw, ...rawUsage }))
  const part = content_block ?? delta
  switch (part?.type) {
    case 'text':
    case 'text_delta':
      return appendText(answer, 'text', part.text)
    case 'thinking':
    case 'thinking_delta':
      return appendText(answer, 'reasoning', part.thinking)
    case 'tool_use':
    case 'input_json_delta':
      return updateToolCall(answer, index, { id: part.id, name: part.name, arguments: part.partial_json })
    default:
      return setField(answer, 'finishReason', part?.stop_reason)
  }
}
