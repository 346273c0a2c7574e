import type { Message } from '../protocol/message.ts'
import type { Fold } from '../stream/folds/fold.ts'
import { addSources, answerFold, type Draft, finish, finishCall, grow, put, set } from './answer-fold.ts'
import type { Answer } from './answer.ts'
import { toSource } from './vendor-values.ts'

/** The fields of an event of Cohere's chat API, version 2, that are read. */
export interface CohereEvent {
  readonly type?: string
  readonly id?: string
  readonly index?: number
  readonly delta?: {
    readonly message?: {
      readonly tool_plan?: string
      readonly content?: { readonly text?: string; readonly thinking?: string } | readonly unknown[]
      readonly tool_calls?: CohereCall | readonly unknown[]
      readonly citations?: { readonly sources?: readonly CohereSource[] } | readonly unknown[]
    }
    readonly finish_reason?: string
    readonly error?: string
    readonly usage?: RawUsage
  }
}

interface CohereCall {
  readonly id?: string
  readonly function?: { readonly name?: string; readonly arguments?: string }
}

interface CohereSource {
  readonly id?: string
  readonly document?: { readonly url?: string; readonly title?: string }
}

interface RawUsage {
  readonly [name: string]: unknown
  readonly tokens?: Tokens
  readonly billed_units?: Tokens
  readonly cached_tokens?: number
}

interface Tokens {
  readonly input_tokens?: number
  readonly output_tokens?: number
}

/**
 * Folds the stream of Cohere's chat API, version 2, into an {@link Answer}. The plan that the model makes before it calls tools is
 * reasoning. The stream ends with the answer.
 *
 * @example
 * ```ts
 * import { createEventStream } from '@headwater/core'
 * import { chatRequest, cohere } from '@headwater/core/llm'
 *
 * const answer = createEventStream('https://api.example.com/v2/chat', {
 *   ...chatRequest({ model: 'a-model', messages: [{ role: 'user', content: 'Why is the sky blue?' }] }),
 *   headers: { authorization: 'Bearer a-token' },
 *   fold: cohere(),
 * })
 * answer.subscribe(() => console.log(answer.getSnapshot().data.text))
 * ```
 */
export function cohere(): Fold<Answer, Answer, Message> {
  return answerFold('cohere', reduceCohere)
}

/** Adds an event. */
export function reduceCohere(draft: Draft, { type = '', id, index = 0, delta }: CohereEvent): void {
  if (!/^(message-(start|end)|content-|tool-(plan|call)-|citation-)/.test(type)) return
  set(draft, { format: 'cohere', id })
  const { tool_plan, content, tool_calls, citations } = delta?.message ?? {}
  grow(draft, 'reasoning', 'plan', tool_plan)
  const { text, thinking } = (content ?? {}) as { readonly text?: string; readonly thinking?: string }
  if (text != null || thinking != null) {
    const part = thinking == null ? 'text' : 'reasoning'
    if (type === 'content-start') put(draft, part, `${index}`, {})
    grow(draft, part, `${index}`, thinking ?? text)
  }
  reduceCall(draft, type, `call ${index}`, (tool_calls ?? {}) as CohereCall)
  const { sources = [] } = (citations ?? {}) as { readonly sources?: readonly CohereSource[] }
  addSources(
    draft,
    sources.map((source) => ({ ...toSource(source.document ?? {}), raw: source })),
  )
  if (type !== 'message-end') return
  const { finish_reason, usage, error } = delta ?? {}
  const counts = usage?.tokens ?? usage?.billed_units
  set(draft, {
    usage: usage && {
      input: counts?.input_tokens ?? 0,
      output: counts?.output_tokens ?? 0,
      cached: usage.cached_tokens,
      raw: usage,
    },
  })
  finish(draft, finish_reason, error)
}

function reduceCall(draft: Draft, type: string, key: string, { id, function: call }: CohereCall): void {
  if (type === 'tool-call-start') put(draft, 'tool-call', key, { id: id ?? '', name: call?.name ?? '' })
  if (!type.startsWith('tool-call')) return
  grow(draft, 'tool-call', key, call?.arguments)
  if (type === 'tool-call-end') finishCall(draft, key)
}
