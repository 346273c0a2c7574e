const LF = 10
const CR = 13

/** Largest number of bytes that are gathered one by one; for a larger chunk one call of a decoder is cheap. */
export const GATHER_BYTES = 512

const STREAM = { stream: true }

/** State of a decoder of UTF-8 chunks that are cut anywhere. */
export interface Utf8State {
  /** Bytes of an unfinished line or character. There is no line end among them. */
  readonly gathered: Uint8Array
  /** Number of gathered bytes. */
  gatheredLength: number
  /** Number of bytes that may be gathered: at most `GATHER_BYTES`, and no more than the limit of a message leaves. */
  gatherLimit: number
  /** True if the last large chunk was not only ASCII. */
  nonAscii: boolean
}

// The parser removes the one byte order mark that counts: only it knows where a stream begins.
const createDecoder = () => new TextDecoder('utf-8', { ignoreBOM: true })
// Created when they are needed: a test environment may lack them, and only import the module.
let decoder: TextDecoder | undefined
let streamingDecoder: TextDecoder | undefined

/** Decodes a range of the bytes that are `this`. */
type Slice = (this: Uint8Array, start: number, end: number) => string

let slice: Slice | undefined

/** Returns the method that Node decodes its buffers with. It decodes a small chunk in four fifths of the time of a `TextDecoder`. */
function findSlice(): Slice {
  const { Buffer } = globalThis as { Buffer?: { prototype: { utf8Slice?: Slice } } }
  return (
    Buffer?.prototype.utf8Slice ??
    function (start, end) {
      return (decoder ??= createDecoder()).decode(end < this.length ? this.subarray(start, end) : this)
    }
  )
}

/** Decodes the first bytes, which end with a whole character. */
export function decode(bytes: Uint8Array, end: number): string {
  return (slice ??= findSlice()).call(bytes, 0, end)
}

/** Decodes bytes of a large chunk, which end with a whole character. */
export function decodeLarge(state: Utf8State, bytes: Uint8Array): string {
  // Node 20 and 22 decode ASCII ten times as fast without streaming, and everything else twice as fast with it. A malformed end would
  // stay in the decoder.
  const text =
    state.nonAscii && endOfCharacters(bytes, bytes.length) === bytes.length
      ? (streamingDecoder ??= createDecoder()).decode(bytes, STREAM)
      : (decoder ??= createDecoder()).decode(bytes)
  state.nonAscii = text.length < bytes.length
  return text
}

/** Gathers the bytes of a chunk from an index on. Returns the number of gathered bytes that are whole lines. */
export function gather(state: Utf8State, chunk: Uint8Array, from: number): number {
  const { gathered } = state
  const { length } = chunk
  let to = state.gatheredLength
  let end = 0
  // For a few bytes a loop is faster than the call of a builtin.
  for (let index = from; index < length;) {
    const byte = chunk[index++]!
    gathered[to++] = byte
    if (byte === LF || byte === CR) end = to
  }
  state.gatheredLength = to
  return end
}

/** Returns the text of the first gathered bytes, and removes them. */
export function takeGathered(state: Utf8State, end: number): string {
  const { gathered, gatheredLength } = state
  if (end === 0) return ''
  state.gatheredLength = gatheredLength - end
  const text = decode(gathered, end)
  if (end < gatheredLength) gathered.copyWithin(0, end, gatheredLength)
  return text
}

/** Adds the bytes at the start of a chunk that end a gathered character. Returns their number. */
export function completeCharacter(state: Utf8State, chunk: Uint8Array): number {
  const { gathered, gatheredLength } = state
  const begun = gatheredLength - endOfCharacters(gathered, gatheredLength)
  let count = 0
  if (begun > 0) {
    // A character has at most four bytes.
    while (begun + count < 4 && chunk[count]! >> 6 === 2) gathered[gatheredLength + count] = chunk[count++]!
  }
  state.gatheredLength += count
  return count
}

/** Returns the end of the last complete character of the first bytes. At most the last three bytes begin one that the next chunk completes. */
export function endOfCharacters(bytes: Uint8Array, length: number): number {
  let start = length - 1
  while (start > length - 3 && bytes[start]! >> 6 === 2) start--
  const first = bytes[start]!
  const size = first > 0xef ? 4 : first > 0xdf ? 3 : first > 0xbf ? 2 : 1
  // A cut before a byte that starts a character changes nothing: a decoder starts again there in any case.
  return start + size > length ? start : length
}
