const LF = 10
const CR = 13

/** Chunks up to this size are gathered byte by byte; for a larger one a call of a decoder is cheap. */
const GATHER_BYTES = 512

// Each call gets whole characters. Without streaming, ASCII decodes seven times as fast on Node 20 and 22, and everything else half
// as fast, so large chunks of other text are streamed. The parser removes the one byte order mark that counts: only it knows where
// a stream begins, and some decoders that stream remove a second one too.
const decoder = /* @__PURE__ */ new TextDecoder('utf-8', { ignoreBOM: true })
const streamingDecoder = /* @__PURE__ */ new TextDecoder('utf-8', { ignoreBOM: true })

/** Decoder of UTF-8 chunks that are cut anywhere. */
export interface Utf8Decoder {
  /**
   * Returns the text that is complete: whole lines of a small chunk, whole characters of a large one.
   *
   * @param maxGather Limit for the bytes that are kept back as an unfinished line.
   */
  decode(chunk: Uint8Array, maxGather: number): string
  /** Returns the text of the bytes that were kept back. */
  flush(): string
  /** Discards the bytes that were kept back. */
  reset(): void
  /** Number of bytes that were kept back. */
  readonly pendingBytes: number
}

/** Creates a decoder. */
export function createUtf8Decoder(): Utf8Decoder {
  // Bytes of an unfinished line or character. There is no line end among them.
  const gathered = new Uint8Array(GATHER_BYTES)
  let length = 0
  let nonAscii = false // the last large chunk was not only ASCII

  /** Copies a small chunk to the gathered bytes. Returns the end of the last line among them. */
  function gather(chunk: Uint8Array): number {
    let end = 0
    // For a few bytes a loop is faster than the call of a builtin.
    for (let index = 0; index < chunk.length; index++) {
      const byte = chunk[index]!
      gathered[length++] = byte
      if (byte === LF || byte === CR) end = length
    }
    return end
  }

  /** Decodes the bytes up to `end`, and keeps the rest back. */
  function take(bytes: Uint8Array, end: number, isLarge: boolean): string {
    const complete = bytes.subarray(0, end)
    const text = nonAscii ? streamingDecoder.decode(complete, { stream: true }) : decoder.decode(complete)
    nonAscii = isLarge && text.length < end
    const rest = bytes.subarray(end, isLarge ? bytes.length : length)
    length = rest.length
    gathered.set(rest)
    return text
  }

  return {
    decode(chunk, maxGather) {
      // The chunk of a server that flushes after each message. A view of it would cost a third of the decoding.
      if (length === 0 && chunk[chunk.length - 1] === LF) return decoder.decode(chunk)
      if (length + chunk.length <= Math.min(GATHER_BYTES, maxGather)) {
        const end = gather(chunk)
        return end === 0 ? '' : take(gathered, end, false)
      }
      let bytes = chunk
      if (length > 0) {
        bytes = new Uint8Array(length + chunk.length)
        bytes.set(gathered.subarray(0, length))
        bytes.set(chunk, length)
      }
      return take(bytes, endOfCharacters(bytes), true)
    },
    flush() {
      const text = decoder.decode(gathered.subarray(0, length))
      length = 0
      return text
    },
    reset() {
      length = 0
    },
    get pendingBytes() {
      return length
    },
  }
}

/** Returns the end of the last complete character. At most the last three bytes begin one that the next chunk completes. */
function endOfCharacters(bytes: Uint8Array): number {
  const { length } = bytes
  let end = length - 1
  while (end > length - 3 && bytes[end]! >> 6 === 2) end--
  // A cut before a byte that starts a character changes nothing: a decoder starts again there in any case.
  return bytes[end]! > 0xbf ? end : length
}
