const LF = 10
const CR = 13

/** Chunks up to this size are gathered byte by byte; for a larger one a call of a decoder is cheap. */
export const GATHER_BYTES = 512

// Each call gets whole characters. Without streaming, ASCII decodes seven times as fast on Node 20 and 22, and everything else half
// as fast, so large chunks of other text are streamed. The parser removes the one byte order mark that counts: only it knows where
// a stream begins, and some decoders that stream remove a second one too. Created when they are needed: a test environment may lack
// them, and only import the module.
let decoder: TextDecoder | undefined
let streamingDecoder: TextDecoder | undefined

const createDecoder = () => new TextDecoder('utf-8', { ignoreBOM: true })
const decode = (bytes: Uint8Array): string => (decoder ??= createDecoder()).decode(bytes)

/** State of a decoder of UTF-8 chunks that are cut anywhere. */
export interface Utf8State {
  /** Bytes of an unfinished line or character, at most `GATHER_BYTES`. There is no line end among them. */
  readonly gathered: Uint8Array
  /** Number of gathered bytes. */
  gatheredLength: number
  /** True if the last large chunk was not only ASCII. */
  nonAscii: boolean
}

/**
 * Decodes a chunk. Returns the text that is complete: whole lines of a small chunk, whole characters of a large one.
 *
 * @param maxGather Largest number of bytes of an unfinished line to gather.
 */
export function decodeChunk(state: Utf8State, chunk: Uint8Array, maxGather: number): string {
  const { gathered, gatheredLength } = state
  const chunkLength = chunk.length
  // The chunk of a server that flushes after each message. A view of it would cost a third of the decoding.
  if (gatheredLength === 0 && chunk[chunkLength - 1] === LF) return decode(chunk)
  const total = gatheredLength + chunkLength
  if (total <= GATHER_BYTES && total <= maxGather) {
    let end = 0
    // For a few bytes a loop is faster than the call of a builtin.
    for (let from = 0, to = gatheredLength; from < chunkLength;) {
      const byte = chunk[from++]!
      gathered[to++] = byte
      if (byte === LF || byte === CR) end = to
    }
    state.gatheredLength = total
    return end === 0 ? '' : decodeUntil(state, gathered, end)
  }
  let bytes = chunk
  if (gatheredLength > 0) {
    bytes = new Uint8Array(total)
    bytes.set(gathered.subarray(0, gatheredLength))
    bytes.set(chunk, gatheredLength)
  }
  state.gatheredLength = total
  return decodeUntil(state, bytes, endOfCharacters(bytes))
}

/** Returns the text of the gathered bytes, complete or not. */
export function flush(state: Utf8State): string {
  const text = decode(state.gathered.subarray(0, state.gatheredLength))
  state.gatheredLength = 0
  return text
}

/** Decodes the bytes up to `end`, and gathers the rest. */
function decodeUntil(state: Utf8State, bytes: Uint8Array, end: number): string {
  const complete = bytes.subarray(0, end)
  const rest = bytes.subarray(end, state.gatheredLength)
  // The second call flushes: a malformed start of a character at the end would otherwise appear in the next stream that uses the decoder.
  const text = state.nonAscii
    ? (streamingDecoder ??= createDecoder()).decode(complete, { stream: true }) + streamingDecoder.decode()
    : decode(complete)
  state.nonAscii = bytes !== state.gathered && text.length < end
  state.gathered.set(rest)
  state.gatheredLength = rest.length
  return text
}

/** Returns the end of the last complete character. At most the last three bytes begin one that the next chunk completes. */
function endOfCharacters(bytes: Uint8Array): number {
  const { length } = bytes
  let end = length - 1
  while (end > length - 3 && bytes[end]! >> 6 === 2) end--
  // A cut before a byte that starts a character changes nothing: a decoder starts again there in any case.
  return bytes[end]! > 0xbf ? end : length
}
