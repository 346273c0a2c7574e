type Chunk = Uint8Array | string

/** Queue from a transport, a socket or another tab, to the connection that reads it. */
export interface Feed {
  /** Length of the chunks that were not read yet: bytes, or UTF-16 code units of text. */
  readonly length: number
  push(chunk: Chunk): void
  /** Ends the queue, with an error if there is one, once all chunks are read. */
  end(error?: unknown): void
  /** Reads the next chunk, or waits for it. */
  readonly read: () => Promise<Chunk | undefined>
  /** Waits until a chunk is read. */
  taken(): Promise<void>
}

/**
 * Creates a queue.
 *
 * @param onTaken Called with the length of each chunk that is read.
 */
export function createFeed(onTaken: (length: number) => void): Feed {
  const chunks: Chunk[] = []
  let length = 0
  let ending: { readonly error: unknown } | undefined
  let wakeReader: (() => void) | undefined
  let wakeWriter: (() => void) | undefined

  return {
    get length() {
      return length
    },
    push(chunk) {
      chunks.push(chunk)
      length += chunk.length
      wakeReader?.()
    },
    end(error) {
      ending ??= { error }
      wakeReader?.()
    },
    async read() {
      while (chunks.length === 0) {
        if (ending?.error) throw ending.error
        if (ending) return undefined
        await new Promise<void>((resolve) => (wakeReader = resolve))
      }
      const chunk = chunks.shift()!
      length -= chunk.length
      onTaken(chunk.length)
      wakeWriter?.()
      return chunk
    },
    taken: () => new Promise((resolve) => (wakeWriter = resolve)),
  }
}
