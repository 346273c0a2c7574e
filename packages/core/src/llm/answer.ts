import type { Fold } from '../stream/folds/fold.ts'
import type { Message } from '../protocol/message.ts'
import { lastWord } from './until-end.ts'

/** A tool that the model asks you to call. */
export interface ToolCall {
  /** Its place in the answer, as the server counts: it tells calls apart. */
  readonly index: number
  /** What your result has to name; `''` until it is known. */
  readonly id: string
  readonly name: string
  /** JSON as far as it has come: parse it when `finishReason` is there. `''` may stand for no arguments. */
  readonly arguments: string
}

/** What an answer costs. */
export interface Usage {
  /** As the server counts them; 0 where it does not say. */
  readonly inputTokens: number
  /** As the server counts them; 0 where it does not say. */
  readonly outputTokens: number
  /** All that the server said, in its own words. */
  readonly raw: { readonly [name: string]: unknown }
}

/** What has come of a model's answer. Immutable: another object as soon as there is more of it. */
export interface Answer {
  /** The server's name for the answer; `''` until it is known. */
  readonly id: string
  readonly text: string
  /** What the model thought aloud; `''` where the server shows none of it. */
  readonly reasoning: string
  /** Why the model declines, where that is not told in `text`. */
  readonly refusal: string
  readonly toolCalls: readonly ToolCall[]
  /** Why the model stopped, in the server's word. A closed stream whose answer has none was cut off. */
  readonly finishReason: string | undefined
  /** `undefined` until the server says. */
  readonly usage: Usage | undefined
}

const NOTHING: Answer = {
  id: '',
  text: '',
  reasoning: '',
  refusal: '',
  toolCalls: [],
  finishReason: undefined,
  usage: undefined,
}

/** A fold whose state is the answer itself; `read` takes what one message says, and gives the same answer where that is nothing. */
export function answerFold<Chunk>(
  kind: string,
  read: (answer: Answer, chunk: Chunk) => Answer,
): Fold<Answer, Answer, Message> {
  return {
    initial: (initialData) => initialData ?? NOTHING,
    add: (answer, { data }) => read(answer, JSON.parse(data) as Chunk),
    view: (answer) => answer,
    until: lastWord,
    stateKey: kind,
  }
}

/** Appends; what is no text is ignored. */
export function append(answer: Answer, part: 'text' | 'reasoning' | 'refusal', more: unknown): Answer {
  return typeof more === 'string' && more ? { ...answer, [part]: answer[part] + more } : answer
}

/** Sets what is said; what is not, or has been before, changes nothing. */
export function put<Part extends 'id' | 'finishReason' | 'usage'>(
  answer: Answer,
  part: Part,
  value: Answer[Part] | null | undefined,
): Answer {
  return value && value !== answer[part] ? { ...answer, [part]: value } : answer
}

/** What one message says of a call. */
export interface CallPart {
  readonly id?: string | undefined
  readonly name?: string | undefined
  readonly arguments?: string | undefined
}

/**
 * Takes more of a call; one begins with its name. The arguments arrive in pieces, the rest at once, and from some servers again.
 * Pieces of what is no call of ours, a search by the server itself for instance, are ignored.
 */
export function callTool(answer: Answer, index: number, more: CallPart): Answer {
  const toolCalls = [...answer.toolCalls]
  const known = toolCalls.findIndex((call) => call.index === index)
  if (known < 0 && !more.name) return answer
  const { id, name, arguments: json } = toolCalls[known] ?? { id: '', name: '', arguments: '' }
  toolCalls[known < 0 ? toolCalls.length : known] = {
    index,
    id: id || more.id || '',
    name: name || more.name || '',
    arguments: json + (more.arguments ?? ''),
  }
  return { ...answer, toolCalls }
}

/** In the words of the formats: one of them says prompt and completion for input and output. */
export function usageOf(raw: Counts | null | undefined): Usage | undefined | null {
  return (
    raw && {
      inputTokens: raw.input_tokens ?? raw.prompt_tokens ?? 0,
      outputTokens: raw.output_tokens ?? raw.completion_tokens ?? 0,
      raw,
    }
  )
}

/** What a server counts. */
export interface Counts {
  readonly [name: string]: unknown
  readonly input_tokens?: number
  readonly prompt_tokens?: number
  readonly output_tokens?: number
  readonly completion_tokens?: number
}
