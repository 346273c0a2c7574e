import type { Usage } from './answer.ts'

/** Usage object of a server in one of OpenAI's formats. */
export interface RawUsage {
  readonly [name: string]: unknown
  readonly input_tokens?: number
  readonly prompt_tokens?: number
  readonly output_tokens?: number
  readonly completion_tokens?: number
  readonly input_tokens_details?: Details | null
  readonly prompt_tokens_details?: Details | null
  readonly output_tokens_details?: Details | null
  readonly completion_tokens_details?: Details | null
  /** DeepSeek's name. */
  readonly prompt_cache_hit_tokens?: number
  /** Moonshot's name. */
  readonly cached_tokens?: number
  /** Perplexity's name. */
  readonly reasoning_tokens?: number
}

interface Details {
  readonly cached_tokens?: number
  readonly cache_write_tokens?: number
  readonly reasoning_tokens?: number
}

/** Chat completions have prompt and completion tokens, responses input and output tokens. */
export function toUsage(raw: RawUsage | null | undefined): Usage | undefined | null {
  if (!raw) return raw
  const input = raw.input_tokens_details ?? raw.prompt_tokens_details
  const output = raw.output_tokens_details ?? raw.completion_tokens_details
  return {
    input: raw.input_tokens ?? raw.prompt_tokens ?? 0,
    output: raw.output_tokens ?? raw.completion_tokens ?? 0,
    cached: input?.cached_tokens ?? raw.prompt_cache_hit_tokens ?? raw.cached_tokens,
    cacheWrite: input?.cache_write_tokens,
    reasoning: output?.reasoning_tokens ?? (raw.reasoning_tokens || undefined),
    raw,
  }
}
