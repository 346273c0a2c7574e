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
  /** How many bytes of UTF-8 the line being received and the data before it may have together; 16 MiB by default. */
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

const LONGEST_TIMER_MS = 2 ** 31 - 1

const FIELDS = ['data:', 'event:', 'id:', 'retry:']

// A byte order mark is ours to remove: only the parser knows where a stream begins.
const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
const encoder = new TextEncoder()

/**
 * Makes a parser of the event stream format, as exact as a browser's, whatever the chunks' bounds.
 *
 * @throws {SseError} `invalid-option` for a `maxMessageBytes` that is no positive number.
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
  if (!(maxMessageBytes > 0)) {
    throw new SseError('invalid-option', 'maxMessageBytes must be a positive number of bytes', {
      option: 'maxMessageBytes',
    })
  }

  // The stream.
  let gathered = new Uint8Array(0) // bytes without a line end, or the start of a character
  let gatheredLength = 0
  let atStart = true // nothing of the stream has been decoded
  let afterCR = false // the last line ended with CR; an LF would be the rest of that end
  let line = '' // what came of the unfinished line
  let ignored = false // the unfinished line is of no interest: `line` is its start and does not grow

  // The block.
  let type = ''
  let data: string | undefined // undefined: [spec] "the data buffer is an empty string"
  let id = options.lastEventId ?? ''

  // The sizes of `line` and `data` in bytes: three for each UTF-16 unit, until that exceeds the limit; then counted.
  let lineBytes = 0
  let dataBytes = 0
  let counted = false

  let lastEventId = id
  let comments = 0
  let closed = false
  let epoch = 0 // raised by reset and close, so that the chunk in hand is dropped
  let busy = false
  let queue: (Uint8Array | string)[] = []

  function clear(): void {
    epoch++
    queue = []
    gatheredLength = lineBytes = dataBytes = 0
    line = type = ''
    data = undefined
    id = lastEventId
    atStart = true
    afterCR = ignored = counted = false
  }

  function close(): void {
    clear()
    closed = true
  }

  function bytesOf(text: string): number {
    return counted ? encoder.encode(text).length : text.length * 3
  }

  function checkSize(pending: string): void {
    if (lineBytes + dataBytes <= maxMessageBytes) return
    if (!counted) {
      counted = true
      lineBytes = bytesOf(pending)
      dataBytes = data === undefined ? 0 : bytesOf(data) + 1
      return checkSize(pending)
    }
    close()
    throw new SseError(
      'message-too-large',
      `a message is larger than maxMessageBytes (${maxMessageBytes}); raise it, or have the server send less at once`,
    )
  }

  function call<Value>(callback: ((value: Value) => void) | undefined, value: Value): void {
    try {
      callback?.(value)
    } catch (error) {
      report(error)
    }
  }

  function own(text: string): string {
    return detach ? (' ' + text).slice(1) : text
  }

  // [spec] "dispatch the event"
  function dispatch(): void {
    lastEventId = id
    const message = data === undefined ? undefined : { type: own(type) || 'message', data: own(data), id }
    type = ''
    data = undefined
    dataBytes = 0
    counted = false
    if (message) call(onMessage, message)
  }

  // [spec] "process the line"
  function takeLine(text: string): void {
    if (text === '') return dispatch()
    const colon = text.indexOf(':')
    if (colon === 0) {
      comments++
      return call(onComment, text.slice(text.charCodeAt(1) === SPACE ? 2 : 1))
    }
    const name = colon < 0 ? text : text.slice(0, colon)
    if (!FIELDS.includes(name + ':')) return
    lineBytes = bytesOf(text)
    checkSize(text)
    const value = colon < 0 ? '' : text.slice(colon + (text.charCodeAt(colon + 1) === SPACE ? 2 : 1))
    if (name === 'data') {
      data = data === undefined ? value : data + '\n' + value
      dataBytes += bytesOf(value) + 1
    } else if (name === 'event') {
      type = value
    } else if (name === 'id') {
      if (!value.includes('\0')) id = own(value)
    } else if (/^[0-9]+$/.test(value)) {
      call(onRetry, Math.min(Number(value), LONGEST_TIMER_MS))
    }
  }

  function hold(text: string): void {
    if (ignored || text === '') return
    line += text
    const start = line.slice(0, 6)
    ignored =
      start[0] === ':' ? !onComment : !FIELDS.some((field) => field.startsWith(start.slice(0, field.length)))
    if (ignored) {
      line = start
      lineBytes = 0
    } else {
      lineBytes += bytesOf(text)
      checkSize(line)
    }
  }

  function takeText(text: string): void {
    const current = epoch
    let from = 0
    if (text === '') return
    // [spec] "one leading U+FEFF BYTE ORDER MARK character must be ignored"
    if (atStart && text.charCodeAt(0) === 0xfeff) from++
    atStart = false
    for (;;) {
      if (afterCR && from < text.length) {
        afterCR = false
        if (text.charCodeAt(from) === LF) from++
      }
      let end = from
      while (end < text.length && text.charCodeAt(end) !== LF && text.charCodeAt(end) !== CR) end++
      if (end === text.length) return hold(text.slice(from))
      const whole = line + text.slice(from, end)
      line = ''
      lineBytes = 0
      ignored = false
      afterCR = text.charCodeAt(end) === CR
      from = end + 1
      takeLine(whole)
      if (epoch !== current) return
    }
  }

  function flush(): void {
    const length = gatheredLength
    gatheredLength = 0
    takeText(decoder.decode(gathered.subarray(0, length)))
  }

  function takeBytes(chunk: Uint8Array): void {
    const bytes = new Uint8Array(gatheredLength + chunk.length)
    bytes.set(gathered.subarray(0, gatheredLength))
    bytes.set(chunk, gatheredLength)
    let cut = bytes.length
    for (let back = 1; back <= 3 && back <= bytes.length; back++) {
      const byte = bytes[bytes.length - back]!
      if (byte < 0x80) break
      if (byte >= 0xc0) {
        cut -= back
        break
      }
    }
    gathered = bytes.slice(cut)
    gatheredLength = gathered.length
    takeText(decoder.decode(bytes.subarray(0, cut)))
  }

  function take(chunk: Uint8Array | string): void {
    if (typeof chunk !== 'string') return takeBytes(chunk)
    if (gatheredLength > 0) flush()
    takeText(chunk)
  }

  return {
    feed(chunk) {
      if (closed) return
      if (busy) return void queue.push(chunk.slice())
      busy = true
      try {
        take(chunk)
        for (let next = queue.shift(); next !== undefined; next = queue.shift()) take(next)
      } finally {
        busy = false
      }
    },
    reset(startId) {
      if (startId !== undefined) lastEventId = startId
      clear()
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
 * @throws {SseError} `invalid-option`, as {@link createParser} does.
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
