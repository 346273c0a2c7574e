import type { Message } from '../protocol/message.ts'
import type { Fold } from '../stream/folds/fold.ts'
import type {
  Answer,
  AnswerFormat,
  FilePart,
  Finish,
  OtherPart,
  Part,
  ReasoningPart,
  Source,
  TextPart,
  ToolCallPart,
  Usage,
} from './answer.ts'
import { isDone, parse, parseJson, untilEnd } from './until-end.ts'
import { isEqual } from './vendor-values.ts'

/** Copy of an answer that a message changes. */
export interface Draft {
  format: AnswerFormat
  id: string
  model: string
  finish: Finish | undefined
  usage: Usage | undefined
  readonly parts: Part[]
  readonly raw: unknown[]
  /** True once something has changed. */
  isChanged: boolean
}

const EMPTY_ANSWER: Answer = {
  format: '',
  id: '',
  model: '',
  parts: [],
  text: '',
  reasoning: '',
  refusal: '',
  toolCalls: [],
  finish: undefined,
  usage: undefined,
  raw: [],
}

/** Fields that a new part starts with. */
const NEW_PARTS = {
  text: { text: '', sources: [] },
  reasoning: { text: '', signature: undefined },
  refusal: { text: '' },
  'tool-call': {
    id: '',
    name: '',
    kind: 'function',
    arguments: '',
    json: undefined,
    done: false,
    by: 'client',
    result: undefined,
    failed: false,
  },
  file: { mediaType: '', url: '' },
  other: { name: '', data: undefined },
}

/** Changes the draft by a message of a format. */
export type Reduce<Json> = (draft: Draft, json: Json) => void

/**
 * Creates a fold whose state is the answer.
 *
 * @param refuse Returns the reason why a message cannot belong to this answer.
 */
export function answerFold<Json>(
  stateKey: string,
  reduce: Reduce<Json>,
  refuse?: (answer: Answer, json: Json) => string | false | undefined,
): Fold<Answer, Answer, Message> {
  function add(answer: Answer, { data }: Message): Answer {
    const draft = { ...answer, parts: [...answer.parts], raw: [...answer.raw], isChanged: false }
    const json = (parse(data) ?? {}) as Json
    if (isDone(data)) finish(draft)
    else if (!refuse?.(answer, json)) reduce(draft, json)
    return draft.isChanged ? derive(draft, answer) : answer
  }
  return {
    initial: (initialData) => initialData ?? EMPTY_ANSWER,
    add,
    addFinal: add,
    view: (answer) => answer,
    until: (message, answer) => untilEnd(message, (json) => answer && refuse?.(answer, json as Json)),
    isComplete: (answer) => answer.finish !== undefined,
    stateKey,
    restart: 'reset',
  }
}

/** Returns the answer with the fields that follow from its parts. To concatenate long texts copies nothing. */
function derive({ format, id, model, finish, usage, parts, raw }: Draft, { toolCalls }: Answer): Answer {
  const join = (type: Part['type']) =>
    parts.reduce((text, part) => (part.type === type ? text + (part as TextPart).text : text), '')
  const calls = parts.filter(
    (part): part is ToolCallPart =>
      part.type === 'tool-call' && part.by === 'client' && /^(function|custom)$/.test(part.kind),
  )
  const isSame = calls.length === toolCalls.length && calls.every((call) => toolCalls.includes(call))
  return {
    format,
    id,
    model,
    parts,
    text: join('text'),
    reasoning: join('reasoning'),
    refusal: join('refusal'),
    toolCalls: isSame ? toolCalls : calls,
    finish,
    usage,
    raw,
  }
}

/** Sets fields of the answer. Empty values change nothing: servers send them where they have nothing to say. */
export function set(
  draft: Draft,
  fields: {
    readonly [Name in 'format' | 'id' | 'model' | 'usage' | 'finish']?: Draft[Name] | null | undefined
  },
): void {
  for (const [name, value] of Object.entries(fields))
    if (value && !isEqual(draft[name as 'id'], value)) {
      draft[name as 'id'] = value as string
      draft.isChanged = true
    }
}

/** Largest number of blocks, or of elements that a server adds one by one. */
const MAX_PLACES = 10_000

/** Returns false for an index that would make a list too long to copy. Servers send indices, and a hostile one sends any. */
export function isPlace(index: number): boolean {
  return index >= 0 && index < MAX_PLACES
}

/** Sets a block to send back. */
export function setRaw(draft: Draft, index: number, block: unknown): void {
  if (!isPlace(index) || draft.raw[index] === block) return
  draft.raw[index] = block
  draft.isChanged = true
}

type FieldsOf<Type> = Partial<Omit<Type, 'type' | 'key'>>
type Fields = FieldsOf<TextPart> &
  FieldsOf<ReasoningPart> &
  FieldsOf<ToolCallPart> &
  FieldsOf<FilePart> &
  FieldsOf<OtherPart>

/** Sets fields of the part with this key, or adds it. A part that does not change stays the same object. */
export function put(draft: Draft, type: Part['type'], key: string, fields: Fields): void {
  const { parts } = draft
  const found = parts.findIndex((part) => part.key === key)
  const before = parts[found] ?? { type, key, ...NEW_PARTS[type] }
  const isChanged = Object.entries(fields).some(
    ([name, value]) => !isEqual((before as unknown as Record<string, unknown>)[name], value),
  )
  if (found >= 0 && !isChanged) return
  parts[found < 0 ? parts.length : found] = { ...before, ...fields } as Part
  draft.isChanged = true
}

/** Appends to the text of a part, or to the arguments of a call. An empty text changes nothing. */
export function grow(
  draft: Draft,
  type: 'text' | 'reasoning' | 'refusal' | 'tool-call',
  key: string,
  delta: unknown,
): void {
  if (typeof delta !== 'string' || !delta) return
  const name = type === 'tool-call' ? 'arguments' : 'text'
  const before = draft.parts.find((part) => part.key === key) as { readonly [name]?: string } | undefined
  put(draft, type, key, { [name]: (before?.[name] ?? '') + delta })
}

/** Returns the key of the last part if it has this type, else that of a new part. */
export function lastKey({ parts }: Draft, type: Part['type']): string {
  const last = parts.at(-1)
  return last?.type === type ? last.key : String(parts.length)
}

/** Returns the last call that passes the test. */
export function findCall({ parts }: Draft, test: (call: ToolCallPart) => boolean): ToolCallPart | undefined {
  return parts.filter((part): part is ToolCallPart => part.type === 'tool-call' && test(part)).at(-1)
}

/** Appends sources to the text with this key, or to the last text. */
export function addSources(draft: Draft, sources: readonly Source[], key?: string): void {
  const last = draft.parts.filter((part) => part.type === 'text' && part.key === (key ?? part.key)).at(-1) as
    | TextPart
    | undefined
  const isNew = (source: Source) => !last?.sources.some((other) => isEqual(other, source))
  if (last) put(draft, 'text', last.key, { sources: [...last.sources, ...sources.filter(isNew)] })
}

/** Ends the call with this key, if there is one: its arguments are complete. Returns their value. */
export function finishCall(draft: Draft, key: string): unknown {
  const call = findCall(draft, (each) => each.key === key)
  if (!call || call.done) return call?.json
  const json = call.arguments.trim() ? parseJson(call.arguments) : {}
  put(draft, 'tool-call', key, { done: true, json })
  return json
}

/** Sets the result of a call of the server: of the one with this ID, or of the last one. Returns false if there is none. */
export function setResult(draft: Draft, id: unknown, result: unknown, failed = false): boolean {
  const call = findCall(draft, (each) => (id ? each.id === id : each.by === 'server'))
  if (call) put(draft, 'tool-call', call.key, { result, failed })
  return !!call
}

/** Ends the calls that the server has not ended, and sets the reason why the answer ended. */
export function finish(draft: Draft, raw?: string | null, details?: unknown): void {
  const calls = draft.parts.filter((part) => part.type === 'tool-call')
  for (const { key } of calls) finishCall(draft, key)
  if (!raw) return
  const reason = REASONS.find(([, words]) => words.test(raw))?.[0] ?? 'other'
  const waits = calls.some(({ by }) => by === 'client')
  const refused = draft.parts.some(({ type }) => type === 'refusal')
  set(draft, {
    finish: {
      reason: reason !== 'stop' ? reason : waits ? 'tool-calls' : refused ? 'refusal' : reason,
      raw,
      ...(details != null && { details }),
    },
  })
}

/** The vendors' words for the end of an answer. Gemini's `MALFORMED_FUNCTION_CALL` and the like are failures. */
const REASONS: readonly (readonly [Finish['reason'], RegExp])[] = [
  ['tool-calls', /^(tool|function_call|requires_action)/i],
  ['filter', /filter|safety|recitation|block|prohibited|spii|toxic|sensitive/i],
  ['length', /length|max_|window|incomplete|budget/i],
  ['refusal', /refus/i],
  ['pause', /pause/i],
  ['stop', /^(stop|end|eos|complete|finish)/i],
]
