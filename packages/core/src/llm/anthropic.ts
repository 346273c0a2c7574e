import type { Message } from '../protocol/message.ts'
import type { Fold } from '../stream/folds/fold.ts'
import {
  answerFold,
  type AnswerState,
  findCall,
  finish,
  finishCall,
  put,
  set,
  setRaw,
  toSource,
  toText,
} from './answer-fold.ts'
import type { Answer, Usage } from './answer.ts'

/** The fields of an event of the Messages API that are read. */
export interface MessagesEvent {
  readonly type?: string
  readonly index?: number
  readonly message?: MessageStart
  readonly content_block?: Block
  readonly delta?: Block & { readonly stop_reason?: string | null }
  readonly usage?: RawUsage | null
}

interface MessageStart {
  readonly id?: string
  readonly model?: string
  readonly content?: readonly Block[] | null
  readonly stop_reason?: string | null
  readonly usage?: RawUsage | null
}

/** Content block, or a delta of one. Which fields it has depends on its type. */
interface Block {
  readonly type?: string
  readonly text?: string
  readonly thinking?: string
  readonly signature?: string
  readonly data?: string
  readonly citations?: readonly object[] | null
  readonly citation?: object
  readonly id?: string
  readonly name?: string
  readonly input?: unknown
  readonly partial_json?: string
  readonly tool_use_id?: string
  readonly content?: unknown
  readonly is_error?: boolean
}

interface RawUsage {
  readonly [name: string]: unknown
  readonly input_tokens?: number | null
  readonly output_tokens?: number | null
  readonly cache_read_input_tokens?: number | null
  readonly cache_creation_input_tokens?: number | null
  readonly output_tokens_details?: { readonly thinking_tokens?: number } | null
}

/**
 * Folds the stream of an Anthropic-compatible server (Messages API) into an {@link Answer}. The stream ends with the answer. An
 * error that the server reports in the stream fails it with an `SseError` of code `server`, and so does a second answer that
 * begins within the first.
 *
 * `usage.input` includes what was read from the cache and written to it, which the server counts apart.
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
export function anthropic(): Fold<Answer, unknown, Message> {
  return answerFold('anthropic', reduceMessages, refuseSecond)
}

/** Returns the reason why an event cannot belong to the answer: it starts another one. */
export function refuseSecond({ format, id }: AnswerState, { message }: MessagesEvent): string | false {
  return (
    format === 'anthropic' &&
    id !== '' &&
    message?.id !== undefined &&
    message.id !== id &&
    `answer ${message.id} begins before ${id} has ended`
  )
}

/** Adds an event. */
export function reduceMessages(state: AnswerState, event: MessagesEvent): void {
  const { type, index = 0, message, content_block, delta, usage } = event
  if (!/^(message|content_block)_/.test(type ?? '')) return
  set(state, { format: 'anthropic', id: message?.id, model: message?.model })
  for (const [at, block] of (message?.content ?? []).entries()) {
    putBlock(state, at, block)
    endBlock(state, at)
  }
  const block = content_block ?? (delta && mergeDelta(state.raw[index] as Block | undefined, delta))
  if (block && type !== 'message_delta') putBlock(state, index, block)
  if (type === 'content_block_stop') endBlock(state, index)
  reduceUsage(state, message?.usage ?? usage)
  const { stop_reason = message?.stop_reason, ...details } = delta ?? {}
  if (stop_reason || type === 'message_stop') finish(state, stop_reason, delta && details)
}

/** Returns the block after a delta; `undefined` for a delta without a block. */
function mergeDelta(block: Block | undefined, delta: Block): Block | undefined {
  if (!block) return undefined
  const { type, citation, partial_json, signature, content, ...texts } = delta
  const merged: Record<string, unknown> = { ...block }
  for (const [name, text] of Object.entries(texts)) merged[name] = toText(merged[name]) + toText(text)
  if (citation) merged['citations'] = [...(block.citations ?? []), citation]
  if (signature) merged['signature'] = signature
  if (content != null) merged['content'] = toText(block.content) + toText(content)
  // Text, until the block ends. The `input` of its start is empty then.
  if (partial_json) merged['input'] = (typeof block.input === 'string' ? block.input : '') + partial_json
  return merged
}

function putBlock(state: AnswerState, index: number, block: Block): void {
  const key = `${index}`
  const { type = '', text = '', thinking = '', data, signature = data, citations, input, tool_use_id, content } = block
  setRaw(state, index, block)
  if (type === 'text') put(state, 'text', key, { text, sources: (citations ?? []).map(toSource) })
  else if (/thinking$/.test(type)) put(state, 'reasoning', key, { text: thinking, signature: signature || undefined })
  else if (/tool_use$/.test(type))
    put(state, 'tool-call', key, {
      id: block.id ?? '',
      name: block.name ?? '',
      kind: type === 'tool_use' ? 'function' : type,
      by: type === 'tool_use' ? 'client' : 'server',
      // The empty input of a start is a place for the deltas.
      arguments: typeof input === 'string' || Object.keys(input ?? {}).length > 0 ? toText(input) : '',
    })
  else {
    const call = findCall(state, ({ id }) => id === tool_use_id)
    if (!call) return put(state, 'other', key, { name: type, data: block })
    const isError = /error/.test((content as Block | null)?.type ?? '')
    put(state, 'tool-call', call.key, { result: content, failed: isError || block.is_error === true })
  }
}

/** Ends a block: its input is complete. */
function endBlock(state: AnswerState, index: number): void {
  const call = findCall(state, ({ key }) => key === `${index}`)
  if (!call) return
  finishCall(state, call)
  const { json } = state.parts.find(({ key }) => key === call.key) as typeof call
  setRaw(state, index, { ...(state.raw[index] as Block), input: json })
}

function reduceUsage(state: AnswerState, usage: RawUsage | null | undefined): void {
  if (!usage) return
  // The usage at the end has only the counts that have changed since the start, and null for others.
  const known = Object.entries(usage).filter(([, value]) => value != null)
  const raw: RawUsage = { ...state.usage?.raw, ...Object.fromEntries(known) }
  const cached = raw.cache_read_input_tokens ?? undefined
  const cacheWrite = raw.cache_creation_input_tokens ?? undefined
  const merged: Usage = {
    input: (raw.input_tokens ?? 0) + (cached ?? 0) + (cacheWrite ?? 0),
    output: raw.output_tokens ?? 0,
    cached,
    cacheWrite,
    reasoning: raw.output_tokens_details?.thinking_tokens,
    raw,
  }
  set(state, { usage: merged })
}
