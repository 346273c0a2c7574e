import { report, SseError } from '../errors.ts'
import type { Message } from './message.ts'
import { GATHER_BYTES, type Utf8State } from './utf8.ts'

const A = 97
const D = 100
const E = 101
const I = 105
const N = 110
const R = 114
const T = 116
const V = 118
const LF = 10
const CR = 13
const SPACE = 32
const COLON = 58
/** Value of `skip` for no character. Not 0, which is U+0000. */
const NOTHING = -1

const MAX_TIMER_MS = 2 ** 31 - 1

/** Line that is used. Six characters of an unfinished line suffice to recognize it. */
const FIELD = /^(data|event|id|retry)(:|$)/
const FIELD_PREFIX_LENGTH = 6

/** State of a parser. */
export interface State extends Utf8State {
  readonly onMessage: (message: Message) => void
  readonly onComment: ((comment: string) => void) | undefined
  readonly onRetry: ((retryMs: number) => void) | undefined
  readonly defaultType: string
  readonly maxMessageLength: number
  /** Unfinished line. A rope: its chunks are joined once, at the end of the line. */
  line: string
  /** True if the unfinished line is not used: `line` is its start and does not grow. */
  discardLine: boolean
  /** Character to drop if the next text begins with it: the byte order mark, or the LF of a CRLF that was cut. */
  skip: number
  /** Unfinished block. Replaced with each text: to write a new string into an old object costs more than to parse the message. */
  block: Block
  comments: number
  closed: boolean
  /** Number that changes with reset and close: the rest of the current chunk then belongs to an old stream. */
  epoch: number
}

/** Fields of an unfinished block. */
export interface Block {
  type: string
  id: string
  /** Last event id as of the last blank line. */
  lastId: string
  /** Data of earlier texts, a rope. `data` adds to it. */
  head: string
  /** Data of this text without its last LF; `undefined` is the specification's empty buffer. */
  data: string | undefined
}

export function createBlock(lastId: string): Block {
  return { type: '', id: lastId, lastId, head: '', data: undefined }
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

/** Returns the next index of a character, or the length of the text. */
function indexOf(text: string, character: string, from: number): number {
  const index = text.indexOf(character, from)
  return index < 0 ? text.length : index
}

/** Delivers a message. Returns true if a callback has reset or closed the parser. */
function deliver(state: State, block: Block, data: string): boolean {
  const { type, id } = block
  block.lastId = id
  block.type = ''
  return call(state, state.onMessage, { type: type || state.defaultType, data, id })
}

/** Ends a block at a blank line. Returns true if a callback has reset or closed the parser. */
function endBlock(state: State, block: Block): boolean {
  const { head, data } = block
  if (data !== undefined) {
    block.head = ''
    block.data = undefined
    return deliver(state, block, head + data)
  }
  // [spec] "If the data buffer is an empty string, set the data buffer and the event type buffer to the empty string and return."
  block.lastId = block.id
  block.type = ''
  return false
}

/** Processes lines of ASCII text without CR, below the limit. */
export function scanBytes(state: State, block: Block, text: string, bytes: Uint8Array, from: number): number {
  const { length } = text
  let hasNul: boolean | undefined
  let start = from
  while (start < length) {
    const first = bytes[start]!
    if (
      first === D &&
      start + 5 < length &&
      bytes[start + 4] === COLON &&
      bytes[start + 1] === A &&
      bytes[start + 2] === T &&
      bytes[start + 3] === A
    ) {
      const value = bytes[start + 5] === SPACE ? start + 6 : start + 5
      const end = text.indexOf('\n', value)
      if (end < 0) return start
      const data = text.slice(value, end)
      start = end + 1
      if (block.data !== undefined) block.data += '\n' + data
      else if (start < length && bytes[start] === LF) {
        start++
        if (deliver(state, block, data)) return -1
      } else block.data = data
      continue
    }
    if (first === LF) {
      start++
      if (endBlock(state, block)) return -1
      continue
    }
    const end = text.indexOf('\n', start)
    if (end < 0) return start
    if (
      first === E &&
      start + 6 < length &&
      bytes[start + 5] === COLON &&
      bytes[start + 1] === V &&
      bytes[start + 2] === E &&
      bytes[start + 3] === N &&
      bytes[start + 4] === T
    ) {
      block.type = text.slice(bytes[start + 6] === SPACE ? start + 7 : start + 6, end)
    } else if (first === I && !(hasNul ??= text.includes('\0')) && start + 3 < length && bytes[start + 1] === D && bytes[start + 2] === COLON) {
      block.id = text.slice(bytes[start + 3] === SPACE ? start + 4 : start + 3, end)
    } else if (first === COLON && state.onComment === undefined) state.comments++
    else if (processLine(state, block, text, start, end)) return -1
    start = end + 1
  }
  return start
}

/** Processes the lines of any text, as {@link scanBytes} does. */
export function scanText(state: State, block: Block, text: string, from: number, firstCr: number): number {
  const { length } = text
  let start = from
  let cr = firstCr < 0 ? length : firstCr
  const limit = state.maxMessageLength - block.head.length
  const skipLengthCheck = length <= limit
  while (start < length) {
    const first = text.charCodeAt(start)
    let end = start
    if (first === LF || first === CR) {
      if (first === CR) cr = start
      if (endBlock(state, block)) return -1
    } else {
      if (cr < start) cr = indexOf(text, '\r', start)
      end = text.indexOf('\n', start)
      if (end < 0 || cr < end) end = cr
      if (end === length) return start
      if (!skipLengthCheck) checkLength(state, block, text.slice(start, end))
      if (
        first === D &&
        text.charCodeAt(start + 4) === COLON &&
        text.charCodeAt(start + 1) === A &&
        text.charCodeAt(start + 2) === T &&
        text.charCodeAt(start + 3) === A
      ) {
        const data = text.slice(text.charCodeAt(start + 5) === SPACE ? start + 6 : start + 5, end)
        if (block.data !== undefined) block.data += '\n' + data
        else if (text.charCodeAt(end + 1) === LF && cr !== end) {
          if (deliver(state, block, data)) return -1
          end++
        } else block.data = data
      } else if (processLine(state, block, text, start, end)) return -1
    }
    start = end + 1
    if (end === cr) {
      if (start === length) state.skip = LF
      else if (text.charCodeAt(start) === LF) start++
    }
  }
  return start
}

/**
 * Processes a line that is not blank. Returns true if a callback has reset or closed the parser.
 *
 * [spec] "process the field"; other fields are ignored. A name may stand without a colon, and one space before the value is skipped.
 */
export function processLine(state: State, block: Block, text: string, start: number, end: number): boolean {
  const first = text.charCodeAt(start)
  if (first === COLON) {
    // [spec] "If the line starts with a U+003A COLON character (:): ignore the line."
    state.comments++
    const { onComment } = state
    return onComment !== undefined && call(state, onComment, valueOf(text, start, end))
  }
  if (first === I) {
    if (isField(text, start, end, 'id')) {
      const id = valueOf(text, start + 2, end)
      // [spec] "If the field value does not contain U+0000 NULL"
      if (!id.includes('\0')) block.id = id
    }
  } else if (first === E) {
    if (isField(text, start, end, 'event')) block.type = valueOf(text, start + 5, end)
  } else if (first === D) {
    if (isField(text, start, end, 'data')) {
      const data = valueOf(text, start + 4, end)
      if (block.data === undefined) block.data = data
      else block.data += '\n' + data
    }
  } else if (first === R) {
    // [spec] "If the field value consists of only ASCII digits"
    const retry = /^retry: ?(\d+)$/.exec(text.slice(start, end))
    return retry !== null && call(state, state.onRetry, Math.min(Number(retry[1]), MAX_TIMER_MS))
  }
  return false
}

/** Returns true if a line is a field of this name, with or without a colon. */
function isField(text: string, start: number, end: number, name: string): boolean {
  const colon = start + name.length
  return (colon === end || text.charCodeAt(colon) === COLON) && text.startsWith(name, start)
}

/** Returns the value after the colon at `colon`, less one leading space; `''` without a colon. */
function valueOf(text: string, colon: number, end: number): string {
  return text.slice(text.charCodeAt(colon + 1) === SPACE ? colon + 2 : colon + 1, end)
}

/** Discards the unfinished block and the rest of the current chunk. */
export function discard(state: State, bom: number): void {
  state.epoch++
  state.gatheredLength = 0
  state.gatherLimit = Math.min(GATHER_BYTES, state.maxMessageLength)
  state.line = ''
  state.block = createBlock(state.block.lastId)
  state.discardLine = false
  state.skip = bom
}

/** Closes the parser and throws if a line makes its message longer than the limit. */
export function checkLength(state: State, block: Block, line: string): void {
  const { maxMessageLength } = state
  const { head, data } = block
  const length = line.length + head.length + (data === undefined ? 0 : data.length)
  if (length <= maxMessageLength || !isUsed(state, line)) return
  discard(state, NOTHING)
  state.closed = true
  throw new SseError(
    'message-too-large',
    `A message is longer than ${maxMessageLength} UTF-16 code units (maxMessageLength).`,
  )
}

/** Returns true if a line, or its first six characters, is a field or a comment that is used. */
function isUsed({ onComment }: State, line: string): boolean {
  return line[0] === ':' ? onComment !== undefined : FIELD.test(line)
}

/** Keeps the start of an unfinished line. */
export function holdLine(state: State, text: string): void {
  if (state.discardLine) return
  const isNew = state.line.length < FIELD_PREFIX_LENGTH
  const line = (state.line += text)
  if (isNew && line.length >= FIELD_PREFIX_LENGTH && !isUsed(state, line)) {
    state.line = line.slice(0, FIELD_PREFIX_LENGTH)
    state.discardLine = true
  } else checkLength(state, state.block, line)
}

/** Processes a text that begins with a line. `bytes` are its bytes, if each is a character. */
export function scanLines(state: State, text: string, bytes: Uint8Array | undefined, start: number): void {
  const { length } = text
  const block = length > 1024 ? copyBlock(state) : state.block
  const cr = text.indexOf('\r', start)
  const end =
    cr < 0 && bytes !== undefined && block.head.length + length <= state.maxMessageLength
      ? scanBytes(state, block, text, bytes, start)
      : scanText(state, block, text, start, cr)
  if (end < 0) return
  if (end < length) holdLine(state, end === 0 ? text : text.slice(end))
}

/** Prepares for the next chunk. */
export function settle(state: State): void {
  const { block, line, maxMessageLength } = state
  const { data } = block
  if (data) {
    // A regular expression flattens the rope that += has built. As a rope, many short lines take several times their length.
    FIELD.test(data)
    block.head += data
    block.data = ''
  }
  state.gatherLimit = Math.min(GATHER_BYTES, maxMessageLength - line.length - block.head.length)
}

function copyBlock(state: State): Block {
  const { type, id, lastId, head, data } = state.block
  return (state.block = { type, id, lastId, head, data })
}

/** Finishes the unfinished line with the start of a text. Returns the start of the next line. */
export function finishLine(state: State, text: string): number {
  const lf = indexOf(text, '\n', 0)
  const end = indexOf(text.slice(0, lf), '\r', 0)
  if (end === text.length) {
    holdLine(state, text)
    return end
  }
  const line = state.line + text.slice(0, end)
  state.line = ''
  state.discardLine = false
  checkLength(state, state.block, line)
  if (processLine(state, state.block, line, 0, line.length)) return text.length
  const next = end + 1
  if (text.charCodeAt(end) !== CR) return next
  if (next === text.length) state.skip = LF
  return text.charCodeAt(next) === LF ? next + 1 : next
}
