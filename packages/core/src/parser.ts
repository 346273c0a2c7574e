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
  /**
   * Copies each message out of the chunk that it came in; `false` by default. A message that is kept otherwise keeps the
   * text of its whole chunk in memory. Worth its price to one who keeps few messages of many.
   */
  detach?: boolean | undefined
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
const D = 100
const E = 101
const I = 105
const BOM = 0xfeff

/** A chunk this small is gathered with its neighbours as bytes; a larger one is decoded as it is. */
const GATHER_BYTES = 2048

const LONGEST_TIMER_MS = 2 ** 31 - 1

// One call decodes whole characters: a decoder that streams is slower (by half on Node 20 and 22), and some drop a second
// byte order mark with the first. To remove the one that counts is ours anyway: only we know where a stream begins.
const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
const encoder = new TextEncoder()

/** Where `mark` comes next, or the text's end. */
function indexOf(text: string, mark: string, from: number): number {
  const index = text.indexOf(mark, from)
  return index < 0 ? text.length : index
}

/** Where the name of the field that starts here ends, if it is one of the four; else -1. Never looks beyond its line. */
function endOfName(text: string, from: number, end: number): number {
  const first = text.charCodeAt(from)
  let colon = from
  // By character where most lines are: a call to a builtin would cost more.
  if (first === D)
    colon +=
      text.charCodeAt(from + 1) === 97 &&
      text.charCodeAt(from + 2) === 116 &&
      text.charCodeAt(from + 3) === 97
        ? 4
        : 0
  else if (first === E)
    colon +=
      text.charCodeAt(from + 1) === 118 &&
      text.charCodeAt(from + 2) === E &&
      text.charCodeAt(from + 3) === 110 &&
      text.charCodeAt(from + 4) === 116
        ? 5
        : 0
  else if (first === I) colon += text.charCodeAt(from + 1) === D ? 2 : 0
  else if (text.startsWith('retry', from)) colon += 5
  return colon > from && (colon === end || text.charCodeAt(colon) === COLON) ? colon : -1
}

/** What follows the colon, less one space. */
function valueOf(text: string, colon: number, end: number): string {
  return text.slice(colon + (text.charCodeAt(colon + 1) === SPACE ? 2 : 1), end)
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
  const { onMessage, onComment, onRetry, maxMessageBytes = 2 ** 24, detach } = options

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

  let lastEventId = id
  let comments = 0
  let closed = false
  let epoch = 0 // moves on with reset and close: what is left of the chunk in hand is of an old one
  let busy = false
  const queue: (Uint8Array | string)[] = []

  function forget(): void {
    epoch++
    queue.length = 0
    gatheredLength = lineBytes = dataBytes = 0
    line = type = ''
    data = undefined
    id = lastEventId
    unread = afterCR = counted = false
    atStart = true
  }

  function close(): void {
    forget()
    closed = true
  }

  function bytesOf(text: string): number {
    return counted ? encoder.encode(text).length : text.length * 3
  }

  /**
   * Called when the estimate is over the limit: counts the whole message, once, and throws if it is really over. From then
   * on each new piece is counted. Gives the bytes of the data.
   */
  function weigh(wholeLine: string, wholeData: string | undefined, wholeDataBytes: number): number {
    if (!counted) {
      counted = true
      wholeDataBytes = wholeData === undefined ? 0 : bytesOf(wholeData) + 1
    }
    if (bytesOf(wholeLine) + wholeDataBytes <= maxMessageBytes) return wholeDataBytes
    close()
    throw new SseError(
      'message-too-large',
      `A message exceeds maxMessageBytes (${maxMessageBytes}): raise it, or send less`,
    )
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

  // The block is kept in local variables here: to write a young string into an old closure costs more than to parse it.
  function takeLines(text: string, start: number): void {
    const { length } = text
    if (afterCR && start < length) {
      afterCR = false
      if (text.charCodeAt(start) === LF) start++
    }
    const current = epoch
    let blockType = type
    let blockData = data
    let blockId = id
    let newId = blockId !== lastEventId
    let blockBytes = dataBytes
    type = ''
    data = undefined
    let lf = -1 // where the next one is, searched for anew once it is passed
    let cr = -1
    let nul = -1
    while (start < length) {
      const from = start
      const first = text.charCodeAt(from)
      let end = from
      if (first !== LF && first !== CR) {
        if (lf < from) lf = indexOf(text, '\n', from)
        if (cr < from) cr = indexOf(text, '\r', from)
        end = lf < cr ? lf : cr
        if (end === length) break
      }
      start = end + 1
      if (first === CR || end === cr) {
        if (start === length) afterCR = true
        else if (text.charCodeAt(start) === LF) start++
      }

      // [spec] "If the line is empty (a blank line): dispatch the event"
      if (end === from) {
        if (newId) lastEventId = blockId
        newId = false
        const messageType = own(blockType) || 'message'
        blockType = ''
        // [spec] "If the data buffer is an empty string, set the data buffer and the event type buffer to the empty string and return."
        if (blockData === undefined) continue
        const message = { type: messageType, data: own(blockData), id: blockId }
        blockData = undefined
        blockBytes = 0
        counted = false
        call(onMessage, message)
        if (epoch !== current) return
        continue
      }

      // [spec] "If the line starts with a U+003A COLON character (:): ignore the line."
      if (first === COLON) {
        comments++
        if (onComment) call(onComment, valueOf(text, from, end))
        if (epoch !== current) return
        continue
      }

      // [spec] "process the field"; what is none of the four is ignored.
      const colon = endOfName(text, from, end)
      if (colon < 0) continue
      if (!(blockBytes + (end - from) * 3 <= maxMessageBytes))
        blockBytes = weigh(text.slice(from, end), blockData, blockBytes)
      const value = valueOf(text, colon, end)
      if (first === D) {
        blockData = blockData === undefined ? value : blockData + '\n' + value
        blockBytes += bytesOf(value) + 1
      } else if (first === E) {
        blockType = value
      } else if (first === I) {
        // [spec] "If the field value does not contain U+0000 NULL"
        if (nul < from) nul = indexOf(text, '\0', from)
        if (nul > end) {
          blockId = own(value)
          newId = true
        }
      } else if (/^\d+$/.test(value)) {
        // [spec] "If the field value consists of only ASCII digits"
        call(onRetry, Math.min(Number(value), LONGEST_TIMER_MS))
        if (epoch !== current) return
      }
    }
    type = blockType
    data = blockData
    id = blockId
    dataBytes = blockBytes
    if (start < length) hold(text.slice(start))
  }

  function hold(text: string): void {
    if (unread) return
    const short = line.length < 6
    line += text
    // Six characters tell a field's name with its colon.
    if (short && line.length > 5 && !(line.charCodeAt(0) === COLON ? onComment : endOfName(line, 0, 6) > 0)) {
      line = line.slice(0, 6)
      unread = true
      return
    }
    lineBytes += bytesOf(text)
    if (!(lineBytes + dataBytes <= maxMessageBytes)) {
      dataBytes = weigh(line, data, dataBytes)
      lineBytes = bytesOf(line)
    }
  }

  function own(text: string): string {
    return detach ? (' ' + text).slice(1) : text
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
    reset(startId = lastEventId) {
      lastEventId = startId
      forget()
      comments = 0
      closed = false
    },
    close,
    get lastEventId() {
      return lastEventId
    },
    get midMessage() {
      return gatheredLength > 0 || line !== '' || data !== undefined || type !== '' || id !== lastEventId
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
