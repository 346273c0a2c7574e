import { parseText } from './lines.ts'
import type { Message } from './message.ts'
import { BOM, createBlock, discard, type ParserState } from './parser-state.ts'
import {
  completeCharacter,
  decode,
  decodeLarge,
  endOfCharacters,
  gather,
  GATHER_BYTES,
  takeGathered,
} from './utf8.ts'

/** Callbacks and limits of a parser. */
export interface ParserOptions {
  /** Called for each message, in order. An exception is reported and does not affect later messages. */
  onMessage: (message: Message) => void
  /** Called for each comment line with the text after its colon, less one leading space. Without it comments take no memory. */
  onComment?: ((comment: string) => void) | undefined
  /** Called for each `retry` field of digits only, in milliseconds, at most 2³¹−1: the longest delay of a timer. */
  onRetry?: ((retryMs: number) => void) | undefined
  /** Initial last event id. Default `''`. */
  lastEventId?: string | undefined
  /** Type of a message without an `event` field. Default `'message'`. */
  defaultType?: string | undefined
  /**
   * Largest message, in UTF-16 code units (the length of a string): its data so far plus the line being received. Default
   * 16 Mi. NaN allows none.
   */
  maxMessageLength?: number | undefined
}

/** Parser of one stream at a time: chunks go in, messages come out through the callbacks of the options. */
export interface Parser {
  /**
   * Parses the next bytes, or the next piece of text, cut anywhere. A chunk that a callback feeds is parsed after the current one.
   *
   * @throws {SseError} `message-too-large` above `maxMessageLength`; nothing is kept, and the parser is closed until `reset()`.
   */
  feed(chunk: Uint8Array | string): void
  /**
   * Starts a new stream. Discards an unfinished message and the rest of the current chunk. The last event id stays, unless another one
   * is given.
   */
  reset(lastEventId?: string): void
  /** Stops: nothing more is delivered, not even from the current chunk, and `feed` does nothing until `reset()`. */
  close(): void
  /** Last event id as of the last blank line; in `onMessage` it equals `message.id`. */
  readonly lastEventId: string
  /** True if a line or a block has begun and not ended. */
  readonly midMessage: boolean
  /** Number of comment lines since the parser was created or reset. */
  readonly comments: number
}

const LF = 10

/**
 * Creates a parser of the event stream format. It parses as exactly as a browser, however the chunks are cut.
 *
 * @example
 * ```ts
 * import { createParser } from '@headwater/core/parser'
 *
 * const parser = createParser({ onMessage: (message) => console.log(message.type, message.data) })
 * parser.feed('event: price\ndata: 12')
 * parser.feed('.5\n\n') // price 12.5
 * ```
 */
export function createParser(options: ParserOptions): Parser {
  const { onMessage, onComment, onRetry, lastEventId = '' } = options
  const { defaultType = 'message', maxMessageLength = 2 ** 24 } = options
  const state: ParserState = {
    onMessage,
    onComment,
    onRetry,
    defaultType,
    maxMessageLength,
    gathered: new Uint8Array(GATHER_BYTES + 4),
    gatheredLength: 0,
    gatherLimit: Math.min(GATHER_BYTES, maxMessageLength),
    nonAscii: false,
    line: '',
    discardLine: false,
    skip: BOM,
    block: createBlock(lastEventId),
    comments: 0,
    closed: false,
    epoch: 0,
  }
  const queue: (Uint8Array | string)[] = []
  let busy = false

  return {
    feed(chunk) {
      if (state.closed) return
      // Copied, because the caller may reuse the bytes before they are parsed. The `slice` of a `Buffer` copies nothing.
      if (busy) return void queue.push(typeof chunk === 'string' ? chunk : new Uint8Array(chunk))
      busy = true
      try {
        parseChunk(state, chunk)
        while (queue.length > 0) parseChunk(state, queue.shift()!)
      } finally {
        busy = false
      }
    },
    reset(lastEventId = state.block.lastId) {
      state.block.lastId = lastEventId
      queue.length = 0
      discard(state)
      state.comments = 0
      state.closed = false
    },
    close() {
      queue.length = 0
      discard(state)
      state.closed = true
    },
    get lastEventId() {
      return state.block.lastId
    },
    get midMessage() {
      const { line, block } = state
      const { type, id, lastId, data } = block
      return state.gatheredLength > 0 || line !== '' || data !== undefined || type !== '' || id !== lastId
    },
    get comments() {
      return state.comments
    },
  }
}

/** Decodes and parses a chunk. Small chunks wait as bytes for the end of a line, and are decoded together. */
function parseChunk(state: ParserState, chunk: Uint8Array | string): void {
  const { gathered, gatheredLength } = state
  if (typeof chunk === 'string') {
    parseText(state, takeGathered(state, gatheredLength))
    return parseText(state, chunk)
  }
  const { length } = chunk
  if (gatheredLength + length <= state.gatherLimit) {
    // The chunk of a server that flushes after each message.
    if (gatheredLength === 0 && chunk[length - 1] === LF)
      return parseText(state, decode(chunk, length), chunk)
    const end = gather(state, chunk, 0)
    if (end > 0) parseText(state, takeGathered(state, end))
    return
  }
  let rest = chunk
  if (gatheredLength > 0) {
    const start = completeCharacter(state, chunk)
    const total = state.gatheredLength
    const end = start < length ? total : endOfCharacters(gathered, total)
    parseText(state, takeGathered(state, end))
    if (start > 0) rest = chunk.subarray(start)
  }
  const end = endOfCharacters(rest, rest.length)
  if (end < rest.length) {
    gather(state, rest, end)
    rest = rest.subarray(0, end)
  }
  parseText(state, decodeLarge(state, rest), rest)
}
