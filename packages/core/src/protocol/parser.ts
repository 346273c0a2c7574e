import { report, SseError } from '../errors.ts'
import type { Message } from './message.ts'
import { decodeChunk, flush, GATHER_BYTES, type Utf8State } from './utf8.ts'

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
const CR = 13
const SPACE = 32
const COLON = 58
const BOM = 0xfeff
/** Value of `skip` for no character. Not 0, which is U+0000. */
const NOTHING = -1

const MAX_TIMER_MS = 2 ** 31 - 1

/** Line that is used. Six characters of an unfinished line suffice to recognize it. */
const FIELD = /^(data|event|id|retry)(:|$)/
const FIELD_PREFIX_LENGTH = 6

/** State of a parser. */
interface State extends Utf8State {
  readonly onMessage: ParserOptions['onMessage']
  readonly onComment: ParserOptions['onComment']
  readonly onRetry: ParserOptions['onRetry']
  readonly defaultType: string
  readonly maxMessageLength: number
  /** Unfinished line. A rope: its chunks are joined once, at the end of the line. */
  line: string
  /** True if the unfinished line is not used: `line` is its start and does not grow. */
  discardLine: boolean
  /** Character to drop if the next text begins with it: the byte order mark, or the LF of a CRLF that was cut. */
  skip: number

  /** Event type, data and id of the unfinished block. The data lacks its last LF; `undefined` is the specification's empty buffer. */
  type: string
  data: string | undefined
  id: string

  /**
   * Last event id in a short-lived object, replaced with each chunk. Avoids a GC write barrier per message, which costs more than to
   * parse the message.
   */
  last: { id: string }
  comments: number
  closed: boolean
  /** Number that changes with reset and close: the rest of the current chunk then belongs to an old stream. */
  epoch: number
}

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
  const { onMessage, onComment, onRetry, lastEventId: id = '' } = options
  const { defaultType = 'message', maxMessageLength = 2 ** 24 } = options
  const state: State = {
    onMessage,
    onComment,
    onRetry,
    defaultType,
    maxMessageLength,
    gathered: new Uint8Array(GATHER_BYTES),
    gatheredLength: 0,
    nonAscii: false,
    line: '',
    discardLine: false,
    skip: BOM,
    type: '',
    data: undefined,
    id,
    last: { id },
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
    reset(lastEventId = state.last.id) {
      state.last = { id: lastEventId }
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
      return state.last.id
    },
    get midMessage() {
      const { gatheredLength, line, data, type, id, last } = state
      return gatheredLength > 0 || line !== '' || data !== undefined || type !== '' || id !== last.id
    },
    get comments() {
      return state.comments
    },
  }
}

/** Discards the unfinished block and the rest of the current chunk. */
function discard(state: State): void {
  state.epoch++
  state.gatheredLength = 0
  state.line = state.type = ''
  state.data = undefined
  state.id = state.last.id
  state.discardLine = false
  state.skip = BOM
}

/** Calls a callback. Returns true if it has reset or closed the parser. */
function call<Value>(state: State, callback: ((value: Value) => void) | undefined, value: Value): boolean {
  const { epoch } = state
  try {
    callback?.(value)
  } catch (error) {
    report(error)
  }
  return state.epoch !== epoch
}

/** Closes the parser and throws if a length is above the limit. */
function checkLength(state: State, length: number): void {
  const { maxMessageLength } = state
  if (length <= maxMessageLength) return
  discard(state)
  state.closed = true
  throw new SseError(
    'message-too-large',
    `A message is longer than ${maxMessageLength} UTF-16 code units (maxMessageLength).`,
  )
}

/** Returns the next index of a character, or the length of the text. */
function indexOf(text: string, character: string, from: number): number {
  const index = text.indexOf(character, from)
  return index < 0 ? text.length : index
}

// [spec] "stream = [ bom ] *event", where a line ends with CRLF, LF or CR.
function parseChunk(state: State, chunk: Uint8Array | string): void {
  const { line, data } = state
  let text
  if (typeof chunk === 'string') text = state.gatheredLength > 0 ? flush(state) + chunk : chunk
  else {
    text = decodeChunk(state, chunk, state.maxMessageLength - line.length - lengthOf(data))
  }
  if (text === '') return
  let start = 0
  if (line !== '') {
    start = indexOf(text, '\n', 0)
    start = indexOf(text.slice(0, start), '\r', 0) + 1
    if (start > text.length) return holdLine(state, text)
    const { epoch } = state
    state.line = ''
    state.discardLine = false
    scanLines(state, line + text.slice(0, start), 0)
    if (state.epoch !== epoch) return
  }
  scanLines(state, text, start)
}

/** Returns true if a line, or its first six characters, is a field or a comment that is used. */
function isUsed({ onComment }: State, line: string): boolean {
  return line[0] === ':' ? onComment !== undefined : FIELD.test(line)
}

/** Keeps the start of an unfinished line. */
function holdLine(state: State, text: string): void {
  if (state.discardLine) return
  const isNew = state.line.length < FIELD_PREFIX_LENGTH
  const line = (state.line += text)
  if (isNew && line.length >= FIELD_PREFIX_LENGTH && !isUsed(state, line)) {
    state.line = line.slice(0, FIELD_PREFIX_LENGTH)
    state.discardLine = true
  } else checkLength(state, line.length + lengthOf(state.data))
}

function lengthOf(text: string | undefined): number {
  return text === undefined ? 0 : text.length
}

// This loop is the cost of a message, so it is one function: the block is kept in local variables, field names are compared by
// character, a blank line is a line like any other, and what can be computed once per chunk is not computed per line.
// oxlint-disable-next-line eslint/max-lines-per-function
function scanLines(state: State, text: string, start: number): void {
  const A = 97
  const D = 100
  const E = 101
  const I = 105
  const N = 110
  const R = 114
  const T = 116
  const V = 118
  const { length } = text
  if (start < length) {
    if (text.charCodeAt(start) === state.skip) start++
    state.skip = NOTHING
  }
  const { onMessage, onComment, data } = state
  // Next CR and next NUL. Searched again once they are passed.
  let cr = indexOf(text, '\r', start)
  let nul = -1
  const last = (state.last = { id: state.last.id })
  let blockType = state.type
  let head = data ?? '' // data of earlier chunks, to which this one adds
  let blockData: string | undefined = data && ''
  let blockId = state.id
  // Even if the whole text were one message, it would be below the limit.
  const skipLengthCheck = head.length + length <= state.maxMessageLength
  state.type = ''
  state.data = undefined
  while (start < length) {
    const first = text.charCodeAt(start)
    let end = start
    // [spec] "If the line is empty (a blank line): dispatch the event"
    if (first === LF || first === CR) {
      last.id = blockId
      // [spec] "If the data buffer is an empty string, set the data buffer and the event type buffer to the empty string and return."
      if (blockData !== undefined) {
        const message = { type: blockType || state.defaultType, data: head + blockData, id: blockId }
        head = ''
        blockData = undefined
        if (call(state, onMessage, message)) return
      }
      blockType = ''
    } else {
      end = text.indexOf('\n', start)
      if (end < 0 || cr < end) end = cr
      if (end === length) break
      if (!skipLengthCheck && isUsed(state, text.slice(start, end)))
        checkLength(state, head.length + lengthOf(blockData) + end - start)

      // [spec] "process the field"; other fields are ignored. A name may stand without a colon, and one space before the value is
      // skipped: `slice` returns the empty string if that passes the end of the line.
      if (first === D) {
        if (
          text.charCodeAt(start + 1) === A &&
          text.charCodeAt(start + 2) === T &&
          text.charCodeAt(start + 3) === A &&
          (text.charCodeAt(start + 4) === COLON || start + 4 === end)
        ) {
          const from = text.charCodeAt(start + 5) === SPACE ? start + 6 : start + 5
          if (blockData === undefined) blockData = text.slice(from, end)
          else blockData += '\n' + text.slice(from, end)
        }
      } else if (first === COLON) {
        // [spec] "If the line starts with a U+003A COLON character (:): ignore the line."
        state.comments++
        if (onComment) {
          const from = text.charCodeAt(start + 1) === SPACE ? start + 2 : start + 1
          if (call(state, onComment, text.slice(from, end))) return
        }
      } else if (first === E) {
        if (
          text.charCodeAt(start + 1) === V &&
          text.charCodeAt(start + 2) === E &&
          text.charCodeAt(start + 3) === N &&
          text.charCodeAt(start + 4) === T &&
          (text.charCodeAt(start + 5) === COLON || start + 5 === end)
        )
          blockType = text.slice(text.charCodeAt(start + 6) === SPACE ? start + 7 : start + 6, end)
      } else if (first === I) {
        if (text.charCodeAt(start + 1) === D && (text.charCodeAt(start + 2) === COLON || start + 2 === end)) {
          // [spec] "If the field value does not contain U+0000 NULL"
          if (nul < start) nul = indexOf(text, '\0', start)
          if (nul > end)
            blockId = text.slice(text.charCodeAt(start + 3) === SPACE ? start + 4 : start + 3, end)
        }
      } else if (first === R) {
        // [spec] "If the field value consists of only ASCII digits"
        const retry = /^retry: ?(\d+)$/.exec(text.slice(start, end))
        if (retry && call(state, state.onRetry, Math.min(Number(retry[1]), MAX_TIMER_MS))) return
      }
    }
    start = end + 1
    if (end === cr) {
      if (start === length) state.skip = LF
      else if (text.charCodeAt(start) === LF) start++
      cr = indexOf(text, '\r', start)
    }
  }
  state.type = blockType
  state.id = blockId
  if (blockData !== undefined) {
    // A regular expression flattens the rope that += has built. As a rope, many short lines take several times their length.
    FIELD.test(blockData)
    state.data = head + blockData
  }
  if (start < length) holdLine(state, text.slice(start))
}
