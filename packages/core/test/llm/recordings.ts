import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { anthropic, cohere, gemini, openai } from '../../src/llm/index.ts'

/** Real answers of models, beside this repository. They are not part of it, so a clone alone does not have them. */
const folder = new URL('../../../../../shared/recordings/', import.meta.url)

/** The answer that the vendor's own client makes of a recording. */
export interface Expected {
  readonly text: string
  /** The whole text, if the recording was shortened. */
  readonly textAlso?: string
  readonly reasoning: string
  readonly refusal: string
  readonly toolCalls: readonly { readonly id: string; readonly name: string; readonly arguments: string }[]
  /** Calls of the vendor's own tools that the client runs. */
  readonly clientCalls?: readonly { readonly type: string; readonly id: string }[]
  readonly finishReason?: string
  readonly usage?: {
    readonly inputTokens: number
    readonly inputTokensAlso?: number
    readonly outputTokens: number
    readonly outputTokensAlso?: number
    readonly cachedInputTokens?: number
    readonly cacheWriteTokens?: number
    readonly reasoningTokens?: number
    readonly raw: object
  }
  /** Number of parts. */
  readonly parts?: { readonly text: number; readonly reasoning: number }
  readonly error?: object
  /** Reason why no answer is right: the vendor's client throws. */
  readonly unjudged?: string
}

/** Formats of the recordings that are not OpenAI's. */
const FOLDS: Readonly<Record<string, typeof openai>> = {
  'anthropic-messages': anthropic,
  'gemini-generate': gemini,
  'gemini-interactions': gemini,
  'cohere-v2': cohere,
}

export interface Recording {
  readonly file: string
  readonly format: string
  readonly createFold: typeof openai
  readonly expected: Expected
  readonly bytes: () => Uint8Array
}

const readJson = (name: string) => JSON.parse(readFileSync(new URL(name, folder), 'utf8')) as unknown

/** Returns all recordings; none in a clone without them. */
export function readRecordings(): readonly Recording[] {
  if (!existsSync(fileURLToPath(folder))) return []
  const expected = readJson('expected.json') as Readonly<Record<string, Expected>>
  return (readJson('manifest.json') as readonly { readonly file: string; readonly format: string }[]).map(
    ({ file, format }) => ({
      file,
      format,
      createFold: FOLDS[format] ?? openai,
      expected: expected[file]!,
      bytes: () => readFileSync(new URL(file, folder)),
    }),
  )
}
