import { type Draft, finish, finishCall, put, set, setRaw, setResult } from './answer-fold.ts'
import { toFile, toSource, toText } from './vendor-values.ts'

/** The fields of an event of the Interactions API that are read. */
export interface InteractionEvent {
  readonly event_type?: string
  readonly index?: number
  readonly status?: string
  readonly step?: Step
  /** Name of a step in an older revision. */
  readonly content?: Step
  readonly delta?: Step
  readonly interaction?: {
    readonly id?: string
    readonly model?: string
    readonly status?: string
    readonly usage?: RawUsage | null
  }
}

/** Step, part of a step, or a delta. Which fields it has depends on its type. */
interface Step {
  readonly type?: string
  readonly text?: string
  readonly content?: Step | readonly Step[] | null
  readonly summary?: readonly Step[] | null
  readonly signature?: string
  readonly annotations?: readonly object[] | null
  readonly id?: string
  readonly call_id?: string
  readonly name?: string
  readonly arguments?: unknown
  readonly result?: unknown
  readonly is_error?: boolean
  readonly mime_type?: string
  readonly data?: string
  readonly uri?: string
}

interface RawUsage {
  readonly [name: string]: unknown
  readonly total_input_tokens?: number
  readonly total_tool_use_tokens?: number
  readonly total_output_tokens?: number
  readonly total_thought_tokens?: number
  readonly total_cached_tokens?: number
}

/** Adds an event. */
export function reduceInteraction(draft: Draft, event: InteractionEvent): void {
  const { event_type, index = 0, delta, interaction, step = event.content } = event
  if (!event_type) return
  set(draft, { format: 'gemini-interactions', id: interaction?.id, model: interaction?.model })
  if (step) putStep(draft, index, step)
  if (delta) putStep(draft, index, mergeStep(draft.raw[index] as Step | undefined, delta))
  if (event_type.endsWith('.stop')) endStep(draft, index)
  const raw = interaction?.usage
  if (raw)
    set(draft, {
      usage: {
        input: (raw.total_input_tokens ?? 0) + (raw.total_tool_use_tokens ?? 0),
        output: (raw.total_output_tokens ?? 0) + (raw.total_thought_tokens ?? 0),
        cached: raw.total_cached_tokens,
        reasoning: raw.total_thought_tokens,
        raw,
      },
    })
  const status = interaction?.status ?? event.status ?? 'queued'
  if (!/^(in_progress|queued)$/.test(status)) finish(draft, status)
}

function putStep(draft: Draft, index: number, step: Step): void {
  const { type = '', summary, signature, call_id, result } = step
  setRaw(draft, index, step)
  const key = `${index}`
  if (type === 'thought') {
    const text = (summary ?? []).map((each) => each.text ?? '').join('')
    if (text) put(draft, 'reasoning', key, { text, signature })
  } else if (type.endsWith('_result')) {
    setResult(draft, call_id, result, step.is_error === true)
  } else if (type.endsWith('_call')) putCall(draft, key, step)
  // In an older revision, a text is a step of its own.
  else
    for (const [at, block] of (type === 'model_output' ? blocksOf(step.content) : [step]).entries())
      putBlock(draft, `${key}.${at}`, block)
}

const blocksOf = (blocks: Step['content']) => (Array.isArray(blocks) ? (blocks as readonly Step[]) : [])

function putBlock(draft: Draft, key: string, { text, annotations, mime_type, data, uri }: Step): void {
  if (text) put(draft, 'text', key, { text, sources: (annotations ?? []).map(toSource) })
  if (mime_type) put(draft, 'file', key, toFile(mime_type, data, uri))
}

function putCall(draft: Draft, key: string, { type = '', id, name, arguments: given }: Step): void {
  // The empty arguments of a start are a place for the deltas.
  const text = Object.keys(given ?? {}).length > 0 ? toText(given) : ''
  const isOwn = type === 'function_call'
  put(draft, 'tool-call', key, {
    ...(id && { id }),
    name: name ?? type,
    kind: isOwn ? 'function' : type,
    by: isOwn ? 'client' : 'server',
    ...(text && { arguments: text }),
  })
}

/** Ends a step: the arguments of a call are complete. */
function endStep(draft: Draft, index: number): void {
  const step = draft.raw[index] as Step | undefined
  if (!step?.type?.endsWith('_call')) return
  setRaw(draft, index, { ...step, arguments: finishCall(draft, `${index}`) ?? {} })
}

/** Returns the step after a delta. Text grows, in the step or in the last block of its list. */
function mergeStep(step: Step = {}, delta: Step): Step {
  const { type = '', ...fields } = delta
  if (type === 'arguments_delta')
    return {
      ...step,
      arguments: toText(typeof step.arguments === 'string' ? step.arguments : '') + toText(delta.arguments),
    }
  const isText = type.startsWith('text')
  if (step.type === 'model_output' || type === 'thought_summary') {
    const list = type === 'thought_summary' ? 'summary' : 'content'
    const block = (list === 'summary' ? delta.content : delta) as Step | undefined
    const blocks = blocksOf(step[list])
    const last = blocks.at(-1)
    if (!block) return step
    const isSame = last?.type === 'text' && (isText || block.type === 'text')
    return { ...step, [list]: isSame ? [...blocks.slice(0, -1), mergeText(last, block)] : [...blocks, block] }
  }
  return isText
    ? mergeText(step, delta)
    : { ...step, ...fields, type: type === 'thought_signature' ? 'thought' : type }
}

const mergeText = (before: Step, { text = '', annotations }: Step): Step => ({
  ...before,
  text: (before.text ?? '') + text,
  ...(annotations && { annotations: [...(before.annotations ?? []), ...annotations] }),
})
