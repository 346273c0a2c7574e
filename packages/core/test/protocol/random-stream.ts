/** A small seeded generator (mulberry32): the same seed, the same numbers, everywhere. */
export function random(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}

const NAMES = [
  'data',
  'data',
  'data',
  'data',
  'event',
  'event',
  'id',
  'id',
  'retry',
  'Data',
  'dat',
  'datax',
  'ID',
  'unknown',
  ' data',
  '',
]
const SEPARATORS = [': ', ': ', ': ', ':', ':  ', ' :', '', ':\t', '::']
const VALUES = [
  '',
  'x',
  'token',
  '{"delta":{"content":" the"}}',
  ' led by a space',
  'a:b:c',
  '42',
  '0',
  '007',
  '9999999999',
  '-1',
  '1.5',
  '१२',
  'price',
  'message',
  'error',
  'open',
  'nul\0inside',
  '\uFEFF',
  'zwsp\u200b',
  'grüße',
  '你好，世界',
  '😀🏳️‍🌈',
  '\u2028\u2029\u0085\v\f',
  '[DONE]',
  'long '.repeat(40),
]
const ENDS = { lf: ['\n'], crlf: ['\r\n'], cr: ['\r'], mixed: ['\n', '\r\n', '\r', '\n\r', '\r\r\n'] }
// What UTF-8 forbids: stray continuations, cut sequences, overlong forms, surrogates, beyond U+10FFFF.
const MALFORMED = [
  [0x80],
  [0xbf, 0xbf],
  [0xc3],
  [0xe4, 0xbd],
  [0xf0, 0x9f, 0x98],
  [0xf0, 0x9f],
  [0xc0, 0xaf],
  [0xe0, 0x80, 0xaf],
  [0xed, 0xa0, 0x80],
  [0xf4, 0x90, 0x80, 0x80],
  [0xff],
  [0xfe, 0xfe],
  [0xef, 0xbb],
  [0xe4, 0xbd, 0xa0, 0xa0],
  [0xf0, 0x80, 0x80, 0x80, 0x80],
]

export interface RandomStreamOptions {
  /** Whether bytes that are no UTF-8 may occur; `true` by default. */
  malformed?: boolean
}

/** A stream of bytes that a server might send: mostly sane, sometimes hostile. */
export function randomStream(seed: number, { malformed = true }: RandomStreamOptions = {}): Uint8Array {
  const next = random(seed)
  const below = (bound: number) => Math.floor(next() * bound)
  const oneOf = <Item>(items: readonly Item[]): Item => items[below(items.length)]!
  const ends = oneOf([ENDS.lf, ENDS.lf, ENDS.crlf, ENDS.cr, ENDS.mixed])
  const hostile = malformed && next() < 0.4
  const encoder = new TextEncoder()
  const bytes: number[] = []
  const write = (text: string) => bytes.push(...encoder.encode(text))

  if (next() < 0.15) write('\uFEFF')
  if (next() < 0.05) write('\uFEFF')
  for (let lines = 1 + below(24); lines > 0; lines--) {
    const kind = next()
    if (kind < 0.28) {
      // an empty line: the block ends
    } else if (kind < 0.36) write(oneOf([':', ': ', ':  ', ':']) + oneOf(VALUES))
    else if (kind < 0.5) write(`data: ${oneOf(VALUES)}${oneOf(ends)}`)
    else if (kind < 0.6) write(oneOf(NAMES))
    else write(oneOf(NAMES) + oneOf(SEPARATORS) + oneOf(VALUES))
    if (hostile && next() < 0.3) bytes.push(...oneOf(MALFORMED))
    if (hostile && next() < 0.05) for (let n = below(8); n > 0; n--) bytes.push(below(256))
    if (lines > 1 || next() < 0.6) write(oneOf(ends))
  }
  return Uint8Array.from(bytes)
}

/** Cuts anything that has a length and can be sliced into chunks of random sizes, empty ones among them. */
export function randomChunks<Whole extends Uint8Array | string>(whole: Whole, seed: number): Whole[] {
  const next = random(seed)
  const longest = [1, 3, 7, 40, 300, 5000][Math.floor(next() * 6)]!
  const chunks: Whole[] = []
  for (let from = 0; from < whole.length;) {
    const to = from + Math.floor(next() * (longest + 1))
    chunks.push(whole.slice(from, to) as Whole)
    from = to
  }
  return chunks
}
