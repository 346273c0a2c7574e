import { report, SseError } from '../errors.ts'
import type { Message } from './message.ts'

/** What a parser calls, begins with and refuses. */
export interface ParserOptions {
  /** Called for each message, in order. What it throws is reported and harms no later message. */
  onMessage: (message: Message) => void
  /** Called for each comment line: what follows its colon, less one leading space. Without it comments take no memory. */
  onComment?: ((comment: string) => void) | undefined
  /** Called for each `retry` field of digits only, in milliseconds, at most 2³¹−1: the longest that a timer can hold. */
  onRetry?: ((retryMs: number) => void) | undefined
  /** The last event id to begin with; `''` by default. */
  lastEventId?: string | undefined
  /** The type of a message without an `event` field; `'message'` by default. */
  defaultType?: string | undefined
  /** How many bytes of UTF-8 the line being received and the data before it may have together; 16 MiB by default. NaN allows none. */
  maxMessageLength?: number | undefined
}

/** A parser of one stream at a time: chunks go in, messages come out through the options' callbacks. */
export interface Parser {
  /**
   * Takes the next bytes, or the next piece of text, cut anywhere. A chunk fed by a callback comes after the rest of the
   * present one.
   *
   * @throws {SseError} `message-too-large` over `maxMessageLength`; nothing is kept, and the parser is closed until `reset()`.
   */
  feed(chunk: Uint8Array | string): void
  /**
   * Begins a new stream: the unfinished rest of the old one is dropped, the chunk in hand included. The last event id
   * stays, unless another is given.
   */
  reset(lastEventId?: string): void
  /** Delivers nothing any more, not even from the chunk in hand; `feed` is ignored until `reset()`. */
  close(): void
  /** The last event id as of the last blank line; in `onMessage` it equals `message.id`. */
  readonly lastEventId: string
  /** Whether a line or a block has begun and not ended. */
  readonly midMessage: boolean
  /** How many comment lines have gone by since the parser was made or reset. */
  readonly comments: number
}

const BOM = 0xfeff

/** A chunk this small is gathered with its neighbours as bytes, one by one; for a larger one a decoder's call is cheap. */
const GATHER_BYTES = 512

const FIELD = /^(data|event|id|retry):/

// Each call is given whole characters, and one call decodes ASCII seven times as fast as a stream on Node 20 and 22; but all
// else half as fast, so that large chunks of it are streamed. To remove the one byte order mark that counts is ours: only we
// know where a stream begins, and some decoders that stream drop a second one with the first.
const decoder = /* @__PURE__ */ new TextDecoder('utf-8', { ignoreBOM: true })
const streaming = /* @__PURE__ */ new TextDecoder('utf-8', { ignoreBOM: true })

/** Where `mark` comes next, or the text's end. */
function indexOf(text: string, mark: string, from: number): number {
  const index = text.indexOf(mark, from)
  return index < 0 ? text.length : index
}

/** How many bytes of UTF-8 a text takes. Counted in place: a copy would take as much memory as the message itself. */
function bytesOf(text: string, from = 0, end: number = text.length): number {
  let bytes = end - from
  for (let at = from; at < end; at++) {
    const unit = text.charCodeAt(at)
    // Each half of a surrogate pair has two of its four.
    if (unit > 0x7f) bytes += unit < 0x800 || unit >> 11 === 27 ? 1 : 2
  }
  return bytes
}

/**
 * Makes a parser of the event stream format, as exact as a browser's, whatever the chunks' bounds.
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
  const { onMessage, onComment, onRetry, maxMessageLength = 2 ** 24, defaultType = 'message' } = options

  // Bytes whose text is not known yet: the start of a line, or of a character. There is no line end among them.
  const gathered = new Uint8Array(GATHER_BYTES)
  let gatheredLength = 0
  let foreign = false // the last large chunk was not ASCII alone

  // The line.
  let line = '' // what has come of an unfinished one; a rope: chunks are joined once, at the line's end
  let unread = false // nobody wants it: `line` is its start, and does not grow
  let skip = BOM // dropped, if the next text begins with it: the byte order mark, or the LF of a CRLF that was cut

  // The block.
  let type = ''
  let data: string | undefined // less the last LF; undefined is the specification's empty buffer
  let id = options.lastEventId ?? ''

  // What `line` and `data` take in bytes: at most three for each UTF-16 unit, so only what might exceed is counted.
  let lineBytes = 0
  let dataBytes = 0
  let counted = false

  // In an object of its own, which is young for as long as a chunk lasts: to write a new string into an old closure for
  // each message costs more than to parse it.
  let last = { id }
  let comments = 0
  let closed = false
  let epoch = 0 // moves on with reset and close: what is left of the chunk in hand is of an old one
  let busy = false
  const queue: (Uint8Array | string)[] = []

  function forget(): void {
    epoch++
    queue.length = gatheredLength = lineBytes = dataBytes = 0
    line = type = ''
    data = undefined
    ;({ id } = last)
    unread = counted = false
    skip = BOM
  }

  function close(): void {
    forget()
    closed = true
  }

  /** Where the estimate is over the limit, `line` and `data` are counted, once; and so is each new piece from then on. */
  function count(estimate: number): void {
    if (counted || estimate <= maxMessageLength) return
    counted = true
    lineBytes = bytesOf(line)
    dataBytes = data === undefined ? 0 : bytesOf(data) + 1
  }

  /** Throws if a line and the data before it are too large. */
  function check(bytes: number): void {
    if (bytes <= maxMessageLength) return
    close()
    throw new SseError('message-too-large', `A message exceeds maxMessageLength (${maxMessageLength}).`)
  }

  /** Calls back, and says whether what is left of the chunk in hand is of an old stream by then. */
  function call<Value>(callback: ((value: Value) => void) | undefined, value: Value): boolean {
    const current = epoch
    try {
      callback?.(value)
    } catch (error) {
      report(error)
    }
    return epoch !== current
  }

  // What of the bytes can be decoded by now. Of small chunks that is whole lines, of large ones whole characters: a cut before
  // a byte that continues no character changes nothing, as a decoder begins anew there in any case.
  function textOf(chunk: Uint8Array): string {
    const LF = 10
    const CR = 13
    const { length } = chunk
    // Most chunks of a server that flushes each message: a view on them would cost as much as a third of the decoding.
    if (gatheredLength === 0 && chunk[length - 1] === LF) return decoder.decode(chunk)
    const total = gatheredLength + length
    const small = total <= GATHER_BYTES && total + lineBytes + dataBytes <= maxMessageLength
    let bytes = chunk
    let end = 0
    if (small) {
      // A builtin's call costs more than to copy a few bytes.
      for (let at = 0; at < length; at++) {
        const byte = chunk[at]!
        gathered[gatheredLength++] = byte
        if (byte === LF || byte === CR) end = gatheredLength
      }
      if (end === 0) return ''
      bytes = gathered
    } else {
      if (gatheredLength > 0) {
        bytes = new Uint8Array(total)
        bytes.set(gathered.subarray(0, gatheredLength))
        bytes.set(chunk, gatheredLength)
      }
      // At most the last three bytes begin a character that the next chunk ends.
      end = total - 1
      while (end > total - 3 && bytes[end]! >> 6 === 2) end--
      if (!(bytes[end]! > 0xbf)) end = total
    }
    const whole = bytes.subarray(0, end)
    const text = foreign ? streaming.decode(whole, { stream: true }) : decoder.decode(whole)
    foreign = !small && text.length < end
    gathered.set(bytes.subarray(end, total))
    gatheredLength = total - end
    return text
  }

  // [spec] "stream = [ bom ] *event", where a line ends with CRLF, LF or CR.
  function take(chunk: Uint8Array | string): void {
    let text
    if (typeof chunk === 'string') {
      text = decoder.decode(gathered.subarray(0, gatheredLength)) + chunk
      gatheredLength = 0
    } else text = textOf(chunk)
    if (text === '') return
    let start = 0
    if (line !== '') {
      const current = epoch
      start = indexOf(text, '\n', 0)
      start = indexOf(text.slice(0, start), '\r', 0) + 1
      if (start > text.length) return hold(text)
      const whole = line + text.slice(0, start)
      line = ''
      lineBytes = 0
      unread = false
      takeLines(whole, 0)
      if (epoch !== current) return
    }
    takeLines(text, start)
  }

  // This loop is what a message costs. So the block is kept in local variables, names are compared by character, the blank line
  // is a line like any other, and what is found once a chunk is not looked for once a line.
  function takeLines(text: string, start: number): void {
    const LF = 10
    const CR = 13
    const SPACE = 32
    const COLON = 58
    const A = 97
    const D = 100
    const E = 101
    const I = 105
    const N = 110
    const R = 114
    const T = 116
    const V = 118
    const LONGEST_TIMER_MS = 2 ** 31 - 1
    const { length } = text
    if (start < length) {
      if (text.charCodeAt(start) === skip) start++
      skip = 0
    }
    // Where the next ones are, searched for anew once they are passed.
    let cr = indexOf(text, '\r', start)
    let nul = -1
    // Even if all of the text were one message.
    count(dataBytes + length * 3)
    const light = !counted
    const seen = (last = { id: last.id })
    let blockBytes = dataBytes
    let blockType = type
    let head = data ?? '' // what earlier chunks brought, to which this one adds
    let blockData: string | undefined = data && ''
    let blockId = id
    type = ''
    data = undefined
    counted = false
    dataBytes = 0
    while (start < length) {
      const first = text.charCodeAt(start)
      let end = start
      // [spec] "If the line is empty (a blank line): dispatch the event"
      if (first === LF || first === CR) {
        seen.id = blockId
        // [spec] "If the data buffer is an empty string, set the data buffer and the event type buffer to the empty string and return."
        if (blockData !== undefined) {
          const message = { type: blockType || defaultType, data: head + blockData, id: blockId }
          head = ''
          blockData = undefined
          blockBytes = 0
          if (call(onMessage, message)) return
        }
        blockType = ''
      } else {
        end = text.indexOf('\n', start)
        if (end < 0 || cr < end) end = cr
        if (end === length) break

        // [spec] "process the field"; what is none of the four is ignored. A name may stand without a colon, and in
        // front of the value one space is skipped: `slice` gives the empty string where that passes the line's end.
        if (first === D) {
          if (
            text.charCodeAt(start + 1) === A &&
            text.charCodeAt(start + 2) === T &&
            text.charCodeAt(start + 3) === A &&
            (text.charCodeAt(start + 4) === COLON || start + 4 === end)
          ) {
            const from = text.charCodeAt(start + 5) === SPACE ? start + 6 : start + 5
            if (!light) {
              check(blockBytes + bytesOf(text, start, end))
              blockBytes += bytesOf(text.slice(from, end)) + 1
            }
            if (blockData === undefined) blockData = text.slice(from, end)
            else blockData += '\n' + text.slice(from, end)
          }
        } else if (first === COLON) {
          // [spec] "If the line starts with a U+003A COLON character (:): ignore the line."
          comments++
          if (
            onComment &&
            call(onComment, text.slice(text.charCodeAt(start + 1) === SPACE ? start + 2 : start + 1, end))
          )
            return
        } else if (first === E) {
          if (
            text.charCodeAt(start + 1) === V &&
            text.charCodeAt(start + 2) === E &&
            text.charCodeAt(start + 3) === N &&
            text.charCodeAt(start + 4) === T &&
            (text.charCodeAt(start + 5) === COLON || start + 5 === end)
          ) {
            if (!light) check(blockBytes + bytesOf(text, start, end))
            blockType = text.slice(text.charCodeAt(start + 6) === SPACE ? start + 7 : start + 6, end)
          }
        } else if (first === I) {
          if (
            text.charCodeAt(start + 1) === D &&
            (text.charCodeAt(start + 2) === COLON || start + 2 === end)
          ) {
            if (!light) check(blockBytes + bytesOf(text, start, end))
            // [spec] "If the field value does not contain U+0000 NULL"
            if (nul < start) nul = indexOf(text, '\0', start)
            if (nul > end)
              blockId = text.slice(text.charCodeAt(start + 3) === SPACE ? start + 4 : start + 3, end)
          }
        } else if (first === R) {
          // [spec] "If the field value consists of only ASCII digits"
          const retry = /^retry: ?(\d+)$/.exec(text.slice(start, end))
          if (retry && call(onRetry, Math.min(Number(retry[1]), LONGEST_TIMER_MS))) return
        }
      }
      start = end + 1
      if (end === cr) {
        if (start === length) skip = LF
        else if (text.charCodeAt(start) === LF) start++
        cr = indexOf(text, '\r', start)
      }
    }
    type = blockType
    id = blockId
    if (blockData !== undefined) {
      // To test a rope makes it flat: one of an endless message's short lines takes several times what they say.
      FIELD.test(blockData)
      data = head + blockData
      dataBytes = light ? blockBytes + length * 3 : blockBytes
      counted = !light
    }
    if (start < length) hold(text.slice(start))
  }

  function hold(text: string): void {
    if (unread) return
    const short = line.length < 6
    line += text
    // Six characters tell a field's name with its colon.
    if (short && line.length > 5 && !(line[0] === ':' ? onComment : FIELD.test(line))) {
      line = line.slice(0, 6)
      unread = true
      return
    }
    lineBytes += counted ? bytesOf(text) : text.length * 3
    count(lineBytes + dataBytes)
    check(lineBytes + dataBytes)
  }

  return {
    feed(chunk) {
      if (closed) return
      // Its owner may use the bytes again before their turn comes.
      if (busy) return void queue.push(chunk.slice())
      busy = true
      try {
        take(chunk)
        while (queue.length > 0) take(queue.shift()!)
      } finally {
        busy = false
      }
    },
    reset(startId = last.id) {
      last = { id: startId }
      forget()
      comments = 0
      closed = false
    },
    close,
    get lastEventId() {
      return last.id
    },
    get midMessage() {
      return gatheredLength > 0 || line !== '' || data !== undefined || type !== '' || id !== last.id
    },
    get comments() {
      return comments
    },
  }
}
