import type { Message } from '../protocol/message.ts'
import type { Fold } from '../stream/folds/fold.ts'
import { answerFold, type Draft, finish, finishCall, put, set, setRaw, setResult } from './answer-fold.ts'
import type { Answer, Usage } from './answer.ts'
import { toSource, toText } from './vendor-values.ts'

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
export function anthropic(): Fold<Answer, Answer, Message> {
  return answerFold('anthropic', reduceMessages, refuseSecond)
}

/** Returns the reason why an event cannot belong to the answer: it starts another one. */
export function refuseSecond({ format, id }: Answer, { message }: MessagesEvent): string | false {
  return (
    format === 'anthropic' &&
    id !== '' &&
    message?.id !== undefined &&
    message.id !== id &&
    `answer ${message.id} begins before ${id} has ended`
  )
}

/** Adds an event. */
export function reduceMessages(draft: Draft, event: MessagesEvent): void {
  const { type, index = 0, message, content_block, delta, usage } = event
  if (!/^(message|content_block)_/.test(type ?? '')) return
  set(draft, { format: 'anthropic', id: message?.id, model: message?.model })
  for (const [at, block] of (message?.content ?? []).entries()) {
    putBlock(draft, at, block)
    endBlock(draft, at)
  }
  const block = content_block ?? (delta && mergeDelta(draft.raw[index] as Block | undefined, delta))
  if (block && type !== 'message_delta') putBlock(draft, index, block)
  if (type === 'content_block_stop') endBlock(draft, index)
  reduceUsage(draft, message?.usage ?? usage)
  const { stop_reason = message?.stop_reason, ...details } = delta ?? {}
  if (stop_reason || type === 'message_stop') finish(draft, stop_reason, delta && details)
}

/** Returns the block after a delta. Input without a block has no name, and is left out. */
function mergeDelta(before: Block | undefined, delta: Block): Block | undefined {
  const { type = '', citation, partial_json, signature, content, ...texts } = delta
  const block = before ?? (type.startsWith('t') ? { type: type.replace('_delta', '') } : undefined)
  if (!block) return undefined
  const merged: Record<string, unknown> = { ...block }
  for (const [name, text] of Object.entries(texts)) merged[name] = toText(merged[name]) + toText(text)
  if (citation) merged['citations'] = [...(block.citations ?? []), citation]
  if (signature) merged['signature'] = signature
  if (content != null) merged['content'] = toText(block.content) + toText(content)
  // Text, until the block ends. The `input` of its start is empty then.
  if (partial_json) merged['input'] = (typeof block.input === 'string' ? block.input : '') + partial_json
  return merged
}

function putBlock(draft: Draft, index: number, block: Block): void {
  const key = `${index}`
  const {
    type = '',
    text = '',
    thinking = '',
    data,
    signature = data,
    citations,
    input,
    tool_use_id,
    content,
  } = block
  setRaw(draft, index, block)
  if (type === 'text') put(draft, 'text', key, { text, sources: (citations ?? []).map(toSource) })
  else if (type.endsWith('thinking'))
    put(draft, 'reasoning', key, { text: thinking, signature: signature || undefined })
  else if (type.endsWith('tool_use'))
    put(draft, 'tool-call', key, {
      id: block.id ?? '',
      name: block.name ?? '',
      kind: type === 'tool_use' ? 'function' : type,
      by: type === 'tool_use' ? 'client' : 'server',
      // The empty input of a start is a place for the deltas.
      arguments: typeof input === 'string' || Object.keys(input ?? {}).length > 0 ? toText(input) : '',
    })
  else {
    const isError = /error/.test((content as Block | null)?.type ?? '') || block.is_error === true
    if (!tool_use_id || !setResult(draft, tool_use_id, content, isError))
      put(draft, 'other', key, { name: type, data: block })
  }
}

/** Ends a block: its input is complete. */
function endBlock(draft: Draft, index: number): void {
  const block = draft.raw[index] as Block | undefined
  if (!block?.type?.endsWith('tool_use')) return
  setRaw(draft, index, { ...block, input: finishCall(draft, `${index}`) ?? {} })
}

function reduceUsage(draft: Draft, usage: RawUsage | null | undefined): void {
  if (!usage) return
  // The usage at the end has only the counts that have changed since the start, and null for others.
  const known = Object.entries(usage).filter(([, value]) => value != null)
  const raw: RawUsage = { ...draft.usage?.raw, ...Object.fromEntries(known) }
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
  set(draft, { usage: merged })
}
