import type { Message } from '../protocol/message.ts'
import type { Fold } from '../stream/folds/fold.ts'
import {
  addSources,
  answerFold,
  type Draft,
  findCall,
  finish,
  finishCall,
  grow,
  put,
  set,
  setRaw,
} from './answer-fold.ts'
import type { Answer } from './answer.ts'
import { toFile, toSource, toText } from './vendor-values.ts'

/** The fields of a chunk of the AI SDK's UI message stream, version 1, that are read. */
export interface UiChunk {
  readonly type?: string
  readonly id?: string
  readonly messageId?: string
  readonly messageMetadata?: object | null
  readonly delta?: string
  readonly toolCallId?: string
  readonly toolName?: string
  readonly inputTextDelta?: string
  readonly input?: unknown
  readonly output?: unknown
  readonly errorText?: string
  readonly providerExecuted?: boolean
  readonly providerMetadata?: object
  readonly dynamic?: boolean
  readonly url?: string
  readonly mediaType?: string
  readonly data?: unknown
  readonly transient?: boolean
  readonly approvalId?: string
  readonly finishReason?: string
}

/**
 * Folds the UI message stream of the AI SDK, version 1 (`toUIMessageStreamResponse()`), into an {@link Answer}. The stream ends with
 * `[DONE]`. An error that the server reports in the stream fails it with an `SseError` of code `server`.
 *
 * `data-*` chunks are parts of type `other`; the last one with an ID applies, and transient ones are left to `onMessage`. The
 * metadata of the message is a part with the key `metadata`. A tool counts as run by the server once its output arrives.
 *
 * @example
 * ```ts
 * import { createEventStream } from '@headwater/core'
 * import { chatRequest, uiMessageStream } from '@headwater/core/llm'
 *
 * const messages = [{ id: '1', role: 'user', parts: [{ type: 'text', text: 'Why is the sky blue?' }] }]
 * const answer = createEventStream('https://example.com/api/chat', {
 *   ...chatRequest({ id: 'a-chat', messages, trigger: 'submit-message', stream: false }),
 *   fold: uiMessageStream(),
 * })
 * answer.subscribe(() => console.log(answer.getSnapshot().data.text))
 * ```
 */
export function uiMessageStream(): Fold<Answer, Answer, Message> {
  return answerFold('ui-message-stream', reduceUi)
}

const TYPES = /^(start|finish|abort|file|message-metadata)|^(text|reasoning|tool|source|data)-/

/** Adds a chunk. */
export function reduceUi(draft: Draft, chunk: UiChunk): void {
  const { type = '', messageId, messageMetadata, toolCallId } = chunk
  if (!TYPES.test(type)) return
  const [, kind, step] = /^(text|reasoning)-(start|delta|end)$/.exec(type) ?? []
  set(draft, { format: 'ui-message-stream', id: messageId })
  if (messageMetadata) reduceMetadata(draft, messageMetadata)
  if (kind) reduceText(draft, chunk, kind as 'text' | 'reasoning', step === 'start')
  else if (toolCallId !== undefined) reduceTool(draft, chunk, toolCallId)
  else if (type.startsWith('source-')) {
    if (draft.parts.some((part) => part.type === 'text')) addSources(draft, [toSource(chunk)])
    else putLast(draft, 'other', { name: type, data: chunk }, chunk)
  } else if (type === 'file') putLast(draft, 'file', toFile(chunk.mediaType ?? '', '', chunk.url), chunk)
  else if (type === 'start-step') putLast(draft, 'other', { name: type }, { type: 'step-start' })
  else if (type.startsWith('data-') && !chunk.transient) reduceData(draft, chunk)
  else if (type === 'finish' || type === 'abort') finish(draft, chunk.finishReason ?? type)
}

/** Adds a part, and the same part in the vendor's words at the same index. */
function putLast(draft: Draft, type: 'file' | 'other', fields: object, raw: object): void {
  const at = draft.parts.length
  put(draft, type, `${at}`, fields)
  setRaw(draft, at, raw)
}

function mergeRaw(draft: Draft, key: string, fields: object): void {
  const at = draft.parts.findIndex((part) => part.key === key)
  setRaw(draft, at, { ...(draft.raw[at] as object | undefined), ...fields })
}

function reduceMetadata(draft: Draft, messageMetadata: object): void {
  const before = draft.parts.find(({ key }) => key === 'metadata') as { readonly data?: object } | undefined
  const data = { ...before?.data, ...messageMetadata }
  put(draft, 'other', 'metadata', { name: 'metadata', data })
  mergeRaw(draft, 'metadata', { type: 'metadata', data })
}

/** Adds to the last text with the ID of the chunk. The steps of an answer use the same IDs again. */
function reduceText(draft: Draft, chunk: UiChunk, type: 'text' | 'reasoning', isStart: boolean): void {
  const { id, delta, providerMetadata } = chunk
  const prefix = `${type} ${id} `
  const found = draft.parts.filter(({ key }) => key.startsWith(prefix)).at(-1)
  const key = isStart || !found ? `${prefix}${draft.parts.length}` : found.key
  put(draft, type, key, {})
  grow(draft, type, key, delta)
  const { text } = draft.parts.find((part) => part.key === key) as { readonly text: string }
  mergeRaw(draft, key, { type, text, ...(providerMetadata && { providerMetadata }) })
}

function reduceTool(draft: Draft, chunk: UiChunk, id: string): void {
  const { type = '', toolName, input, output, errorText, providerExecuted, providerMetadata } = chunk
  const found = findCall(draft, (call) => call.id === id)
  const key = found?.key ?? `tool ${id}`
  const isOutput = type.startsWith('tool-output-')
  put(draft, 'tool-call', key, {
    id,
    ...(toolName !== undefined && { name: toolName }),
    ...((providerExecuted || isOutput) && { by: 'server' }),
    ...(input !== undefined && { arguments: toText(input) }),
    ...(isOutput && { result: output ?? errorText }),
    failed: errorText !== undefined || type === 'tool-output-denied',
  })
  grow(draft, 'tool-call', key, chunk.inputTextDelta)
  if (/^tool-(input-(available|error)|output)/.test(type)) finishCall(draft, key)
  const phase = type.replace(/^tool-|input-start$/g, '') || 'input-streaming'
  if (chunk.inputTextDelta !== undefined) return
  const request = type === 'tool-approval-request'
  mergeRaw(draft, key, {
    ...(toolName !== undefined &&
      (chunk.dynamic ? { type: 'dynamic-tool', toolName } : { type: `tool-${toolName}` })),
    toolCallId: id,
    state: request ? 'approval-requested' : phase === 'input-error' ? 'output-error' : phase,
    ...(request && { approval: { id: chunk.approvalId } }),
    ...(input !== undefined && { input }),
    ...(output !== undefined && { output }),
    ...(errorText !== undefined && { errorText }),
    ...(providerExecuted && { providerExecuted }),
    ...(providerMetadata && { callProviderMetadata: providerMetadata }),
  })
}

function reduceData(draft: Draft, { type = '', id, data }: UiChunk): void {
  const key = id === undefined ? `${draft.parts.length}` : `${type} ${id}`
  put(draft, 'other', key, { name: type, data })
  mergeRaw(draft, key, { type, ...(id !== undefined && { id }), data })
}
