import type { Message } from '../protocol/message.ts'
import type { Fold } from '../stream/folds/fold.ts'
import { answerFold, type Draft } from './answer-fold.ts'
import type { Answer } from './answer.ts'
import { type ChatChunk, reduceChat } from './openai-chat.ts'
import { reduceResponse, type ResponseEvent } from './openai-responses.ts'

/**
 * Folds the stream of an OpenAI-compatible server into an {@link Answer}: chat completions, of which the first choice is read,
 * completions, and the Responses API. It knows the dialects of Azure, DeepSeek, Qwen, Moonshot, xAI, Groq, Mistral, Perplexity,
 * OpenRouter, LM Studio, Ollama and Baichuan. The stream ends with the answer. An error that the server reports in the stream
 * fails it with an `SseError` of code `server`.
 *
 * Chat completions have a usage only if the request has `stream_options: { include_usage: true }`. xAI's chat completions count
 * reasoning apart, so there `usage.output` is without it.
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
  return answerFold('openai', reduceOpenai)
}

/** Adds a message. The two formats have no field in common that both read, so a message changes the answer in one of them only. */
export function reduceOpenai(draft: Draft, json: ChatChunk & ResponseEvent): void {
  reduceResponse(draft, json)
  reduceChat(draft, json)
}
