import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { Message } from '../../src/protocol/message.ts'
import { createParser, type Parser } from '../../src/protocol/parser.ts'

let reported: unknown[]

beforeEach(() => {
  reported = []
  vi.stubGlobal('reportError', (error: unknown) => reported.push(error))
})

afterEach(() => {
  vi.unstubAllGlobals()
})

const encoder = new TextEncoder()

// Each behaviour is tested with text, with a small chunk of bytes and with a large one.
const FILLER = `: ${'.'.repeat(5000)}\n`
const forms = [
  ['text', (text: string) => text],
  ['bytes', (text: string) => encoder.encode(text)],
  ['many bytes', (text: string) => encoder.encode(FILLER + text)],
] as const

test.each(forms)(
  'an error thrown by a callback is reported, and later messages are still delivered (%s)',
  (_, form) => {
    const seen: string[] = []
    const parser = createParser({
      onMessage(message) {
        seen.push(message.data)
        throw new Error(message.data)
      },
      onComment(comment) {
        if (!comment.startsWith('.')) throw new Error(comment)
      },
      onRetry(retryMs) {
        throw new Error(String(retryMs))
      },
    })
    parser.feed(form('data: a\n\n: hi\nretry: 5\nid: 1\ndata: b\n\ndata: c'))
    parser.feed('\n\n')
    expect(seen).toEqual(['a', 'b', 'c'])
    expect(reported.map((error) => (error as Error).message)).toEqual(['a', 'hi', '5', 'b', 'c'])
    expect(parser.lastEventId).toBe('1')
  },
)

test.each(forms)('close() in onMessage discards the rest of the chunk (%s)', (_, form) => {
  const seen: string[] = []
  const parser: Parser = createParser({
    onMessage(message) {
      seen.push(message.data)
      parser.close()
    },
  })
  parser.feed(form('id: 1\ndata: a\n\nid: 2\ndata: b\n\ndata: c'))
  parser.feed('\n\ndata: d\n\n')
  expect(seen).toEqual(['a'])
  expect(parser.lastEventId).toBe('1')
  expect(parser.midMessage).toBe(false)
  parser.reset()
  parser.feed('data: e\n\n')
  expect(seen).toEqual(['a', 'e'])
})

test.each([
  ['onComment', ': hi\n'],
  ['onRetry', 'retry: 5\n'],
] as const)('close() in %s discards the rest of the chunk', (name, line) => {
  for (const chunks of [
    [`data: a\n\n${line}data: b\n\n`],
    ['data: a\n\n', line.slice(0, 3), `${line.slice(3)}data: b\n\n`],
  ]) {
    const seen: string[] = []
    const parser: Parser = createParser({
      onMessage: (message) => seen.push(message.data),
      [name]: () => parser.close(),
    })
    for (const chunk of chunks) parser.feed(chunk)
    parser.reset()
    parser.feed('data: c\n\n')
    expect(seen).toEqual(['a', 'c'])
  }
})

test.each(forms)(
  'reset() in onMessage discards the rest of the chunk and starts a new stream (%s)',
  (_, form) => {
    const seen: Message[] = []
    const parser: Parser = createParser({
      onMessage(message) {
        seen.push(message)
        if (message.data === 'a') {
          parser.reset('9')
          parser.feed('\uFEFFdata: new\n\n')
        }
      },
    })
    parser.feed(form('id: 1\ndata: a\n\nid: 2\ndata: b\n\nevent: left\nid: 3\ndata: rest'))
    parser.feed('data: c\n\n')
    expect(seen).toEqual([
      { type: 'message', data: 'a', id: '1' },
      { type: 'message', data: 'new', id: '9' },
      { type: 'message', data: 'c', id: '9' },
    ])
  },
)

test('reset() at the end of a line that came in two chunks discards the rest of the second chunk', () => {
  const seen: string[] = []
  const parser: Parser = createParser({
    onMessage(message) {
      seen.push(message.data)
      parser.reset()
    },
  })
  parser.feed('data: a\n')
  parser.feed('\ndata: b\n\n')
  parser.feed('data: c\n\n')
  expect(seen).toEqual(['a', 'c'])
})

test.each(forms)(
  'a chunk fed by a callback is parsed after the rest of the current chunk (%s)',
  (_, form) => {
    const seen: string[] = []
    const parser: Parser = createParser({
      onMessage(message) {
        seen.push(message.data)
        if (message.data === 'a') {
          parser.feed('ished\n\ndata: nested 1\n\n')
          parser.feed('data: nested 2\n\n')
        }
      },
    })
    parser.feed(form('data: a\n\ndata: b\n\ndata: unfin'))
    expect(seen).toEqual(['a', 'b', 'unfinished', 'nested 1', 'nested 2'])
  },
)

test.each([
  ['Uint8Array', encoder.encode('data: x\n\n')] as const,
  // A browser has none.
  ...(globalThis.Buffer ? [['Buffer', Buffer.from('data: x\n\n')] as const] : []),
])('bytes fed by a callback are copied, so that the caller may change them: %s', (_, buffer) => {
  const seen: string[] = []
  const parser: Parser = createParser({
    onMessage(message) {
      seen.push(message.data)
      if (seen.length > 1) return
      parser.feed(buffer)
      buffer.fill(0x20)
    },
  })
  parser.feed('data: a\n\ndata: b\n\n')
  expect(seen).toEqual(['a', 'b', 'x'])
})

test('a buffer may be reused after it was fed', () => {
  const seen: string[] = []
  const parser = createParser({ onMessage: (message) => seen.push(message.data) })
  const buffer = new Uint8Array(6)
  for (
    let from = 0, stream = encoder.encode('data: one\n\ndata: 你好\n\n');
    from < stream.length;
    from += 6
  ) {
    const chunk = stream.subarray(from, from + 6)
    buffer.set(chunk)
    parser.feed(buffer.subarray(0, chunk.length))
    buffer.fill(0)
  }
  expect(seen).toEqual(['one', '你好'])
})

test('the outer feed() throws if a chunk fed by a callback is too large', () => {
  const parser: Parser = createParser({
    maxMessageLength: 20,
    onMessage: () => parser.feed(`data: ${'x'.repeat(20)}\n\n`),
  })
  expect(() => parser.feed('data: a\n\n')).toThrow('maxMessageLength')
  expect(parser.midMessage).toBe(false)
})

test('lastEventId equals the id of the message during onMessage', () => {
  const ids: [string, string][] = []
  const parser: Parser = createParser({ onMessage: (message) => ids.push([message.id, parser.lastEventId]) })
  parser.feed('id: 1\ndata: a\n\ndata: b\n\nid: 2\ndata: c\n\nid: 3\ndata: d')
  expect(ids).toEqual([
    ['1', '1'],
    ['1', '1'],
    ['2', '2'],
  ])
  expect(parser.lastEventId).toBe('2')
})

test('reset() keeps the committed id, drops the uncommitted one, and accepts a new one', () => {
  const seen: Message[] = []
  const parser = createParser({ onMessage: (message) => seen.push(message) })
  parser.feed('id: 1\n\nid: 2\nevent: e\ndata: lost')
  parser.reset()
  expect(parser.lastEventId).toBe('1')
  parser.feed('data: a\n\n')
  parser.reset('7')
  expect(parser.lastEventId).toBe('7')
  parser.feed('data: b\n\n')
  parser.reset('')
  expect(parser.lastEventId).toBe('')
  expect(seen).toEqual([
    { type: 'message', data: 'a', id: '1' },
    { type: 'message', data: 'b', id: '7' },
  ])
})

test.each([
  ['an incomplete character', [0xe4, 0xbd]],
  ['a CR', [0x0d]],
  ['a line', [...encoder.encode('data: rest')]],
  ['a comment', [...encoder.encode(': rest')]],
  ['a block', [...encoder.encode('event: e\ndata: rest\nid: 5\n')]],
  ['a long line', [...encoder.encode(`data: ${'x'.repeat(5000)}`)]],
])('reset() discards %s', (_, rest) => {
  const seen: Message[] = []
  const parser = createParser({ onMessage: (message) => seen.push(message) })
  parser.feed(Uint8Array.from(rest))
  parser.reset()
  expect(parser.midMessage).toBe(false)
  parser.feed(encoder.encode('\uFEFF\ndata: a\n\n'))
  expect(seen).toEqual([{ type: 'message', data: 'a', id: '' }])
})

describe('malformed bytes at the end of a chunk', () => {
  // Large and not ASCII, so that the parser chooses its fastest decoder for such text.
  const nonAscii = encoder.encode(`: ${'é'.repeat(600)}\n:`)
  // The first two bytes of a character, and the first byte of another.
  const malformed = Uint8Array.from([...encoder.encode('x'.repeat(600)), 0xef, 0xbb, 0xc3])

  test('do not affect the stream after reset()', () => {
    const seen: string[] = []
    const parser = createParser({ onMessage: (message) => seen.push(message.data) })
    parser.feed(nonAscii)
    parser.feed(malformed)
    parser.reset()
    parser.feed(encoder.encode('data: a\n\n: rest'))
    expect(seen).toEqual(['a'])
  })

  test('do not affect another parser', () => {
    const seen: string[] = []
    const other = createParser({ onMessage: () => {} })
    other.feed(nonAscii)
    other.feed(malformed)
    const parser = createParser({ onMessage: (message) => seen.push(message.data) })
    parser.feed(encoder.encode(`: ${'é'.repeat(600)}\n`.repeat(2) + 'data'))
    parser.feed(encoder.encode(': a\n\n: rest'))
    expect(seen).toEqual(['a'])
  })

  test('become U+FFFD before the next text chunk', () => {
    const seen: string[] = []
    const parser = createParser({ onMessage: (message) => seen.push(message.data) })
    parser.feed(nonAscii)
    parser.feed('\ndata: ')
    parser.feed(malformed)
    parser.feed('\n\n')
    expect(seen).toEqual([`${'x'.repeat(600)}\uFFFD\uFFFD`])
  })
})

test('midMessage is true while a line or a block is unfinished', () => {
  const parser = createParser({ onMessage: () => {} })
  const after = (chunk: string | Uint8Array) => {
    parser.feed(chunk)
    return parser.midMessage
  }
  expect(parser.midMessage).toBe(false)
  expect(after('d')).toBe(true)
  expect(after('ata: x\n')).toBe(true)
  expect(after('\n')).toBe(false)
  expect(after(': hi\n')).toBe(false)
  expect(after(': h')).toBe(true)
  expect(after('i\n')).toBe(false)
  expect(after(encoder.encode('da'))).toBe(true)
  expect(after(encoder.encode('ta\n\n'))).toBe(false)
  expect(after('event: x\n')).toBe(true)
  expect(after('\n')).toBe(false)
  expect(after('id: 4\n')).toBe(true)
  expect(after('\r')).toBe(false)
  expect(after('\n')).toBe(false)
  expect(after('retry: 5\n')).toBe(false)
})

test('complete comments are counted with and without a listener, until reset()', () => {
  for (const onComment of [undefined, () => {}]) {
    const parser = createParser({ onMessage: () => {}, onComment })
    parser.feed(': a\n:\r\n: b')
    expect(parser.comments).toBe(2)
    parser.feed(encoder.encode(`${'x'.repeat(10_000)}`))
    expect(parser.comments).toBe(2)
    parser.feed(encoder.encode('\n:c\n'))
    expect(parser.comments).toBe(4)
    parser.reset()
    expect(parser.comments).toBe(0)
  }
})

test.each(forms)('defaultType is the type of messages without an event field (%s)', (_, form) => {
  const types: string[] = []
  const parser = createParser({ defaultType: '', onMessage: ({ type }) => void types.push(type) })
  parser.feed(form('data: a\n\nevent: message\ndata: b\n\nevent:\ndata: c\n\n'))
  expect(types).toEqual(['', 'message', ''])
})
