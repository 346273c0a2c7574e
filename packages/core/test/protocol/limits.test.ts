import { describe, expect, test } from 'vitest'
import { SseError } from '../../src/errors.ts'
import { createParser } from '../../src/protocol/parser.ts'

const encoder = new TextEncoder()

function pieces(text: string, size: number, asBytes: boolean): (Uint8Array | string)[] {
  const whole = asBytes ? encoder.encode(text) : text
  return Array.from({ length: Math.ceil(whole.length / size) }, (_, index) =>
    whole.slice(index * size, (index + 1) * size),
  )
}

/** Feeds the pieces. Returns the number of messages, and if an error followed them. */
function parse(text: string, maxMessageLength: number, size: number, asBytes: boolean): string {
  let messages = 0
  const parser = createParser({ onMessage: () => messages++, maxMessageLength })
  try {
    for (const piece of pieces(text, size, asBytes)) parser.feed(piece)
    return `${messages} messages`
  } catch (error) {
    expect(error).toBeInstanceOf(SseError)
    expect((error as SseError).code).toBe('message-too-large')
    expect(parser.midMessage).toBe(false)
    parser.feed('data: ignored\n\n')
    parser.reset()
    parser.feed('data: x\n\n')
    return `${messages - 1} messages, then an error`
  }
}

// `length` is the sum of the data before the last line and of that line, in UTF-16 code units.
const streams = [
  { what: 'one line', text: 'data: 0123456789\n\n', length: 16 },
  { what: 'two lines', text: 'data: 0123456789\ndata: abc\n\n', length: 10 + 9 },
  { what: 'Chinese', text: 'data: 你好，世界\n\n', length: 6 + 5 },
  { what: 'Chinese in two lines', text: 'data: 你好\ndata: 世界\n\n', length: 2 + 8 },
  { what: 'a surrogate pair', text: 'data: 😀é\ndata: x\n\n', length: 3 + 7 },
  { what: 'an event line', text: `event: ${'e'.repeat(30)}\ndata\n\n`, length: 37 },
  { what: 'an id line after data', text: `data: abc\nid: ${'9'.repeat(30)}\n\n`, length: 3 + 34 },
  { what: 'a retry line after data', text: `data: abc\nretry: ${'9'.repeat(30)}\n\n`, length: 3 + 37 },
  { what: 'a CRLF stream', text: 'data: 0123456789\r\ndata: abc\r\n\r\n', length: 10 + 9 },
  { what: 'empty data lines', text: `${'data\n'.repeat(40)}\n`, length: 38 + 4 },
  {
    what: 'a message before',
    text: 'data: 你好\n\ndata: 012345678901234567890123456789\n\n',
    length: 36,
    before: 1,
  },
]

describe('the limit applies to the code unit, however the stream is cut', () => {
  test.each(streams)('$what', ({ text, length, before = 0 }) => {
    for (const asBytes of [true, false])
      for (const size of [1, 2, 3, 5, 7, 1000]) {
        expect(parse(text, length, size, asBytes), `limit ${length}, chunks of ${size}`).toBe(
          `${before + 1} messages`,
        )
        expect(parse(text, length - 1, size, asBytes), `limit ${length - 1}, chunks of ${size}`).toBe(
          `${before} messages, then an error`,
        )
      }
  })
})

test.each([1, 100, 5000])('an endless line fails as soon as it exceeds the limit (chunks of %i)', (size) => {
  for (const chunk of ['x'.repeat(size), encoder.encode('x'.repeat(size))]) {
    const parser = createParser({ onMessage: () => {}, maxMessageLength: 10_000 })
    parser.feed('data: ')
    let fed = 6
    expect(() => {
      for (; fed < 100_000; fed += size) parser.feed(chunk)
    }).toThrow('maxMessageLength')
    expect(fed).toBeLessThanOrEqual(10_000)
    expect(fed + size).toBeGreaterThan(10_000)
  }
})

test('endless data lines fail', () => {
  const parser = createParser({ onMessage: () => {}, maxMessageLength: 10_000 })
  expect(() => {
    for (let lines = 0; lines < 10_000; lines++) parser.feed('data: x\n')
  }).toThrow('maxMessageLength')
})

test('the default limit is 16 Mi code units', () => {
  const chunk = encoder.encode('x'.repeat(2 ** 16))
  const parser = createParser({ onMessage: () => {} })
  parser.feed('data: ')
  for (let fed = 0; fed < 255; fed++) parser.feed(chunk)
  parser.feed(chunk.subarray(6))
  expect(parser.midMessage).toBe(true)
  expect(() => parser.feed('x')).toThrow('16777216')
})

test('the limit does not apply to lines that are not used', () => {
  const messages: string[] = []
  const parser = createParser({ onMessage: (message) => messages.push(message.data), maxMessageLength: 50 })
  for (const start of [': ', 'unknown: ', 'dataset: ', 'x']) {
    for (const piece of ['y'.repeat(1000), encoder.encode('z'.repeat(5000)), encoder.encode('z')]) {
      parser.feed(start)
      parser.feed(piece)
      parser.feed(piece)
      parser.feed('\n')
      parser.feed(`${start}${String(piece)}\n`)
    }
  }
  parser.feed('data: still here\n\n')
  expect(messages).toEqual(['still here'])
  expect(parser.comments).toBe(6)
})

test.each(['a comment in two chunks', 'a comment in one chunk'])(
  'the limit applies to %s, if there is onComment',
  (name) => {
    const parser = createParser({ onMessage: () => {}, onComment: () => {}, maxMessageLength: 50 })
    const chunks = name.endsWith('one chunk') ? [`: ${'y'.repeat(49)}\n`] : [': ', 'y'.repeat(49)]
    expect(() => chunks.forEach((chunk) => parser.feed(chunk))).toThrow('maxMessageLength')
  },
)

test.each([0, -1, Number.NaN])('a limit of %s allows no message', (maxMessageLength) => {
  for (const chunk of ['data: a\n\n', 'data: a', encoder.encode('data: a\n\n'), encoder.encode('data: a')]) {
    const parser = createParser({ onMessage: () => {}, maxMessageLength })
    expect(() => parser.feed(chunk)).toThrow(SseError)
  }
})

test('a limit of Infinity allows messages of any length', () => {
  let length = 0
  const parser = createParser({
    onMessage: (message) => (length = message.data.length),
    maxMessageLength: Infinity,
  })
  parser.feed(`data: ${'x'.repeat(2 ** 25)}\n\n`)
  expect(length).toBe(2 ** 25)
})
