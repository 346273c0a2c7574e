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

/** Feeds the pieces; says how many messages came before the error, if one came. */
function outcome(text: string, maxMessageLength: number, size: number, asBytes: boolean): string {
  let messages = 0
  const parser = createParser({ onMessage: () => messages++, maxMessageLength: maxMessageLength })
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

// `bytes` is what the last line and the data before it take together.
const streams = [
  { what: 'one line', text: 'data: 0123456789\n\n', bytes: 16 },
  { what: 'two lines', text: 'data: 0123456789\ndata: abc\n\n', bytes: 11 + 9 },
  { what: 'Chinese', text: 'data: 你好，世界\n\n', bytes: 6 + 15 },
  { what: 'Chinese in lines', text: 'data: 你好\ndata: 世界\n\n', bytes: 7 + 12 },
  { what: 'emoji and Latin', text: 'data: 😀é\ndata: x\n\n', bytes: 7 + 7 },
  { what: 'an event line', text: `event: ${'e'.repeat(30)}\ndata\n\n`, bytes: 37 },
  { what: 'an id line after data', text: `data: abc\nid: ${'9'.repeat(30)}\n\n`, bytes: 4 + 34 },
  { what: 'empty data lines', text: `${'data\n'.repeat(40)}\n`, bytes: 39 + 4 },
  {
    what: 'a message before',
    text: 'data: 你好\n\ndata: 012345678901234567890123456789\n\n',
    bytes: 36,
    before: 1,
  },
]

describe('the limit is met to the byte, however the stream is cut', () => {
  test.each(streams)('$what', ({ text, bytes, before = 0 }) => {
    for (const asBytes of [true, false]) {
      // Text is not cut inside a pair of surrogates here: half of one counts as three bytes.
      for (const size of asBytes || !text.includes('😀') ? [1, 2, 3, 5, 7, 1000] : [1000]) {
        expect(outcome(text, bytes, size, asBytes), `limit ${bytes}, chunks of ${size}`).toBe(
          `${before + 1} messages`,
        )
        expect(outcome(text, bytes - 1, size, asBytes), `limit ${bytes - 1}, chunks of ${size}`).toBe(
          `${before} messages, then an error`,
        )
      }
    }
  })
})

test.each([1, 100, 5000])(
  'an endless line is refused as soon as it is over the limit (chunks of %i)',
  (size) => {
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
  },
)

test('endless data lines are refused', () => {
  const parser = createParser({ onMessage: () => {}, maxMessageLength: 10_000 })
  expect(() => {
    for (let lines = 0; lines < 10_000; lines++) parser.feed('data: x\n')
  }).toThrow('maxMessageLength')
})

test('the limit is 16 MiB by default', () => {
  const chunk = encoder.encode('x'.repeat(2 ** 16))
  const parser = createParser({ onMessage: () => {} })
  parser.feed('data: ')
  for (let fed = 0; fed < 255; fed++) parser.feed(chunk)
  parser.feed(chunk.subarray(6))
  expect(parser.midMessage).toBe(true)
  expect(() => parser.feed('x')).toThrow('16777216')
})

test('lines that nobody reads are not held to the limit', () => {
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

test('a comment that somebody reads is held to the limit', () => {
  const parser = createParser({ onMessage: () => {}, onComment: () => {}, maxMessageLength: 50 })
  parser.feed(': ')
  expect(() => parser.feed('y'.repeat(50))).toThrow('maxMessageLength')
})

test.each([0, -1, Number.NaN])(
  'a limit of %s lets nothing through, rather than everything',
  (maxMessageLength) => {
    for (const chunk of [
      'data: a\n\n',
      'data: a',
      encoder.encode('data: a\n\n'),
      encoder.encode('data: a'),
    ]) {
      const parser = createParser({ onMessage: () => {}, maxMessageLength: maxMessageLength })
      expect(() => parser.feed(chunk)).toThrow(SseError)
    }
  },
)

test('there may be no limit', () => {
  let length = 0
  const parser = createParser({
    onMessage: (message) => (length = message.data.length),
    maxMessageLength: Infinity,
  })
  parser.feed(`data: ${'x'.repeat(2 ** 25)}\n\n`)
  expect(length).toBe(2 ** 25)
})
