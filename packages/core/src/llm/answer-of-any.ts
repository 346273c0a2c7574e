import type { Message } from '../protocol/message.ts'
import type { Fold } from '../stream/folds/fold.ts'
import { answerFold, type Reduce } from './answer-fold.ts'
import type { Answer } from './answer.ts'
import { type MessagesEvent, reduceMessages, refuseSecond } from './anthropic.ts'
import { reduceCohere } from './cohere.ts'
import { reduceGemini } from './gemini.ts'
import { reduceOpenai } from './openai.ts'
import { reduceUi } from './ui-message-stream.ts'

/**
 * Folds the answer of any server that {@link openai}, {@link anthropic}, {@link gemini}, {@link cohere} or {@link uiMessageStream}
 * can read. It tells the format from the first message. For a page that talks to one vendor, the fold of that vendor is smaller.
 *
 * @example
 * ```ts
 * import { createEventStream } from '@headwater/core'
 * import { answer, chatRequest } from '@headwater/core/llm'
 *
 * const request = { model: 'a-model', messages: [{ role: 'user', content: 'Why is the sky blue?' }] }
 * createEventStream('https://example.com/any', { ...chatRequest(request), fold: answer() })
 * ```
 */
export function answer(): Fold<Answer, Answer, Message> {
  return answerFold<AnyMessage>(
    'answer',
    (draft, json) => (BY_FORMAT[draft.format.split('-')[0] as string] ?? reducerOf(json))(draft, json),
    refuseSecond,
  )
}

// oxlint-disable-next-line typescript/no-explicit-any
type AnyReduce = Reduce<any>

/** The fields that tell a format. */
interface AnyMessage extends MessagesEvent {
  readonly event_type?: string
  readonly candidates?: unknown
  readonly usageMetadata?: unknown
  readonly promptFeedback?: unknown
}

const BY_FORMAT: { readonly [format: string]: AnyReduce } = {
  openai: reduceOpenai,
  anthropic: reduceMessages,
  gemini: reduceGemini,
  cohere: reduceCohere,
  ui: reduceUi,
}

function reducerOf({
  type = '',
  event_type,
  candidates,
  usageMetadata,
  promptFeedback,
}: AnyMessage): AnyReduce {
  if (event_type || candidates || usageMetadata || promptFeedback) return reduceGemini
  if (/^(message|content_block)_/.test(type)) return reduceMessages
  if (/^(message-start|content-|tool-(plan|call)-)/.test(type)) return reduceCohere
  return !type || type.startsWith('response.') ? reduceOpenai : reduceUi
}
