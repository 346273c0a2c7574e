import { indexOf, processLine, setId } from './field.ts'
import { GATHER_BYTES } from './utf8.ts'
import {
  addData,
  type Block,
  checkLength,
  deliver,
  endBlock,
  holdLine,
  NOTHING,
  prepare,
  type ParserState,
} from './parser-state.ts'

const A = 97
const D = 100
const E = 101
const I = 105
const N = 110
const T = 116
const V = 118
const LF = 10
const CR = 13
const SPACE = 32
const COLON = 58

/** Result of the functions below if a callback has reset or closed the parser. */
const STOPPED = -1

/** A text of this length is parsed into a new block. */
const LARGE_TEXT = 1024

/**
 * Parses a text, cut anywhere.
 *
 * [spec] "stream = [ bom ] *event", where a line ends with CRLF, LF or CR.
 *
 * @param bytes Bytes that the text was decoded from.
 */
export function parseText(state: ParserState, text: string, bytes?: Uint8Array): void {
  const start = state.line !== '' || state.skip !== NOTHING ? beginText(state, text) : 0
  if (start === STOPPED) return
  const { length } = text
  // To write a new string into an old object costs more than to parse a message, so the many messages of a large text get a young one.
  if (length > LARGE_TEXT) state.block = { ...state.block }
  const { block } = state
  const cr = indexOf(text, '\r', start)
  // Even if the whole text were one message, it would be below the limit.
  const isBelowLimit = block.head.length + length <= state.maxMessageLength
  const end =
    cr === length && isBelowLimit && bytes?.length === length
      ? scanBytes(state, block, text, bytes, start)
      : scanText(state, block, text, start, cr, isBelowLimit)
  if (end === STOPPED) return
  if (end < length) holdLine(state, end === 0 ? text : text.slice(end))
  // Nothing to prepare after whole messages, unless the limit for the next chunk was low.
  if (state.line !== '' || block.data !== undefined || state.gatherLimit < GATHER_BYTES) prepare(state)
}

/**
 * Ends the unfinished line at the start of a text, and skips a byte order mark or the LF of a CRLF that was cut. Returns the start of the
 * next line, which is the length of the text if there is none, or STOPPED.
 */
function beginText(state: ParserState, text: string): number {
  const { line, block } = state
  const { length } = text
  let start = 0
  if (line !== '') {
    const end = indexOf(text.slice(0, indexOf(text, '\n', 0)), '\r', 0)
    if (end === length) {
      holdLine(state, text)
      return length
    }
    const whole = line + text.slice(0, end)
    state.line = ''
    state.discardLine = false
    checkLength(state, whole)
    if (processLine(state, block, whole)) return STOPPED
    if (text.charCodeAt(end) === CR) state.skip = LF
    start = end + 1
  }
  if (start < length) {
    if (text.charCodeAt(start) === state.skip) start++
    state.skip = NOTHING
  }
  return start
}

// The two loops below are the cost of a message: they compare characters one by one, and take `data: …` with the blank line after it
// as one unit. They return the start of the unfinished line, or STOPPED.

/** Processes lines of a text without CR whose characters are bytes. To read a byte is faster than to read a character. */
function scanBytes(state: ParserState, block: Block, text: string, bytes: Uint8Array, from: number): number {
  const { length } = text
  const { onComment } = state
  let hasNul: boolean | undefined
  let start = from
  while (start < length) {
    const first = bytes[start]!
    if (first === LF) {
      start++
      if (endBlock(state, block)) return STOPPED
      continue
    }
    // Reading past the end would slow down every read. A line of less than eight characters goes to processLine.
    const isLong = start + 7 < length
    if (first === D && isLong && isDataLine(bytes, start)) {
      const value = bytes[start + 5] === SPACE ? start + 6 : start + 5
      const end = text.indexOf('\n', value)
      if (end < 0) return start
      start = end + 1
      if (block.data === undefined && start < length && bytes[start] === LF) {
        start++
        if (deliver(state, block, text.slice(value, end))) return STOPPED
      } else start = scanDataLines(block, text, bytes, value, end)
      continue
    }
    const end = text.indexOf('\n', start)
    if (end < 0) return start
    if (
      first === E &&
      isLong &&
      bytes[start + 5] === COLON &&
      bytes[start + 1] === V &&
      bytes[start + 2] === E &&
      bytes[start + 3] === N &&
      bytes[start + 4] === T
    )
      block.type = text.slice(bytes[start + 6] === SPACE ? start + 7 : start + 6, end)
    else if (
      first === I &&
      isLong &&
      bytes[start + 1] === D &&
      bytes[start + 2] === COLON &&
      !(hasNul ??= text.includes('\0'))
    )
      block.id = text.slice(bytes[start + 3] === SPACE ? start + 4 : start + 3, end)
    else if (first === COLON && onComment === undefined) state.comments++
    else if (processLine(state, block, text.slice(start, end))) return STOPPED
    start = end + 1
  }
  return start
}

/** Returns true if a line that begins with `d` has the field `data` and a colon. */
function isDataLine(bytes: Uint8Array, start: number): boolean {
  return (
    bytes[start + 4] === COLON && bytes[start + 1] === A && bytes[start + 2] === T && bytes[start + 3] === A
  )
}

/**
 * Adds the values of `data` lines in a row, of which the first is known. Returns the start of the next line.
 *
 * Each value but the last is taken with its LF, so it need not be added.
 */
function scanDataLines(
  block: Block,
  text: string,
  bytes: Uint8Array,
  firstValue: number,
  firstEnd: number,
): number {
  let value = firstValue
  let end = firstEnd
  let data = block.data === undefined ? '' : block.data + '\n'
  for (;;) {
    const start = end + 1
    if (start + 7 >= text.length || bytes[start] !== D || !isDataLine(bytes, start)) break
    const nextValue = bytes[start + 5] === SPACE ? start + 6 : start + 5
    const nextEnd = text.indexOf('\n', nextValue)
    if (nextEnd < 0) break
    data += text.slice(value, start)
    value = nextValue
    end = nextEnd
  }
  block.data = data + text.slice(value, end)
  return end + 1
}

/** Processes the lines of any text. */
function scanText(
  state: ParserState,
  block: Block,
  text: string,
  from: number,
  firstCr: number,
  isBelowLimit: boolean,
): number {
  const { length } = text
  let start = from
  let cr = firstCr
  while (start < length) {
    const first = text.charCodeAt(start)
    let end = start
    if (first === LF || first === CR) {
      if (endBlock(state, block)) return STOPPED
    } else {
      if (cr < start) cr = indexOf(text, '\r', start)
      end = text.indexOf('\n', start)
      if (end < 0 || cr < end) end = cr
      if (end === length) return start
      if (!isBelowLimit) checkLength(state, text.slice(start, end))
      if (
        first === D &&
        text.charCodeAt(start + 4) === COLON &&
        text.charCodeAt(start + 1) === A &&
        text.charCodeAt(start + 2) === T &&
        text.charCodeAt(start + 3) === A
      ) {
        const data = text.slice(text.charCodeAt(start + 5) === SPACE ? start + 6 : start + 5, end)
        if (block.data !== undefined || end === cr || text.charCodeAt(end + 1) !== LF) addData(block, data)
        else {
          end++
          if (deliver(state, block, data)) return STOPPED
        }
      } else if (
        first === E &&
        text.charCodeAt(start + 5) === COLON &&
        text.charCodeAt(start + 1) === V &&
        text.charCodeAt(start + 2) === E &&
        text.charCodeAt(start + 3) === N &&
        text.charCodeAt(start + 4) === T
      )
        block.type = text.slice(text.charCodeAt(start + 6) === SPACE ? start + 7 : start + 6, end)
      else if (first === I && text.charCodeAt(start + 1) === D && text.charCodeAt(start + 2) === COLON)
        setId(block, text.slice(text.charCodeAt(start + 3) === SPACE ? start + 4 : start + 3, end))
      else if (processLine(state, block, text.slice(start, end))) return STOPPED
    }
    start = end + 1
    if (text.charCodeAt(end) === CR) {
      if (start === length) state.skip = LF
      else if (text.charCodeAt(start) === LF) start++
    }
  }
  return start
}
