import { refuse } from '../errors.ts'
import type { Clock } from '../platform/clock.ts'

/** Limits for the start of a rejected response's body, which the error carries. */
const EXCERPT_BYTES = 4_096
const EXCERPT_MS = 1_000

/** Reader of a response's body. The reader of a web stream is one. */
interface BodyReader {
  read(): Promise<{ readonly value?: unknown }>
  cancel(): Promise<unknown>
}

/** Properties by which the kind of a body is recognized. A `fetch` of the user may return more than a web stream. */
interface Body {
  getReader?(): BodyReader
  [Symbol.asyncIterator]?(): AsyncIterator<unknown>
  destroy?(): unknown
}

/**
 * Returns a reader of a body: of a web stream, or of another async iterable, such as a `Readable` of Node.
 *
 * @throws SseError `invalid-option` for any other body.
 */
export function readBody(body: unknown): BodyReader | undefined {
  if (!body) return undefined
  const source = body as Body
  if (source.getReader) return source.getReader()
  const iterator = source[Symbol.asyncIterator]?.() ?? refuseBody(body)
  return {
    read: () => iterator.next(),
    async cancel() {
      // A generator returns only after its pending read, which may never end. A `Readable` can be destroyed at once.
      source.destroy?.()
      await iterator.return?.()
    },
  }
}

/** Returns a chunk of a body as bytes. A web stream in memory, or a `Readable` with an encoding, may have text. */
export function toBytes(chunk: unknown): Uint8Array | undefined {
  if (typeof chunk === 'string') return encode(chunk)
  if (chunk === undefined || chunk instanceof Uint8Array) return chunk
  if (ArrayBuffer.isView(chunk)) return new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength)
  return chunk instanceof ArrayBuffer ? new Uint8Array(chunk) : refuseBody(chunk)
}

/** Returns the start of a body as text. Stops at a limit of size and time. */
export async function readExcerpt(body: unknown, clock: Clock): Promise<string> {
  let reader: BodyReader | undefined
  const cancel = () => void reader?.cancel().catch(() => undefined)
  const clearTimer = clock.timer(cancel, EXCERPT_MS)
  let text = ''
  try {
    const decoder = new TextDecoder()
    reader = readBody(body)
    for (let left = EXCERPT_BYTES; left > 0;) {
      const chunk = toBytes((await reader?.read())?.value)
      if (!chunk) break
      text += decoder.decode(chunk.subarray(0, left), { stream: true })
      left -= chunk.length
    }
  } catch {
    // The status is known, even if the body broke off.
  }
  clearTimer()
  cancel()
  return text
}

/** Encodes text as UTF-8. */
export function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}

/** Returns a text as the value of a header. A header holds bytes, so other characters are sent as UTF-8. [spec] 9.2.2 */
export function toByteString(text: string): string {
  return String.fromCharCode(...encode(text))
}

/** @throws SseError `invalid-option` for a response, a body or a chunk that cannot be read. */
export function refuseBody(value: unknown): never {
  refuse('fetch', `must resolve with a Response with a body of bytes, not ${value}`)
}
