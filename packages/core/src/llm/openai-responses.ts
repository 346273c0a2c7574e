import { type Draft, finish, finishCall, isPlace, put, set, setRaw, setResult } from './answer-fold.ts'
import { type RawUsage, toUsage } from './openai-usage.ts'
import { toFile, toSource, toText } from './vendor-values.ts'

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
  readonly text?: string | null
  readonly refusal?: string | null
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
  readonly role?: string
  readonly execution?: string
  readonly environment?: { readonly type?: string } | null
  readonly output_format?: string
}

/** Adds an event. The items of the last event replace what the deltas have built, as they do in the vendor's client. */
export function reduceResponse(draft: Draft, event: ResponseEvent): void {
  const { type = '', output_index = 0, item, response } = event
  if (!type.startsWith('response.')) return
  set(draft, { format: 'openai-responses', id: response?.id, model: response?.model })
  if (item) return putItem(draft, output_index, item, type.endsWith('.done'))
  // A response in progress has a status, too.
  if (!response || !/complete/.test(type)) {
    const merged = mergeEvent(draft.raw[output_index] as Item | undefined, event)
    return merged && putItem(draft, output_index, merged)
  }
  const { output, usage, incomplete_details, status } = response
  for (const [index, each] of (output ?? []).entries()) {
    const known = draft.raw.findIndex((block) => each.id && (block as Item | undefined)?.id === each.id)
    putItem(draft, known < 0 ? index : known, each, true)
  }
  set(draft, { usage: toUsage(usage) })
  finish(draft, incomplete_details?.reason ?? status, incomplete_details)
}

/** The fields that grow, in the names of their events: `response.function_call_arguments.delta`. */
const FIELDS = /(text|refusal|arguments|input|code)\.(delta|done)$/

/** Returns the item after an event about a part of it. The event has a delta, or the whole, which is all that some servers send. */
function mergeEvent(before: Item | undefined, event: ResponseEvent): Item | undefined {
  const { type = '', summary_index, content_index = 0, part, annotation, delta, partial_image_b64 } = event
  const [, field = '', end] = FIELDS.exec(type) ?? []
  const isOwn = /arguments|input|code/.test(field)
  const at = summary_index ?? content_index
  // Arguments of an unknown item have no name.
  if ((isOwn && !before) || !isPlace(at)) return undefined
  if (partial_image_b64) return { ...before, result: partial_image_b64 }
  const kind = type.includes('reasoning') ? 'reasoning' : 'message'
  const item: Item = before ?? { type: kind, role: 'assistant' }
  const list = type.includes('summary') ? 'summary' : 'content'
  const target = (isOwn ? item : (item[list]?.[at] ?? { type: `${kind}_text` })) as Content
  const whole = event[field as 'text']
  const old = target[field as 'text']
  const fields =
    part ??
    (annotation && { annotations: [...(target.annotations ?? []), annotation] }) ??
    (end === 'delta' ? { [field]: toText(old) + toText(delta) } : whole != null && { [field]: whole })
  if (!fields) return undefined
  const changed = { ...target, ...fields }
  return isOwn ? changed : { ...item, [list]: Object.assign([...(item[list] ?? [])], { [at]: changed }) }
}

/** Adds an item. When it is added it is empty, or complete from some servers; when it is done it is complete. */
function putItem(draft: Draft, index: number, item: Item, isDone?: boolean): void {
  const { type = '', content, summary, encrypted_content: signature, call_id, output, result, tools } = item
  setRaw(draft, index, item)
  const putContent = (each: Content | undefined, key: string) => {
    const part = each?.refusal != null ? 'refusal' : type === 'reasoning' ? type : 'text'
    const text = each?.refusal ?? each?.text
    if (text == null) return
    put(draft, part, key, { text, ...(signature && { signature }) })
    if (each?.annotations?.length) put(draft, part, key, { sources: each.annotations.map(toSource) })
  }
  for (const [at, each] of (summary ?? []).entries()) putContent(each, `${index}.s${at}`)
  for (const [at, each] of (content ?? []).entries()) putContent(each, `${index}.${at}`)
  if (CALL.test(type)) putCall(draft, index, item, isDone)
  else if (type.endsWith('_output')) setResult(draft, call_id, output ?? result ?? tools)
  else if (!/^(message|reasoning)$/.test(type)) put(draft, 'other', `${index}`, { name: type, data: item })
}

const CALL = /_call$|^mcp_approval_request$|^program$/

function putCall(draft: Draft, index: number, item: Item, isDone?: boolean): void {
  const { type = '', name = type, result, error, output_format = 'png' } = item
  const key = `${index}`
  const text = toText(
    item.arguments ?? item.input ?? item.code ?? item.action ?? item.operation ?? item.queries,
  )
  const output = item.output ?? item.outputs ?? item.results ?? error
  put(draft, 'tool-call', key, {
    id: item.call_id ?? item.id ?? '',
    name,
    kind: KINDS[type] ?? type,
    by: isByClient(item) ? 'client' : 'server',
    ...(text && { arguments: text }),
    ...(output != null && { result: output }),
    failed: error != null || item.status === 'failed',
  })
  if (typeof result === 'string')
    put(draft, 'file', `${index}.file`, toFile(`image/${output_format}`, result))
  if (isDone) finishCall(draft, key)
}

const KINDS: { readonly [type: string]: string } = { function_call: 'function', custom_tool_call: 'custom' }

/** Returns true if the client runs the tool. xAI names the calls of its own search like custom tools. */
function isByClient({ type = '', name = '', execution, environment }: Item): boolean {
  if (type === 'custom_tool_call') return !/^(x_\w+_(search|fetch)|view_(image|x_video))$/.test(name)
  if (type === 'shell_call') return !environment?.type?.startsWith('container')
  return (
    execution === 'client' ||
    /^(function_call|local_shell_call|apply_patch_call|computer_call|mcp_approval_request)$/.test(type)
  )
}
