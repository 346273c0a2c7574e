import type { Message } from './message.ts'
import { createParser, type Parser, type ParserOptions } from './parser.ts'

/**
 * Creates a stream that turns bytes or text into messages, with backpressure: nothing more is parsed until messages are read. An
 * unfinished message at the end of the input is discarded. A message above the limit errors the stream with an `SseError`.
 *
 * @example
 * ```ts
 * import { createParserStream } from '@headwater/core/parser'
 *
 * const response = await fetch('/prices')
 * for await (const message of response.body!.pipeThrough(createParserStream())) console.log(message.data)
 * ```
 */
export function createParserStream(
  options?: Omit<ParserOptions, 'onMessage'>,
): TransformStream<Uint8Array | string, Message> {
  let parser: Parser
  return new TransformStream({
    start(controller) {
      parser = createParser({ ...options, onMessage: (message) => controller.enqueue(message) })
    },
    transform: (chunk) => parser.feed(chunk),
  })
}
