import { report, SseError } from '../errors.ts'
import type { Message } from './message.ts'
import { GATHER_BYTES, type Utf8State } from './utf8.ts'

/** Value of `skip` for the byte order mark. */
export const BOM = 0xfeff
/** Value of `skip` for no character. Not 0, which is U+0000. */
export const NOTHING = -1

/** Line that is used. Six characters of an unfinished line suffice to recognize it. */
const FIELD = /^(data|event|id|retry)(:|$)/
const FIELD_PREFIX_LENGTH = 6

/** State of a parser. */
export interface ParserState extends Utf8State {
  readonly onMessage: (message: Message) => void
  readonly onComment: ((comment: string) => void) | undefined
  readonly onRetry: ((retryMs: number) => void) | undefined
  readonly defaultType: string
  readonly maxMessageLength: number
  /** Unfinished line. A rope: its pieces are joined once, at the end of the line. */
  line: string
  /** True if the unfinished line is not used: `line` is its start and does not grow. */
  discardLine: boolean
  /** Character to drop if the next text begins with it: the byte order mark, or the LF of a CRLF that was cut. */
  skip: number
  block: Block
  comments: number
  closed: boolean
  /** Number that changes with reset and close: the rest of the current chunk then belongs to an old stream. */
  epoch: number
}

/** Unfinished block. */
export interface Block {
  type: string
  id: string
  /** Last event id as of the last blank line. */
  lastId: string
  /** Data of earlier chunks, to which `data` adds. A rope: its pieces are joined once, at the end of the block. */
  head: string
  /** Data without its last LF; `undefined` is the specification's empty buffer. */
  data: string | undefined
}

export function createBlock(lastId: string): Block {
  return { type: '', id: lastId, lastId, head: '', data: undefined }
}

/** Discards the unfinished block and the rest of the current chunk. */
export function discard(state: ParserState): void {
  state.epoch++
  state.gatheredLength = 0
  state.line = ''
  state.discardLine = false
  state.skip = BOM
  state.block = createBlock(state.block.lastId)
  prepare(state)
}

/** Prepares for the next chunk. */
export function prepare(state: ParserState): void {
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

export function addData(block: Block, value: string): void {
  block.data = block.data === undefined ? value : block.data + '\n' + value
}

/** Calls a callback. Returns true if it has reset or closed the parser. */
export function call<Value>(
  state: ParserState,
  callback: ((value: Value) => void) | undefined,
  value: Value,
): boolean {
  const { epoch } = state
  try {
    callback?.(value)
  } catch (error) {
    report(error)
  }
  return state.epoch !== epoch
}

/** Delivers a message. Returns true if a callback has reset or closed the parser. */
export function deliver(state: ParserState, block: Block, data: string): boolean {
  const { type, id } = block
  block.lastId = id
  block.type = ''
  return call(state, state.onMessage, { type: type || state.defaultType, data, id })
}

/** Ends a block at a blank line. Returns true if a callback has reset or closed the parser. */
export function endBlock(state: ParserState, block: Block): boolean {
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

/** Keeps the start of an unfinished line. */
export function holdLine(state: ParserState, text: string): void {
  if (state.discardLine) return
  const isNew = state.line.length < FIELD_PREFIX_LENGTH
  const line = (state.line += text)
  if (isNew && line.length >= FIELD_PREFIX_LENGTH && !isUsed(state, line)) {
    state.line = line.slice(0, FIELD_PREFIX_LENGTH)
    state.discardLine = true
  } else checkLength(state, line)
}

/** Closes the parser and throws if a line makes its message longer than the limit. */
export function checkLength(state: ParserState, line: string): void {
  const { maxMessageLength, block } = state
  const { head, data = '' } = block
  if (head.length + data.length + line.length <= maxMessageLength || !isUsed(state, line)) return
  discard(state)
  state.closed = true
  throw new SseError('message-too-large', `A message is longer than ${maxMessageLength} (maxMessageLength)`)
}

/** Returns true if a line, or its first six characters, is a field or a comment that is used. */
function isUsed({ onComment }: ParserState, line: string): boolean {
  return line[0] === ':' ? onComment !== undefined : FIELD.test(line)
}
