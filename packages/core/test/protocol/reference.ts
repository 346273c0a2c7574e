import type { Message } from '../../src/protocol/message.ts'

/** What a whole stream means. */
export interface Outcome {
  messages: Message[]
  comments: string[]
  retries: number[]
  lastEventId: string
}

/**
 * The specification's own words, one after the other, over the whole stream at once: slow, obvious, and right. The tests
 * hold the parser against it.
 */
export function reference(stream: Uint8Array | string, startId = ''): Outcome {
  // "Streams must be decoded using the UTF-8 decode algorithm", which "strips one leading UTF-8 byte order mark, if any".
  let text: string
  if (typeof stream === 'string') text = stream.startsWith('\uFEFF') ? stream.slice(1) : stream
  else text = new TextDecoder('utf-8').decode(stream)

  // "Lines must be separated by either a CRLF character pair, a single LF character, or a single CR character."
  const lines = text.split(/\r\n|\n|\r/)
  // "Once the end of the file is reached, any pending data must be discarded." An unended line is part of it.
  lines.pop()

  const outcome: Outcome = { messages: [], comments: [], retries: [], lastEventId: startId }
  let dataBuffer = ''
  let eventTypeBuffer = ''
  let lastEventIdBuffer = startId

  for (const line of lines) {
    if (line === '') {
      // "If the line is empty: dispatch the event"
      // 1. "Set the last event ID string of the event source to the value of the last event ID buffer."
      outcome.lastEventId = lastEventIdBuffer
      // 2. "If the data buffer is an empty string, set the data buffer and the event type buffer to the empty string and return."
      if (dataBuffer !== '') {
        // 3. "If the data buffer's last character is a LF, then remove the last character from the data buffer."
        if (dataBuffer.endsWith('\n')) dataBuffer = dataBuffer.slice(0, -1)
        outcome.messages.push({
          type: eventTypeBuffer || 'message',
          data: dataBuffer,
          id: outcome.lastEventId,
        })
      }
      dataBuffer = ''
      eventTypeBuffer = ''
    } else if (line.startsWith(':')) {
      // "If the line starts with a COLON: ignore the line". We hand it on, less one space, as of a field's value.
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
        // "consists of only ASCII digits"; the cut at what a timer can hold is ours.
        if (/^[0-9]+$/.test(value)) outcome.retries.push(Math.min(Number.parseInt(value, 10), 2147483647))
      }
    }
  }
  return outcome
}
