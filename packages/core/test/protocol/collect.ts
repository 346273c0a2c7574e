import { createParser, type ParserOptions } from '../../src/protocol/parser.ts'
import type { Outcome } from './reference.ts'

/** Feeds the chunks to a new parser and returns everything that it delivers. */
export function collect(chunks: Iterable<Uint8Array | string>, options?: Partial<ParserOptions>): Outcome {
  const outcome: Outcome = { messages: [], comments: [], retries: [], lastEventId: '' }
  const parser = createParser({
    onMessage: (message) => outcome.messages.push(message),
    onComment: (comment) => outcome.comments.push(comment),
    onRetry: (retryMs) => outcome.retries.push(retryMs),
    ...options,
  })
  for (const chunk of chunks) parser.feed(chunk)
  outcome.lastEventId = parser.lastEventId
  return outcome
}
