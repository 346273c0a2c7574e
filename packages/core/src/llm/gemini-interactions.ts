import {
  addSources,
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
export function reduceInteraction(state: AnswerState, event: InteractionEvent): void {
  const { event_type, index = 0, delta, interaction, step = event.content } = event
  if (!event_type) return
  set(state, { format: 'gemini-interactions', id: interaction?.id, model: interaction?.model })
  if (step) {
    setRaw(state, index, step)
    reduceStep(state, index, step)
  }
  if (delta) {
    setRaw(state, index, mergeStep(state.raw[index] as Step | undefined, delta))
    reduceStep(state, index, delta)
  }
  if (event_type.endsWith('.stop')) endStep(state, index)
  const raw = interaction?.usage
  if (raw)
    set(state, {
      usage: {
        input: (raw.total_input_tokens ?? 0) + (raw.total_tool_use_tokens ?? 0),
        output: (raw.total_output_tokens ?? 0) + (raw.total_thought_tokens ?? 0),
        cached: raw.total_cached_tokens,
        reasoning: raw.total_thought_tokens,
        raw,
      },
    })
  const status = interaction?.status ?? event.status ?? 'queued'
  if (!/^(in_progress|queued)$/.test(status)) finish(state, status)
}

function reduceStep(state: AnswerState, index: number, step: Step): void {
  const { type = '', text, content, summary, signature, annotations, mime_type, data, uri, result } = step
  const key = `${index}`
  if (/^text/.test(type)) {
    grow(state, 'text', `${key}.text`, text)
    addSources(state, (annotations ?? []).map(toSource), `${key}.text`)
  } else if (/^thought/.test(type)) {
    for (const each of summary ?? [content as Step | undefined]) grow(state, 'reasoning', key, each?.text)
    if (signature && state.parts.some((part) => part.key === key)) put(state, 'reasoning', key, { signature })
  } else if (/_result$/.test(type)) {
    const call = findCall(state, (each) => each.by === 'server' && (!step.call_id || each.id === step.call_id))
    if (call && result != null) put(state, 'tool-call', call.key, { result, failed: step.is_error === true })
  } else if (/_call$/.test(type)) putCall(state, key, step)
  else if (type === 'arguments_delta') grow(state, 'tool-call', key, step.arguments)
  else if (mime_type) put(state, 'file', `${key}.${state.parts.length}`, toFile(mime_type, data, uri))
  else for (const each of Array.isArray(content) ? (content as readonly Step[]) : []) reduceStep(state, index, each)
}

function putCall(state: AnswerState, key: string, { type = '', id, name, arguments: given }: Step): void {
  const text = Object.keys(given ?? {}).length > 0 ? toText(given) : ''
  const isOwn = type === 'function_call'
  put(state, 'tool-call', key, {
    ...(id && { id }),
    name: name ?? type,
    kind: isOwn ? 'function' : type,
    by: isOwn ? 'client' : 'server',
    ...(text && { arguments: text }),
  })
}

/** Ends a step: the arguments of a call are complete. */
function endStep(state: AnswerState, index: number): void {
  const call = findCall(state, ({ key }) => key === `${index}`)
  if (!call) return
  finishCall(state, call)
  const { json } = state.parts.find(({ key }) => key === call.key) as typeof call
  setRaw(state, index, { ...(state.raw[index] as Step), arguments: json })
}

/** Merges a delta into the step that is sent back. */
function mergeStep(step: Step = {}, delta: Step): Step {
  const { type = '', ...fields } = delta
  if (type === 'arguments_delta') return step
  if (/_(call|result)$/.test(type) || type === 'thought_signature') return { ...step, ...fields }
  const name = type === 'thought_summary' ? 'summary' : 'content'
  const block = type === 'thought_summary' ? (delta.content as Step | undefined) : delta
  const blocks = (step[name] ?? []) as readonly Step[]
  const last = blocks.at(-1)
  if (!block) return step
  if (/^text_/.test(type)) return { ...step, content: [...blocks.slice(0, -1), { ...last, annotations: delta.annotations ?? [] }] }
  return last?.type === 'text' && block.type === 'text'
    ? { ...step, [name]: [...blocks.slice(0, -1), { ...last, text: `${last.text}${block.text}` }] }
    : { ...step, [name]: [...blocks, block] }
}
