import type { Message } from '../protocol/message.ts'
import type { Fold } from '../stream/folds/fold.ts'
import {
  addSources,
  answerFold,
  type AnswerState,
  findCall,
  finish,
  finishCall,
  grow,
  put,
  set,
  setRaw,
  toFile,
  toSource,
  toText,
} from './answer-fold.ts'
import type { Answer } from './answer.ts'

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
export function uiMessageStream(): Fold<Answer, unknown, Message> {
  return answerFold('ui-message-stream', reduceUi)
}

/** Adds a chunk. */
export function reduceUi(state: AnswerState, chunk: UiChunk): void {
  const { type = '', messageId, messageMetadata, toolCallId } = chunk
  const [, kind, step] = /^(text|reasoning)-(start|delta|end)$/.exec(type) ?? []
  set(state, { format: 'ui-message-stream', id: messageId })
  if (messageMetadata) reduceMetadata(state, messageMetadata)
  if (kind) reduceText(state, chunk, kind as 'text' | 'reasoning', step === 'start')
  else if (toolCallId !== undefined) reduceTool(state, chunk, toolCallId)
  else if (type.startsWith('source-')) addSources(state, [toSource(chunk)])
  else if (type === 'file') putLast(state, 'file', toFile(chunk.mediaType ?? '', '', chunk.url), chunk)
  else if (type === 'start-step') putLast(state, 'other', { name: type }, { type: 'step-start' })
  else if (type.startsWith('data-') && !chunk.transient) reduceData(state, chunk)
  else if (type === 'finish' || type === 'abort') finish(state, chunk.finishReason ?? type)
}

/** Adds a part, and the same part in the vendor's words at the same index. */
function putLast(state: AnswerState, type: 'file' | 'other', fields: object, raw: object): void {
  const at = state.parts.length
  put(state, type, `${at}`, fields)
  setRaw(state, at, raw)
}

function mergeRaw(state: AnswerState, key: string, fields: object): void {
  const at = state.parts.findIndex((part) => part.key === key)
  setRaw(state, at, { ...(state.raw[at] as object | undefined), ...fields })
}

function reduceMetadata(state: AnswerState, messageMetadata: object): void {
  const before = state.parts.find(({ key }) => key === 'metadata') as { readonly data?: object } | undefined
  const data = { ...before?.data, ...messageMetadata }
  put(state, 'other', 'metadata', { name: 'metadata', data })
  mergeRaw(state, 'metadata', { type: 'metadata', data })
}

/** Adds to the last text with the ID of the chunk. The steps of an answer use the same IDs again. */
function reduceText(state: AnswerState, chunk: UiChunk, type: 'text' | 'reasoning', isStart: boolean): void {
  const { id, delta, providerMetadata } = chunk
  const prefix = `${type} ${id} `
  const found = state.parts.filter(({ key }) => key.startsWith(prefix)).at(-1)
  const key = isStart || !found ? `${prefix}${state.parts.length}` : found.key
  put(state, type, key, {})
  grow(state, type, key, delta)
  const { text } = state.parts.find((part) => part.key === key) as { readonly text: string }
  mergeRaw(state, key, { type, text, ...(providerMetadata && { providerMetadata }) })
}

function reduceTool(state: AnswerState, chunk: UiChunk, id: string): void {
  const { type = '', toolName, input, output, errorText, providerExecuted, providerMetadata } = chunk
  const found = findCall(state, (call) => call.id === id)
  const key = found?.key ?? `tool ${id}`
  const isOutput = type.startsWith('tool-output-')
  put(state, 'tool-call', key, {
    id,
    ...(toolName !== undefined && { name: toolName }),
    ...((providerExecuted || isOutput) && { by: 'server' }),
    ...(input !== undefined && { arguments: toText(input) }),
    ...(isOutput && { result: output ?? errorText }),
    failed: errorText !== undefined || type === 'tool-output-denied',
  })
  grow(state, 'tool-call', key, chunk.inputTextDelta)
  const call = findCall(state, (each) => each.key === key)
  if (call && /^tool-(input-(available|error)|output)/.test(type)) finishCall(state, call)
  const phase = type.replace(/^tool-|input-start$/g, '') || 'input-streaming'
  if (chunk.inputTextDelta !== undefined) return
  const request = type === 'tool-approval-request'
  mergeRaw(state, key, {
    ...(toolName !== undefined && (chunk.dynamic ? { type: 'dynamic-tool', toolName } : { type: `tool-${toolName}` })),
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

function reduceData(state: AnswerState, { type = '', id, data }: UiChunk): void {
  const key = id === undefined ? `${state.parts.length}` : `${type} ${id}`
  put(state, 'other', key, { name: type, data })
  mergeRaw(state, key, { type, ...(id !== undefined && { id }), data })
}
