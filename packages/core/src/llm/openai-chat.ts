import { addSources, type Draft, findCall, finish, grow, lastKey, put, set, setRaw } from './answer-fold.ts'
import { type RawUsage, toUsage } from './openai-usage.ts'
import { toSource, toText } from './vendor-values.ts'

/** The fields of a chunk of chat completions and of completions that are read, in all dialects. */
export interface ChatChunk {
  readonly id?: string
  readonly object?: string
  readonly model?: string
  /** Null or missing, from some servers, in the chunk that has the usage. */
  readonly choices?: readonly Choice[] | null
  readonly usage?: RawUsage | null
  /** Groq's place for the usage. */
  readonly x_groq?: { readonly usage?: RawUsage | null } | null
  /** Perplexity's sources, complete in each chunk. */
  readonly citations?: readonly string[] | null
  readonly search_results?: readonly object[] | null
}

interface Choice {
  readonly index?: number
  readonly text?: string
  readonly finish_reason?: string | null
  readonly native_finish_reason?: string | null
  readonly stop_reason?: unknown
  readonly delta?: ChatDelta | null
  /** Moonshot's place for the usage. */
  readonly usage?: RawUsage | null
}

interface ChatDelta {
  /** Mistral sends a list of blocks. */
  readonly content?: string | readonly Block[] | null
  readonly refusal?: string | null
  readonly reasoning_content?: string | null
  readonly reasoning?: string | null
  /** OpenRouter's blocks, which it wants back. */
  readonly reasoning_details?: readonly Block[] | null
  readonly annotations?: readonly { readonly url_citation?: object }[] | null
  /** Images that OpenRouter's models create. */
  readonly images?: readonly Block[] | null
  readonly tool_calls?: ChatToolCall[] | ChatToolCall | null
  readonly function_call?: ChatToolCall['function'] | null
  /** Tools that Groq runs. */
  readonly executed_tools?: readonly ExecutedTool[] | null
}

interface Block {
  readonly type?: string
  readonly index?: number
  readonly text?: string
  readonly summary?: string
  readonly thinking?: string | readonly Block[]
  readonly signature?: string | null
  readonly data?: string
  readonly image_url?: { readonly url?: string }
}

interface ChatToolCall {
  readonly index?: number
  readonly id?: string | null
  readonly type?: string
  readonly function?: { readonly name?: string | null; readonly arguments?: unknown } | null
  readonly custom?: { readonly name?: string; readonly input?: string } | null
}

interface ExecutedTool {
  readonly index?: number
  readonly type?: string
  readonly arguments?: string
  readonly output?: unknown
}

/** Adds a chunk. Reads the first choice only. */
export function reduceChat(draft: Draft, chunk: ChatChunk): void {
  const { id, model, choices, citations, search_results } = chunk
  const choice = choices?.find(({ index }) => !index)
  const { delta, text, finish_reason } = choice ?? {}
  if (choices) set(draft, { format: text == null ? draft.format || 'openai-chat' : 'openai-completions' })
  set(draft, { id, model })
  grow(draft, 'text', lastKey(draft, 'text'), text)
  if (delta) reduceDelta(draft, delta)
  const sources = search_results ?? citations?.map((url) => ({ url })) ?? []
  addSources(draft, sources.map(toSource))
  set(draft, { usage: toUsage(chunk.usage ?? chunk.x_groq?.usage ?? choice?.usage) })
  if (finish_reason) finish(draft, finish_reason, choice?.native_finish_reason ?? choice?.stop_reason)
}

function reduceDelta(draft: Draft, delta: ChatDelta): void {
  const { content, reasoning_details, annotations, images, tool_calls, function_call } = delta
  const details = reasoning_details ?? []
  // Servers use either of two names, and some send both with the same text, or a third time in blocks.
  const reasoning = delta.reasoning_content || delta.reasoning || details.map(textOf).join('')
  grow(draft, 'reasoning', lastKey(draft, 'reasoning'), reasoning)
  for (const { signature } of details)
    if (signature) put(draft, 'reasoning', lastKey(draft, 'reasoning'), { signature })
  for (const block of typeof content === 'string' ? [{ text: content }] : (content ?? [])) {
    const type = block.thinking ? 'reasoning' : 'text'
    grow(draft, type, lastKey(draft, type), textOf(block))
  }
  grow(draft, 'refusal', lastKey(draft, 'refusal'), delta.refusal)
  addSources(
    draft,
    (annotations ?? []).map(({ url_citation, ...rest }) => toSource(url_citation ?? rest)),
  )
  for (const { image_url: { url = '' } = {} } of images ?? []) {
    const mediaType = /^data:([^;,]+)/.exec(url)?.[1] ?? 'image/png'
    put(draft, 'file', String(draft.parts.length), { mediaType, url })
  }
  // Some servers send a call instead of a list.
  for (const call of [tool_calls ?? []].flat()) reduceCall(draft, call)
  if (function_call) reduceCall(draft, { function: function_call })
  for (const { index = 0, type = '', output, ...call } of delta.executed_tools ?? [])
    put(draft, 'tool-call', `executed ${index}`, {
      name: type,
      kind: 'executed_tool',
      arguments: call.arguments ?? '',
      by: 'server',
      result: output ?? undefined,
    })
  setRaw(draft, 0, mergeMessage(draft.raw[0], delta))
}

const textOf = ({ text, summary, thinking }: Block): string =>
  text ?? summary ?? (typeof thinking === 'string' ? thinking : (thinking ?? []).map(textOf).join(''))

function reduceCall(draft: Draft, { index, id, type, custom, ...rest }: ChatToolCall): void {
  const { name, arguments: text = custom?.input } = rest.function ?? { name: custom?.name }
  const before = findCall(draft, (call) =>
    index === undefined ? !id || call.id === id : call.key.startsWith(`${index}.`),
  )
  // Ollama sends the index 0 for each call, and Mistral none. Some servers repeat the ID and the name in each chunk.
  const isNew = name && (!before || (id ? before.id !== '' && before.id !== id : index === undefined))
  const key = isNew ? `${index ?? ''}.${draft.parts.length}` : before?.key
  // Without a known call, these are the arguments of a tool that the server runs.
  if (key === undefined) return
  put(draft, 'tool-call', key, {
    ...(isNew && { name, kind: custom ? 'custom' : (type ?? 'function') }),
    ...(id && (isNew || !before?.id) && { id }),
  })
  grow(draft, 'tool-call', key, toText(text))
}

/** The fields of a message that are sent back. {@link appendAnswer} adds the calls. */
const KEPT = ['content', 'refusal', 'reasoning_content', 'reasoning', 'reasoning_details'] as const

/** Returns the message after a delta. Text grows, and so do lists of blocks. */
function mergeMessage(before: unknown, delta: ChatDelta): unknown {
  let message = before as Record<string, unknown> | undefined
  for (const name of KEPT) {
    const value = delta[name]
    const old = message?.[name] ?? ''
    if (!value?.length) continue
    const merged = typeof value === 'string' ? toText(old) + value : [...(old as readonly Block[]), ...value]
    message = { role: 'assistant', ...message, [name]: merged }
  }
  return message
}
