import type { Message } from '../protocol/message.ts'
import type { Fold } from '../stream/folds/fold.ts'
import { answerFold, type Draft } from './answer-fold.ts'
import type { Answer } from './answer.ts'
import { type ContentChunk, reduceContent } from './gemini-content.ts'
import { type InteractionEvent, reduceInteraction } from './gemini-interactions.ts'

/**
 * Folds the stream of Google's Gemini API or of Vertex AI into an {@link Answer}: `streamGenerateContent` with `alt=sse`, of which
 * the first candidate is read, and the Interactions API. An error that the server reports in the stream fails it with an
 * `SseError` of code `server`.
 *
 * `streamGenerateContent` has no end marker: the stream ends with the response, and has no error if the server has named a reason
 * (`finish`). `usage.input` includes the results of the server's tools, and `usage.output` the thoughts, which the server counts
 * apart.
 *
 * @example
 * ```ts
 * import { createEventStream } from '@headwater/core'
 * import { chatRequest, gemini } from '@headwater/core/llm'
 *
 * const answer = createEventStream('https://api.example.com/v1beta/models/a-model:streamGenerateContent?alt=sse', {
 *   ...chatRequest({ contents: [{ role: 'user', parts: [{ text: 'Why is the sky blue?' }] }], stream: false }),
 *   headers: { 'x-goog-api-key': 'a-key' },
 *   fold: gemini(),
 * })
 * answer.subscribe(() => console.log(answer.getSnapshot().data.text))
 * ```
 */
export function gemini(): Fold<Answer, Answer, Message> {
  return answerFold('gemini', reduceGemini)
}

/** Adds a message of either API. */
export function reduceGemini(draft: Draft, json: ContentChunk & InteractionEvent): void {
  reduceContent(draft, json)
  reduceInteraction(draft, json)
}
