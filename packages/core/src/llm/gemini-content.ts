import {
  addSources,
  type Draft,
  findCall,
  finish,
  finishCall,
  grow,
  isPlace,
  lastKey,
  put,
  set,
  setRaw,
  setResult,
} from './answer-fold.ts'
import { parseJson } from './until-end.ts'
import { toFile, toSource, toText } from './vendor-values.ts'

/** The fields of a chunk of `streamGenerateContent` that are read. */
export interface ContentChunk {
  readonly responseId?: string
  readonly modelVersion?: string
  readonly candidates?: readonly Candidate[] | null
  readonly promptFeedback?: { readonly blockReason?: string } | null
  readonly usageMetadata?: RawUsage | null
}

interface Candidate {
  readonly index?: number
  readonly content?: { readonly parts?: readonly ContentPart[] | null } | null
  readonly finishReason?: string | null
  readonly finishMessage?: string | null
  readonly citationMetadata?: {
    readonly citations?: readonly object[]
    readonly citationSources?: readonly object[]
  }
  readonly groundingMetadata?: {
    readonly groundingChunks?: readonly { readonly [kind: string]: object }[] | null
  } | null
}

interface ContentPart {
  readonly text?: string
  readonly thought?: boolean
  readonly thoughtSignature?: string
  readonly inlineData?: { readonly mimeType?: string; readonly data?: string }
  readonly fileData?: { readonly mimeType?: string; readonly fileUri?: string }
  readonly functionCall?: FunctionCall
  readonly executableCode?: { readonly id?: string }
  readonly codeExecutionResult?: { readonly id?: string; readonly outcome?: string }
  readonly toolCall?: { readonly id?: string; readonly toolType?: string; readonly args?: object }
  readonly toolResponse?: { readonly id?: string; readonly response?: unknown }
}

interface FunctionCall {
  readonly id?: string
  readonly name?: string
  readonly args?: object | null
  readonly partialArgs?: readonly PartialArg[] | null
  readonly willContinue?: boolean
}

interface PartialArg {
  readonly jsonPath?: string
  readonly stringValue?: string
  readonly numberValue?: number
  readonly boolValue?: boolean
  readonly nullValue?: unknown
}

interface RawUsage {
  readonly [name: string]: unknown
  readonly totalTokenCount?: number
  readonly promptTokenCount?: number
  readonly toolUsePromptTokenCount?: number
  readonly candidatesTokenCount?: number
  readonly thoughtsTokenCount?: number
  readonly cachedContentTokenCount?: number
}

/** Adds a chunk. Reads the first candidate only. */
export function reduceContent(draft: Draft, chunk: ContentChunk): void {
  const { candidates, promptFeedback, usageMetadata: raw } = chunk
  if (!candidates && !promptFeedback && !raw) return
  set(draft, { format: 'gemini', id: chunk.responseId, model: chunk.modelVersion })
  const candidate = candidates?.find(({ index }) => !index)
  for (const part of candidate?.content?.parts ?? []) {
    reducePart(draft, part)
    addRaw(draft, part)
  }
  const { citationMetadata, groundingMetadata, finishReason, finishMessage } = candidate ?? {}
  addSources(draft, [
    ...(citationMetadata?.citations ?? citationMetadata?.citationSources ?? []).map(toSource),
    ...(groundingMetadata?.groundingChunks ?? []).map((each) => toSource(Object.values(each)[0] ?? {})),
  ])
  // Vertex sends the kind of traffic as usage, long before the counts.
  if (raw?.totalTokenCount !== undefined)
    set(draft, {
      usage: {
        input: (raw.promptTokenCount ?? 0) + (raw.toolUsePromptTokenCount ?? 0),
        output: (raw.candidatesTokenCount ?? 0) + (raw.thoughtsTokenCount ?? 0),
        cached: raw.cachedContentTokenCount,
        reasoning: raw.thoughtsTokenCount,
        raw,
      },
    })
  const reason = finishReason ?? promptFeedback?.blockReason
  if (reason) finish(draft, reason, finishMessage ?? promptFeedback)
}

function reducePart(draft: Draft, part: ContentPart): void {
  const { text, thought, thoughtSignature, functionCall, inlineData, fileData } = part
  const { executableCode, codeExecutionResult, toolCall, toolResponse } = part
  const key = String(draft.parts.length)
  const type = thought ? 'reasoning' : 'text'
  const serverCall = (name: string, id: string | undefined, kind: string, json: object) =>
    put(draft, 'tool-call', key, {
      id: id ?? '',
      name,
      kind,
      by: 'server',
      arguments: toText(json),
      json,
      done: true,
    })
  if (text !== undefined) {
    grow(draft, type, lastKey(draft, type), text)
    if (thoughtSignature && thought) put(draft, type, lastKey(draft, type), { signature: thoughtSignature })
  } else if (functionCall) reduceCall(draft, functionCall)
  else if (executableCode) serverCall('code_execution', executableCode.id, 'executableCode', executableCode)
  else if (codeExecutionResult)
    setResult(
      draft,
      codeExecutionResult.id,
      codeExecutionResult,
      codeExecutionResult.outcome !== 'OUTCOME_OK',
    )
  else if (toolCall) serverCall(toolCall.toolType ?? '', toolCall.id, 'toolCall', toolCall.args ?? {})
  else if (toolResponse) setResult(draft, toolResponse.id, toolResponse.response ?? {})
  else if (inlineData ?? fileData) {
    const { mimeType = '' } = inlineData ?? fileData ?? {}
    put(draft, 'file', key, toFile(mimeType, inlineData?.data, fileData?.fileUri))
  } else put(draft, 'other', key, { name: Object.keys(part)[0] ?? '', data: part })
}

/** Adds a call. Its arguments come at once, or value by value with `willContinue`. */
function reduceCall(draft: Draft, { id = '', name, args, partialArgs, willContinue }: FunctionCall): void {
  const open = findCall(draft, (call) => call.by === 'client' && !call.done)
  const key = name || !open ? String(draft.parts.length) : open.key
  const before = key === open?.key ? open : undefined
  const values = (args ?? parseJson(before?.arguments ?? '') ?? {}) as object
  for (const each of partialArgs ?? []) setValue(values, each)
  if (name || before) put(draft, 'tool-call', key, { ...(name && { id, name }), arguments: toText(values) })
  if (!willContinue) finishCall(draft, key)
}

/** Sets the value at a path such as `$.list[0]['a name']`, or appends to the text that is there. */
function setValue(root: object, { jsonPath = '', stringValue, numberValue, boolValue }: PartialArg): void {
  const path = jsonPath.match(/[^$.[\]'"]+/g) ?? []
  const value = stringValue ?? numberValue ?? boolValue ?? null
  let node = root as Record<string, unknown>
  for (const [at, name] of path.entries()) {
    const next = path[at + 1]
    if (Array.isArray(node) && !isPlace(Number(name))) return
    // Only own properties: a path may name `constructor`.
    const before = Object.hasOwn(node, name) ? node[name] : undefined
    const text = typeof before === 'string' ? before : ''
    node[name] =
      next === undefined
        ? typeof value === 'string'
          ? text + value
          : value
        : Object(before ?? (/^\d+$/.test(next) && isPlace(Number(next)) ? [] : {}))
    node = node[name] as typeof node
  }
}

/** Adds a part to send back. Text grows, but a part with a signature stays apart, as the vendor demands. */
function addRaw(draft: Draft, part: ContentPart): void {
  const at = draft.raw.length
  const last = draft.raw[at - 1] as ContentPart | undefined
  const { text, thought, thoughtSignature, functionCall } = part
  // The rest of a call that comes in pieces has no name.
  if (functionCall && !functionCall.name) return
  const isSame = text !== undefined && last?.text !== undefined && !last.thought === !thought
  if (isSame && !last.thoughtSignature && !thoughtSignature)
    setRaw(draft, at - 1, { ...last, text: last.text + text })
  else setRaw(draft, at, part)
}
