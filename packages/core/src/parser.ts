import { report, SseError } from './errors.ts'
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
  /** How many bytes of UTF-8 the line being received and the data before it may have together; 16 MiB by default. NaN allows none. */
  maxMessageBytes?: number | undefined
}

/** A parser of one stream at a time: chunks go in, messages come out through the options' callbacks. */
export interface Parser {
  /**
   * Takes the next bytes, or the next piece of text, cut anywhere. A chunk fed by a callback comes after the rest of the
   * present one.
   *
   * @throws {SseError} `message-too-large` over `maxMessageBytes`; nothing is kept, and the parser is closed until `reset()`.
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
const BOM = 0xfeff

/** A chunk this small is gathered with its neighbours as bytes; a larger one is decoded as it is. */
const GATHER_BYTES = 2048

const FIELD = /^(data|event|id|retry):/

const LONGEST_TIMER_MS = 2 ** 31 - 1

// One call decodes whole characters: a decoder that streams is slower (by half on Node 20 and 22), and some drop a second
// byte order mark with the first. To remove the one that counts is ours anyway: only we know where a stream begins.
const decoder = /* @__PURE__ */ new TextDecoder('utf-8', { ignoreBOM: true })

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

function call<Value>(callback: ((value: Value) => void) | undefined, value: Value): void {
  try {
    callback?.(value)
  } catch (error) {
    report(error)
  }
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
  const { onMessage, onComment, onRetry, maxMessageBytes = 2 ** 24 } = options

  // Bytes whose text is not known yet: the start of a line, or of a character. There is no line end among them.
  const gathered = new Uint8Array(GATHER_BYTES)
  let gatheredLength = 0

  // The line.
  let line = '' // what has come of an unfinished one; a rope: chunks are joined once, at the line's end
  let unread = false // nobody wants it: `line` is its start, and does not grow
  let afterCR = false // the last one ended with CR: an LF that comes next belongs to that end
  let atStart = true // no text of the stream has come

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
    unread = afterCR = counted = false
    atStart = true
  }

  function close(): void {
    forget()
    closed = true
  }

  /** Where the estimate is over the limit, `line` and `data` are counted, once; and so is each new piece from then on. */
  function count(): void {
    counted = true
    lineBytes = bytesOf(line)
    dataBytes = data === undefined ? 0 : bytesOf(data) + 1
  }

  /** Throws if a line and the data before it are too large. */
  function check(bytes: number): void {
    if (bytes <= maxMessageBytes) return
    close()
    throw new SseError('message-too-large', `A message exceeds maxMessageBytes (${maxMessageBytes}).`)
  }

  // Small chunks wait for the end of a line, which is decoded whole; large ones for the end of a character only. A cut
  // before a byte that continues no character changes nothing: a decoder begins anew there in any case.
  function take(chunk: Uint8Array | string): void {
    if (typeof chunk === 'string') {
      const text = decoder.decode(gathered.subarray(0, gatheredLength)) + chunk
      gatheredLength = 0
      return takeText(text)
    }
    let end = chunk.length
    const total = gatheredLength + end
    const small = total <= GATHER_BYTES && total + lineBytes + dataBytes <= maxMessageBytes
    if (small) {
      // Gathered on the way: a builtin's call costs more than to copy a few bytes.
      while (end > 0 && chunk[end - 1] !== LF && chunk[end - 1] !== CR)
        gathered[gatheredLength + --end] = chunk[end]!
      if (end === 0) {
        gatheredLength = total
        return
      }
    }
    let bytes = chunk
    if (gatheredLength > 0) {
      if (small) {
        bytes = gathered
      } else {
        bytes = new Uint8Array(total)
        bytes.set(gathered.subarray(0, gatheredLength))
      }
      bytes.set(chunk, gatheredLength)
      end += gatheredLength
    }
    if (!small) {
      // At most the last three bytes begin a character that the next chunk ends.
      let last = total - 1
      while (last > total - 3 && bytes[last]! >> 6 === 2) last--
      if (bytes[last]! > 0xbf) end = last
    }
    const text = decoder.decode(end === bytes.length ? bytes : bytes.subarray(0, end))
    gatheredLength = total - end
    if (gatheredLength > 0) gathered.set(bytes.subarray(end, total))
    takeText(text)
  }

  // [spec] "stream = [ bom ] *event", where a line ends with CRLF, LF or CR.
  function takeText(text: string): void {
    if (text === '') return
    if (atStart && text.charCodeAt(0) === BOM) text = text.slice(1)
    atStart = false
    let start = 0
    if (line !== '') {
      const current = epoch
      start = Math.min(indexOf(text, '\n', 0), indexOf(text, '\r', 0)) + 1
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

  // This loop is what a message costs. So the block is kept in local variables, names are compared by character, and what
  // is done for most messages is written out: an engine inlines only so much.
  function takeLines(text: string, start: number): void {
    const { length } = text
    if (afterCR && start < length) {
      afterCR = false
      if (text.charCodeAt(start) === LF) start++
    }
    const current = epoch
    const seen = (last = { id: last.id })
    let cr = indexOf(text, '\r', start) // where the next one is, searched for anew once it is passed
    // Even if all of the text were one message.
    const light = !counted && dataBytes + length * 3 <= maxMessageBytes
    if (!light && !counted) count()
    let blockBytes = dataBytes
    let blockType = type
    let blockData: string | undefined = data
    // The second line of data and what follows, joined once: a rope of lines takes several times what they say.
    let lines: string[] | undefined
    let blockId = id
    type = ''
    data = undefined
    while (start < length) {
      const first = text.charCodeAt(start)
      let end = start
      // [spec] "If the line is empty (a blank line): dispatch the event"
      if (first === LF || first === CR) {
        seen.id = blockId
        // [spec] "If the data buffer is an empty string, set the data buffer and the event type buffer to the empty string and return."
        if (blockData !== undefined) {
          if (lines !== undefined) blockData += '\n' + lines.join('\n')
          const message = { type: blockType || 'message', data: blockData, id: blockId }
          blockData = lines = undefined
          blockBytes = 0
          try {
            onMessage(message)
          } catch (error) {
            report(error)
          }
          if (epoch !== current) return
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
            const value = text.slice(text.charCodeAt(start + 5) === SPACE ? start + 6 : start + 5, end)
            if (!light) {
              check(blockBytes + bytesOf(text, start, end))
              blockBytes += bytesOf(value) + 1
            }
            if (blockData === undefined) blockData = value
            else if (lines === undefined) lines = [value]
            else lines.push(value)
          }
        } else if (first === COLON) {
          // [spec] "If the line starts with a U+003A COLON character (:): ignore the line."
          comments++
          if (onComment) {
            call(onComment, text.slice(text.charCodeAt(start + 1) === SPACE ? start + 2 : start + 1, end))
            if (epoch !== current) return
          }
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
            const value = text.slice(text.charCodeAt(start + 3) === SPACE ? start + 4 : start + 3, end)
            // [spec] "If the field value does not contain U+0000 NULL"
            if (!value.includes('\0')) blockId = value
          }
        } else if (first === R) {
          // [spec] "If the field value consists of only ASCII digits"
          const retry = /^retry: ?(\d+)$/.exec(text.slice(start, end))
          if (retry) {
            call(onRetry, Math.min(Number(retry[1]), LONGEST_TIMER_MS))
            if (epoch !== current) return
          }
        }
      }
      start = end + 1
      if (end === cr) {
        if (start === length) afterCR = true
        else if (text.charCodeAt(start) === LF) start++
        cr = indexOf(text, '\r', start)
      }
    }
    type = blockType
    data = lines === undefined ? blockData : blockData + '\n' + lines.join('\n')
    id = blockId
    dataBytes = data === undefined ? 0 : light ? dataBytes + length * 3 : blockBytes
    counted = !light && data !== undefined
    if (start < length) hold(text.slice(start))
  }

  function hold(text: string): void {
    if (unread) return
    const short = line.length < 6
    line += text
    // Six characters tell a field's name with its colon.
    if (short && line.length > 5 && !(line.startsWith(':') ? onComment : FIELD.test(line))) {
      line = line.slice(0, 6)
      unread = true
      return
    }
    lineBytes += counted ? bytesOf(text) : text.length * 3
    if (!counted && !(lineBytes + dataBytes <= maxMessageBytes)) count()
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

/**
 * Makes a stream that turns bytes or text into messages, with backpressure: while nobody reads, nothing more is parsed.
 * What is unfinished when the input ends is discarded; a message over the limit errors the stream with an `SseError`.
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
