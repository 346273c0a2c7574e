import {
  type AnswerState,
  addSources,
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
import { type RawUsage, toUsage } from './openai-usage.ts'

/** The fields of an event of the Responses API that are read. */
export interface ResponseEvent {
  readonly type?: string
  readonly output_index?: number
  readonly content_index?: number
  readonly summary_index?: number
  readonly item?: Item
  readonly part?: Content
  readonly delta?: unknown
  readonly text?: string
  readonly refusal?: string
  readonly arguments?: string
  readonly input?: string
  readonly code?: string
  readonly annotation?: object
  readonly partial_image_b64?: string
  readonly output_format?: string
  readonly response?: {
    readonly id?: string
    readonly model?: string
    readonly status?: string
    readonly incomplete_details?: { readonly reason?: string } | null
    readonly output?: readonly Item[] | null
    readonly usage?: RawUsage | null
  }
}

interface Content {
  readonly type?: string
  readonly text?: string
  readonly refusal?: string
  readonly annotations?: readonly object[] | null
}

/** Item of the output. Which fields it has depends on its type. */
interface Item {
  readonly type?: string
  readonly id?: string | null
  readonly call_id?: string | null
  readonly name?: string
  readonly content?: readonly Content[] | null
  readonly summary?: readonly Content[] | null
  readonly encrypted_content?: string | null
  readonly arguments?: unknown
  readonly input?: unknown
  readonly code?: unknown
  readonly action?: unknown
  readonly operation?: unknown
  readonly queries?: unknown
  readonly output?: unknown
  readonly outputs?: unknown
  readonly results?: unknown
  readonly result?: unknown
  readonly tools?: unknown
  readonly error?: unknown
  readonly status?: string
  readonly execution?: string
  readonly environment?: { readonly type?: string } | null
  readonly output_format?: string
}

/** Adds an event. The items of the last event replace what the deltas have built, as they do in the vendor's client. */
export function reduceResponse(state: AnswerState, event: ResponseEvent): void {
  const { type = '', output_index = 0, item, part, response } = event
  if (!type.startsWith('response.')) return
  set(state, { format: 'openai-responses', id: response?.id, model: response?.model })
  if (item) return reduceItem(state, output_index, item, type.endsWith('.done'))
  const { summary_index, content_index = 0 } = event
  const isSummary = summary_index !== undefined || type.includes('summary')
  const key = `${output_index}.${isSummary ? `s${summary_index ?? 0}` : content_index}`
  if (part) return putContent(state, key, part)
  if (event.annotation) return addSources(state, [toSource(event.annotation)], key)
  if (event.partial_image_b64) return putImage(state, output_index, event, event.partial_image_b64)
  const [, field, end] = FIELDS.exec(type) ?? []
  if (end) return reduceText(state, event, field as keyof ResponseEvent, end === 'done', key)
  // A response in progress has a status, too.
  if (!response || !/complete/.test(type)) return
  for (const [index, each] of (response.output ?? []).entries()) {
    const known = state.raw.findIndex((block) => each.id && (block as Item | undefined)?.id === each.id)
    reduceItem(state, known < 0 ? index : known, each, true)
  }
  set(state, { usage: toUsage(response.usage) })
  const { incomplete_details } = response
  finish(state, incomplete_details?.reason ?? response.status, incomplete_details)
}

/** The fields that grow, in the names of their events: `response.function_call_arguments.delta`. */
const FIELDS = /(text|refusal|reasoning|summary|arguments|input|code)\.(delta|done)$/

/** Appends a delta, or replaces the deltas with the whole, which is all that some servers send. */
function reduceText(
  state: AnswerState,
  { type = '', output_index = 0, ...event }: ResponseEvent,
  field: keyof ResponseEvent,
  isWhole: boolean,
  textKey: string,
): void {
  const isCall = /arguments|input|code/.test(field)
  const key = isCall ? `${output_index}` : textKey
  const part = isCall ? 'tool-call' : type.includes('reasoning') ? 'reasoning' : field === 'refusal' ? field : 'text'
  const whole = (event as ResponseEvent)[field] ?? event.text
  // Arguments of an unknown item have no name.
  if (isCall && !state.parts.some((each) => each.key === key)) return
  if (!isWhole) grow(state, part, key, event.delta)
  else if (typeof whole === 'string') put(state, part, key, { [isCall ? 'arguments' : 'text']: whole })
}

function putContent(state: AnswerState, key: string, { type = '', text, refusal, annotations }: Content): void {
  if (refusal != null) put(state, 'refusal', key, { text: refusal })
  else if (/reasoning|summary/.test(type)) put(state, 'reasoning', key, { text: text ?? '' })
  else if (text != null) put(state, 'text', key, { text })
  if (annotations?.length) addSources(state, annotations.map(toSource), key)
}

function putImage(state: AnswerState, index: number, { output_format }: Item, data: string): void {
  put(state, 'file', `${index}.file`, toFile(`image/${output_format ?? 'png'}`, data))
}

/** Adds an item. When it is added it is empty, or complete from some servers; when it is done it is complete. */
function reduceItem(state: AnswerState, index: number, item: Item, isDone: boolean): void {
  const { type = '', content, summary, encrypted_content, call_id } = item
  for (const [at, each] of (summary ?? []).entries()) putContent(state, `${index}.s${at}`, { ...each, type: 'summary' })
  for (const [at, each] of (content ?? []).entries()) putContent(state, `${index}.${at}`, each)
  const reasoning = state.parts.filter((part) => part.type === 'reasoning' && part.key.startsWith(`${index}.`)).at(-1)
  if (encrypted_content && reasoning) put(state, 'reasoning', reasoning.key, { signature: encrypted_content })
  if (CALL.test(type)) reduceCall(state, index, item, isDone)
  else if (type.endsWith('_output')) {
    const call = findCall(state, ({ id, by }) => (call_id ? id === call_id : by === 'server'))
    const result = item.output ?? item.result ?? item.tools
    if (call && result != null) put(state, 'tool-call', call.key, { result })
  } else if (!/^(message|reasoning)$/.test(type)) put(state, 'other', `${index}`, { name: type, data: item })
  if (isDone) setRaw(state, index, item)
}

const CALL = /_call$|^mcp_approval_request$|^program$/

function reduceCall(state: AnswerState, index: number, item: Item, isDone: boolean): void {
  const { type = '', name = type, result, error } = item
  const key = `${index}`
  const isImage = type === 'image_generation_call'
  const text = toText(
    item.arguments ?? item.input ?? item.code ?? item.action ?? item.operation ?? item.queries,
  )
  const output = item.output ?? item.outputs ?? item.results ?? error ?? (isImage ? undefined : result)
  put(state, 'tool-call', key, {
    id: item.call_id ?? item.id ?? '',
    name,
    kind: KINDS[type] ?? type,
    by: isByClient(item) ? 'client' : 'server',
    ...(text && { arguments: text }),
    ...(output != null && { result: output }),
    failed: error != null || item.status === 'failed',
  })
  if (isImage && typeof result === 'string') putImage(state, index, item, result)
  const call = isDone && findCall(state, (each) => each.key === key)
  if (call) finishCall(state, call)
}

const KINDS: { readonly [type: string]: string } = { function_call: 'function', custom_tool_call: 'custom' }

/** Returns true if the client runs the tool. xAI names the calls of its own search like custom tools. */
function isByClient({ type = '', name = '', execution, environment }: Item): boolean {
  if (type === 'custom_tool_call') return !/^(x_\w+_(search|fetch)|view_(image|x_video))$/.test(name)
  if (type === 'shell_call') return !environment?.type?.startsWith('container')
  return execution === 'client' || /^(function_call|local_shell_call|apply_patch_call|computer_call|mcp_approval_request)$/.test(type)
}
