import type { Message } from '../../src/protocol/message.ts'
import { concatenate } from './stream-arbitrary.ts'

/** Everything that a stream means. */
export interface Outcome {
  messages: Message[]
  comments: string[]
  retries: number[]
  lastEventId: string
}

/**
 * Returns the text of a stream that is fed in chunks, byte order marks included. A text chunk ends the bytes before it: an
 * unfinished character becomes U+FFFD. Text is taken as it is, lone surrogates included.
 */
export function decode(chunks: readonly (Uint8Array | string)[]): string {
  let text = ''
  let bytes: Uint8Array[] = []
  const flush = () => {
    text += new TextDecoder('utf-8', { ignoreBOM: true }).decode(concatenate(bytes))
    bytes = []
  }
  for (const chunk of chunks) {
    if (typeof chunk === 'string') {
      flush()
      text += chunk
    } else bytes.push(chunk)
  }
  flush()
  return text
}

interface ReferenceOptions {
  readonly lastEventId?: string
  readonly defaultType?: string
  /** Drops the id of a block without data, as Firefox does. Default `false`, as the specification says. */
  readonly idNeedsData?: boolean
}

/**
 * Reads a whole stream by the specification's own wording: slow, obvious, and right. Tests compare the parser with it.
 *
 * [spec] 9.2.6, interpreting an event stream
 */
export function reference(
  stream: string,
  { lastEventId = '', defaultType = 'message', idNeedsData = false }: ReferenceOptions = {},
): Outcome {
  // "Streams must be decoded using the UTF-8 decode algorithm", which "strips one leading UTF-8 byte order mark, if any".
  const text = stream.startsWith('\uFEFF') ? stream.slice(1) : stream

  // "Lines must be separated by either a CRLF character pair, a single LF character, or a single CR character."
  const lines = text.split(/\r\n|\n|\r/)
  // "Once the end of the file is reached, any pending data must be discarded." A line without an end is part of it.
  lines.pop()

  const outcome: Outcome = { messages: [], comments: [], retries: [], lastEventId }
  let dataBuffer = ''
  let eventTypeBuffer = ''
  let lastEventIdBuffer = lastEventId

  for (const line of lines) {
    if (line === '') {
      // "If the line is empty: dispatch the event"
      // 1. "Set the last event ID string of the event source to the value of the last event ID buffer."
      if (idNeedsData && dataBuffer === '') lastEventIdBuffer = outcome.lastEventId
      outcome.lastEventId = lastEventIdBuffer
      // 2. "If the data buffer is an empty string, set the data buffer and the event type buffer to the empty string and return."
      if (dataBuffer !== '') {
        // 3. "If the data buffer's last character is a LF, then remove the last character from the data buffer."
        if (dataBuffer.endsWith('\n')) dataBuffer = dataBuffer.slice(0, -1)
        outcome.messages.push({
          type: eventTypeBuffer || defaultType,
          data: dataBuffer,
          id: outcome.lastEventId,
        })
      }
      dataBuffer = ''
      eventTypeBuffer = ''
    } else if (line.startsWith(':')) {
      // "If the line starts with a COLON: ignore the line". The parser delivers it without one leading space, like the value of a field.
      const comment = line.slice(1)
      outcome.comments.push(comment.startsWith(' ') ? comment.slice(1) : comment)
    } else {
      let field = line
      let value = ''
      if (line.includes(':')) {
        field = line.slice(0, line.indexOf(':'))
        value = line.slice(line.indexOf(':') + 1)
        if (value.startsWith(' ')) value = value.slice(1)
      }
      if (field === 'event') eventTypeBuffer = value
      else if (field === 'data') dataBuffer += `${value}\n`
      else if (field === 'id') {
        if (!value.includes('\u0000')) lastEventIdBuffer = value
      } else if (field === 'retry') {
        // "consists of only ASCII digits"; the cap is the longest delay of a timer, and is our own.
        if (/^[0-9]+$/.test(value)) outcome.retries.push(Math.min(Number.parseInt(value, 10), 2147483647))
      }
    }
  }
  return outcome
}
