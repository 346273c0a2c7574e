import * as fc from 'fast-check'

/** A chunk as a parser is fed with it. */
export type Chunk = Uint8Array | string

/** Form in which a chunk is fed. */
type Form = 'bytes' | 'text'

/** Smallest part of a stream that is generated and removed as a whole. It may be cut. */
interface Token {
  readonly text: string
  readonly bytes: Uint8Array
}

const encoder = new TextEncoder()
const token = (text: string): Token => ({ text, bytes: encoder.encode(text) })

// The first entry of each list is the one that counterexamples shrink to.
const LINE_ENDS = ['\n', '\n', '\n\n', '\n\n', '\r', '\r\n', '\r\n\r\n', '\r\r', '\n\r', '\r\r\n'].map(token)
const WORDS = [
  'data: ',
  'data: ',
  'data:',
  'data',
  'event: ',
  'event:',
  'event',
  'id: ',
  'id:',
  'id',
  'retry: ',
  'retry:',
  'retry',
  'data: a\n\n',
  'id: 1\ndata: b\n\n',
  'event: price\r\ndata: 12\r\n\r\n',
  'data\n',
  'id: 7\n',
  'event: e\r\n',
  'retry: 250\r',
  ': comment\n',
  'Data: ',
  'datax: ',
  'dat',
  'evented',
  'ID: ',
  'identity',
  'retries',
  'unknown: ',
].map(token)
const CHARACTERS = [
  'x',
  ':',
  ': ',
  ' ',
  '\t',
  '\0',
  '\0',
  '0',
  '42',
  '007',
  '9999999999',
  '-1',
  '1.5',
  '१२',
  '\uFEFF',
  '\uFEFF',
  'é',
  '你好',
  '😀',
  '👩‍💻',
  '\u200b',
  '\u0085',
  '\u2028',
  '\v',
  '\f',
  '\uFFFD',
  '\u{10FFFF}',
  '{"delta":{"content":" the"}}',
  'a:b: c',
].map(token)
// As bytes: what UTF-8 forbids. As text: lone surrogates, which only a string can hold.
const MALFORMED = (
  [
    ['\uD83D', [0xf0, 0x9f, 0x98]],
    ['\uDE00', [0x80]],
    ['\uD800', [0xe4, 0xbd]],
    ['\uDFFF', [0xbf, 0xbf]],
    ['\uDBFF', [0xf0, 0x9f]],
    ['\uD83D', [0xc3]],
    ['\uDC00', [0xc0, 0xaf]],
    ['\uD83D', [0xef, 0xbb]],
    ['\uD83D', [0xbb, 0xbf]],
    ['\uDE00', [0xe0, 0x80, 0xaf]],
    ['\uDE00', [0xed, 0xa0, 0x80]],
    ['\uDE00', [0xf4, 0x90, 0x80, 0x80]],
    ['\uDE00\uD83D', [0xff]],
    ['\uDE00', [0xe4, 0xbd, 0xa0, 0xa0]],
    ['\uDE00', [0xf0, 0x80, 0x80, 0x80, 0x80]],
  ] as const
).map(([text, bytes]): Token => ({ text, bytes: Uint8Array.from(bytes) }))
// Longer than the buffer in which the parser gathers small chunks of bytes.
const FILLERS = ['x'.repeat(600), 'é'.repeat(400), '😀'.repeat(300), `: ${'.'.repeat(5_000)}\n`].map(token)

/** Returns an arbitrary for where a token is cut: after this many bytes or UTF-16 code units. `undefined`: it is not cut. */
const cuts = (weight: number) =>
  fc.oneof(
    { arbitrary: fc.constant(undefined), weight },
    { arbitrary: fc.constantFrom(0, 0, 1, 2, 3, 4, 5, 6, Infinity), weight: 1 },
  )

/** A stream, cut into chunks. Failing tests print it as calls of `feed`, with long runs of a character shortened. */
export class ChunkedStream {
  readonly chunks: readonly Chunk[]

  constructor(chunks: readonly Chunk[]) {
    this.chunks = chunks
  }

  /** All bytes of a stream without text chunks. */
  get bytes(): Uint8Array<ArrayBuffer> {
    return concatenate(this.chunks as readonly Uint8Array[])
  }

  [fc.toStringMethod](): string {
    return this.chunks.map((chunk) => `\n  feed(${show(chunk)})`).join('')
  }
}

/** Returns code for a chunk. Malformed bytes become `latin1` text with escapes. */
function show(chunk: Chunk): string {
  if (typeof chunk === 'string') return shorten(JSON.stringify(chunk))
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(chunk)
  if (String(encoder.encode(text)) === String(chunk)) return `encode(${shorten(JSON.stringify(text))})`
  const latin1 = JSON.stringify(String.fromCharCode(...chunk))
  const escaped = latin1.replaceAll(/[\x80-\xff]/g, (byte) => `\\x${byte.charCodeAt(0).toString(16)}`)
  return `latin1(${shorten(escaped)})`
}

/** Replaces many repetitions of a text by one and their number. */
const shorten = (text: string): string =>
  text.replaceAll(/(.{1,16}?)\1{49,}/gsu, (run, part: string) => `${part} × ${run.length / part.length} `)

/** Returns all parts as one array. */
export function concatenate(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}

interface StreamOptions {
  /** Form of the chunks. With `mixed` each chunk has a form of its own. */
  readonly form: Form | 'mixed'
  /** Makes longer streams, with chunks both shorter and longer than the parser's buffer for bytes. Default `false`. */
  readonly long?: boolean
}

/**
 * Returns an arbitrary for streams that servers might send: mostly sane, sometimes hostile. They are cut anywhere: within a
 * CRLF, within a character, twice at the same place (an empty chunk), and in front of NUL.
 */
export function chunkedStreams({ form, long = false }: StreamOptions): fc.Arbitrary<ChunkedStream> {
  const tokens = fc.oneof(
    { arbitrary: fc.constantFrom(...CHARACTERS), weight: 10 },
    { arbitrary: fc.constantFrom(...LINE_ENDS), weight: 18 },
    { arbitrary: fc.constantFrom(...WORDS), weight: 16 },
    { arbitrary: fc.constantFrom(...MALFORMED), weight: long ? 4 : 2 },
    { arbitrary: fc.constantFrom(...FILLERS), weight: long ? 3 : 0 },
  )
  const forms = form === 'mixed' ? fc.constantFrom<Form>('text', 'bytes') : fc.constant(form)
  const maxLength = long ? 400 : 80
  const parts = fc.array(fc.tuple(tokens, cuts(long ? 8 : 3), forms), { maxLength, size: 'max' })
  return fc.tuple(forms, parts).map(([first, cutTokens]) => new ChunkedStream(toChunks(first, cutTokens)))
}

/** Joins the tokens between two cuts to a chunk. Each cut has the form of the chunk behind it. */
function toChunks(
  first: Form,
  parts: readonly (readonly [token: Token, cut: number | undefined, next: Form])[],
): Chunk[] {
  const chunks: Chunk[] = []
  let form = first
  let tokens: (string | Uint8Array)[] = []
  const end = () => {
    chunks.push(form === 'text' ? tokens.join('') : concatenate(tokens as Uint8Array[]))
    tokens = []
  }
  for (const [part, cut, next] of parts) {
    if (cut === undefined) tokens.push(part[form])
    else {
      tokens.push(part[form].slice(0, cut))
      end()
      form = next
      tokens.push(part[form].slice(cut))
    }
  }
  end()
  return chunks
}
