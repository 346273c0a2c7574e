import { ServerError } from './errors.ts'
import type { LogEntry } from './log.ts'
import type { Gap } from './resume.ts'

/** Start of the names of events that this package sends by itself. */
const RESERVED = 'headwater.'

/** Returns a message in the event stream format. No value of the entry can begin a field, even if another program wrote it to the log. */
export const encodeEntry = ({ event, data, id }: LogEntry): string =>
  `${event && `event: ${oneLine(event)}\n`}${field('data', data)}id: ${oneLine(id)}\n\n`

/** Returns the event that tells a reader of a gap. */
export const encodeGap = ({ from, to }: Gap, position: string): string =>
  encodeEntry({ event: `${RESERVED}gap`, data: JSON.stringify({ from, to }), id: position })

/** Returns a block without data, which fires no event: the delay before a reconnect, and the position of the reader. */
export const encodeState = (retryMs: number | undefined, id: string | undefined): string =>
  `${retryMs === undefined ? '' : `retry: ${Math.ceil(retryMs)}\n`}${id === undefined ? '' : `id: ${id}\n`}\n`

// [spec] A line ends with CRLF, LF or CR.
const field = (name: string, value: string): string =>
  `${name}: ${value.includes('\n') || value.includes('\r') ? value.split(/\r\n|[\r\n]/).join(`\n${name}: `) : value}\n`

/** Replaces line breaks, and NUL, with which a client would ignore an id. */
const oneLine = (value: string): string => value.replaceAll(/[\r\n\0]+/g, ' ')

/** @throws ServerError `invalid-message` if clients would not receive the event and the data as they are. */
export const checkMessage = (event: string, data: unknown): void => {
  const why =
    typeof event !== 'string' || /[\r\n\0\p{Surrogate}]|^headwater\./u.test(event)
      ? `it has a line break, NUL, half of a surrogate pair, or begins with ${RESERVED}`
      : typeof data !== 'string'
        ? 'its data is not text, and not JSON'
        : /[\r\p{Surrogate}]/u.test(data) &&
          "its data has a carriage return or half of a surrogate pair. Use format: 'json'"
  if (why) throw new ServerError('invalid-message', `The event ${JSON.stringify(event)} is refused: ${why}.`)
}

/** Returns the UTF-8 bytes of a text. */
export const toBytes = (text: string): Uint8Array => asBuffer(new TextEncoder().encode(text))

/** Returns one chunk of several. */
export const concat = (chunks: readonly Uint8Array[]): Uint8Array => {
  if (chunks.length === 1) return chunks[0]!
  const all = new Uint8Array(chunks.reduce((length, chunk) => length + chunk.length, 0))
  let at = 0
  for (const chunk of chunks) {
    all.set(chunk, at)
    at += chunk.length
  }
  return asBuffer(all)
}

/** Returns bytes as a `Buffer` where there is one: the sockets of Node take it as it is, and wrap other arrays at each write. */
const asBuffer = ({ buffer, byteOffset, length }: Uint8Array): Uint8Array => {
  const { Buffer } = globalThis as { Buffer?: { from(...from: unknown[]): Uint8Array } }
  return Buffer?.from(buffer, byteOffset, length) ?? new Uint8Array(buffer, byteOffset, length)
}
