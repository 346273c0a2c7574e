import type { Fold } from '../stream/folds/fold.ts'
import type { Message } from '../protocol/message.ts'
import { untilEnd } from './until-end.ts'

/** A tool call that the model requests. */
export interface ToolCall {
  /** Position in the answer, as the server counts. Unique within an answer. */
  readonly index: number
  /** ID to send back with the result of the call; `''` until the server has sent it. */
  readonly id: string
  /** Name of the tool. */
  readonly name: string
  /** JSON of the arguments received so far; parse it once `finishReason` is set. `''` can stand for no arguments. */
  readonly arguments: string
}

/** Token counts of an answer. */
export interface Usage {
  /** Tokens of the request, as the server counts them; 0 if the server does not say. */
  readonly inputTokens: number
  /** Tokens of the answer, as the server counts them; 0 if the server does not say. */
  readonly outputTokens: number
  /** The usage object of the server, unchanged. */
  readonly raw: { readonly [name: string]: unknown }
}

/** A model's answer, as far as it has been received. Immutable: each change creates a new object. */
export interface Answer {
  /** The server's ID of the answer; `''` until the server has sent it. */
  readonly id: string
  readonly text: string
  /** Reasoning of the model; `''` if the server does not send any. */
  readonly reasoning: string
  /** Refusal of the model, if the server sends it apart from `text`; otherwise `''`. */
  readonly refusal: string
  readonly toolCalls: readonly ToolCall[]
  /** Reason why the model stopped, in the server's term. If the stream is closed and it is `undefined`, the answer is cut off. */
  readonly finishReason: string | undefined
  /** Token counts; `undefined` until the server has sent them. */
  readonly usage: Usage | undefined
}

const EMPTY_ANSWER: Answer = {
  id: '',
  text: '',
  reasoning: '',
  refusal: '',
  toolCalls: [],
  finishReason: undefined,
  usage: undefined,
}

/**
 * Creates a fold whose state is the answer.
 *
 * @param reduce Returns the answer after a chunk; the same object if nothing changes.
 */
export function answerFold<Chunk>(
  stateKey: string,
  reduce: (answer: Answer, chunk: Chunk) => Answer,
): Fold<Answer, Answer, Message> {
  return {
    initial: (initialData) => initialData ?? EMPTY_ANSWER,
    add: (answer, { data }) => reduce(answer, JSON.parse(data) as Chunk),
    view: (answer) => answer,
    until: untilEnd,
    stateKey,
    restart: 'reset',
  }
}

/** Appends `delta` to a text field. Returns the same answer if `delta` is empty or not a string. */
export function appendText(answer: Answer, field: 'text' | 'reasoning' | 'refusal', delta: unknown): Answer {
  return typeof delta === 'string' && delta ? { ...answer, [field]: answer[field] + delta } : answer
}

/** Sets a field. Returns the same answer if `value` is empty or equals the current value. */
export function setField<Field extends 'id' | 'finishReason' | 'usage'>(
  answer: Answer,
  field: Field,
  value: Answer[Field] | null | undefined,
): Answer {
  return value && value !== answer[field] ? { ...answer, [field]: value } : answer
}

/** The fields of a tool call that one message adds. */
export interface ToolCallDelta {
  readonly id?: string | undefined
  readonly name?: string | undefined
  readonly arguments?: string | undefined
}

/**
 * Adds to the tool call at `index`. A new call needs a name. Arguments are appended; ID and name are set once, since some
 * servers repeat them in each message. Arguments without a known call are ignored: they belong to calls that the server itself
 * runs, such as a search.
 */
export function updateToolCall(answer: Answer, index: number, delta: ToolCallDelta): Answer {
  const toolCalls = [...answer.toolCalls]
  const position = toolCalls.findIndex((call) => call.index === index)
  if (position < 0 && !delta.name) return answer
  const current = toolCalls[position] ?? { id: '', name: '', arguments: '' }
  toolCalls[position < 0 ? toolCalls.length : position] = {
    index,
    id: current.id || delta.id || '',
    name: current.name || delta.name || '',
    arguments: current.arguments + (delta.arguments ?? ''),
  }
  return { ...answer, toolCalls }
}

/** Converts the usage of any format: chat completions have prompt and completion tokens, the others input and output tokens. */
export function toUsage(raw: RawUsage | null | undefined): Usage | undefined | null {
  return (
    raw && {
      inputTokens: raw.input_tokens ?? raw.prompt_tokens ?? 0,
      outputTokens: raw.output_tokens ?? raw.completion_tokens ?? 0,
      raw,
    }
  )
}

/** Usage object of a server. */
export interface RawUsage {
  readonly [name: string]: unknown
  readonly input_tokens?: number
  readonly prompt_tokens?: number
  readonly output_tokens?: number
  readonly completion_tokens?: number
}
