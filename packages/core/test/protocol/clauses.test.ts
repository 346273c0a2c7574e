import { describe, expect, test, vi } from 'vitest'
import { collect } from './collect.ts'
import { decode, type Outcome, reference } from './reference.ts'

interface Clause {
  title: string
  stream: string | number[]
  expected: Partial<Outcome>
}

const message = (data: string, type = 'message', id = '') => ({ type, data, id })

// Some streams end with another message, which shows that the parser still works.
const clauses: Clause[] = [
  {
    title: 'a data line and a blank line make a message',
    stream: 'data: hello\n\n',
    expected: { messages: [message('hello')] },
  },
  { title: 'an empty stream has no messages', stream: '', expected: {} },
  { title: 'blank lines alone make no message', stream: '\n\r\r\n\n', expected: {} },
  { title: 'one BOM is removed', stream: '\uFEFFdata: a\n\n', expected: { messages: [message('a')] } },
  {
    title: 'a second BOM is part of the first line',
    stream: '\uFEFF\uFEFFdata: a\n\ndata: b\n\n',
    expected: { messages: [message('b')] },
  },
  {
    title: 'a later BOM is text',
    stream: 'data: a\n\n\uFEFFdata: b\n\ndata:\uFEFFc\n\n',
    expected: { messages: [message('a'), message('\uFEFFc')] },
  },
  {
    title: 'an incomplete BOM is a malformed start of the first line',
    stream: [0xef, 0xbb, ...bytes('data: a\n\ndata: b\n\n')],
    expected: { messages: [message('b')] },
  },
  { title: 'LF ends a line', stream: 'data: a\ndata: b\n\n', expected: { messages: [message('a\nb')] } },
  { title: 'CR ends a line', stream: 'data: a\rdata: b\r\r', expected: { messages: [message('a\nb')] } },
  {
    title: 'CRLF ends a line once',
    stream: 'data: a\r\ndata: b\r\n\r\n',
    expected: { messages: [message('a\nb')] },
  },
  {
    title: 'line ends may be mixed',
    stream: 'data: a\rdata: b\ndata: c\r\n\ndata: d\n\rdata: e\r\n\r',
    expected: { messages: [message('a\nb\nc'), message('d'), message('e')] },
  },
  {
    title: 'LF CR is two line ends',
    stream: 'data: a\n\rdata: b\n\n',
    expected: { messages: [message('a'), message('b')] },
  },
  {
    title: 'CR CR LF is two line ends',
    stream: 'data: a\r\r\ndata: b\r\r\n',
    expected: { messages: [message('a'), message('b')] },
  },
  {
    title: 'one space after the colon is removed',
    stream: 'data: a\ndata:b\ndata:  c\ndata:\td\n\n',
    expected: { messages: [message('a\nb\n c\n\td')] },
  },
  {
    title: 'data without a colon is an empty data line',
    stream: 'data\n\ndata:\n\ndata\ndata\n\n',
    expected: { messages: [message(''), message(''), message('\n')] },
  },
  {
    title: 'data without a colon is an empty line between other data lines',
    stream: 'data:a\ndata\ndata:b\n\ndata\ndata\ndata\ndata:c\r\ndata\n data:x\ndata:d\n\n',
    expected: { messages: [message('a\n\nb'), message('\n\n\nc\n\nd')] },
  },
  {
    title: 'a later colon is part of the value',
    stream: 'data: a: b:c\n\n',
    expected: { messages: [message('a: b:c')] },
  },
  {
    title: 'the last event field sets the type',
    stream: 'event: a\nevent: b\ndata: x\n\ndata: y\n\n',
    expected: { messages: [message('x', 'b'), message('y')] },
  },
  {
    title: 'an empty event field sets the type message',
    stream: 'event: a\nevent\ndata: x\n\n',
    expected: { messages: [message('x')] },
  },
  {
    title: 'a blank line resets the type, also without data',
    stream: 'event: a\n\ndata: x\n\n',
    expected: { messages: [message('x')] },
  },
  {
    title: 'an id applies to later messages',
    stream: 'id: 1\ndata: a\n\ndata: b\n\nid: 2\ndata: c\n\n',
    expected: {
      messages: [message('a', 'message', '1'), message('b', 'message', '1'), message('c', 'message', '2')],
      lastEventId: '2',
    },
  },
  {
    title: 'a blank line commits the id, also without data',
    stream: 'id: 7\n\n',
    expected: { lastEventId: '7' },
  },
  {
    title: 'the id of an unfinished block is not committed',
    stream: 'id: 1\ndata: a\n\nid: 2\ndata: b\n',
    expected: { messages: [message('a', 'message', '1')], lastEventId: '1' },
  },
  {
    title: 'an empty id resets the id',
    stream: 'id: 1\ndata: a\n\nid\ndata: b\n\n',
    expected: { messages: [message('a', 'message', '1'), message('b')] },
  },
  {
    title: 'an id with NULL is ignored',
    stream: 'id: 1\ndata: a\n\nid: 2\0\ndata: b\n\n',
    expected: { messages: [message('a', 'message', '1'), message('b', 'message', '1')], lastEventId: '1' },
  },
  {
    title: 'NULL is kept in other fields',
    stream: 'event: e\0\ndata: a\0b\n\n',
    expected: { messages: [message('a\0b', 'e\0')] },
  },
  {
    title: 'NULL at the start of a line is part of the field name',
    stream: 'data: a\n\0data: b\n\ndata: c\n\n',
    expected: { messages: [message('a'), message('c')] },
  },
  {
    title: 'NULL after a blank line is part of the field name',
    stream: '\n\0data: b\n\n',
    expected: {},
  },
  {
    title: 'NULL in another line does not affect the id',
    stream: 'data: \0\nid: 3\n\ndata: x\n\n',
    expected: { messages: [message('\0', 'message', '3'), message('x', 'message', '3')], lastEventId: '3' },
  },
  {
    title: 'retry accepts digits only',
    stream:
      'retry: 10\nretry:20\nretry: -1\nretry: 1.5\nretry: 5s\nretry\nretry:\nretry:  7\nretry: 1e3\nretry: ٣\n',
    expected: { retries: [10, 20] },
  },
  {
    title: 'retry is limited to the longest delay of a timer',
    stream: 'retry: 2147483647\nretry: 2147483648\nretry: 99999999999999999999999\n',
    expected: { retries: [2147483647, 2147483647, 2147483647] },
  },
  {
    title: 'comments make no message',
    stream: ': a\n:b\n:\n::\n:  c\ndata: x\n\n',
    expected: { comments: ['a', 'b', '', ':', ' c'], messages: [message('x')] },
  },
  {
    title: 'a comment does not end a block',
    stream: 'data: a\n: hi\ndata: b\n\n',
    expected: { comments: ['hi'], messages: [message('a\nb')] },
  },
  {
    title: 'unknown fields are ignored',
    stream:
      'foo: bar\nfoo\ndata1: x\ndatabase\ndat\n data: y\nData: z\nevents: q\nids: 1\nretry2: 5\nretr: 4\ndata: a\n\n',
    expected: { messages: [message('a')] },
  },
  {
    title: 'a space before the colon is part of the name',
    stream: 'data : a\nid : 1\ndata: b\n\n',
    expected: { messages: [message('b')] },
  },
  {
    title: 'an unfinished line is discarded',
    stream: 'data: a\n\ndata: b',
    expected: { messages: [message('a')] },
  },
  {
    title: 'an unfinished block is discarded',
    stream: 'data: a\n\ndata: b\n',
    expected: { messages: [message('a')] },
  },
  {
    title: 'characters of two, three and four bytes are decoded',
    stream: 'data: ü你😀\ndata: 👩‍💻é\nevent: Ünï\nid: ключ\n\n',
    expected: { messages: [message('ü你😀\n👩‍💻é', 'Ünï', 'ключ')], lastEventId: 'ключ' },
  },
  {
    title: 'malformed bytes become U+FFFD',
    stream: [...bytes('data: '), 0xff, 0xc3, 0x28, 0xe4, 0xbd, 0x20, 0xf0, 0x9f, 0x98, ...bytes('\n\n')],
    expected: { messages: [message('\uFFFD\uFFFD(\uFFFD \uFFFD')] },
  },
  {
    title: 'a character cut off by a line end is malformed',
    stream: [...bytes('data: a'), 0xe4, 0xbd, 0x0a, ...bytes('data: b'), 0xc3, 0x0d, 0x0a, 0x0a],
    expected: { messages: [message('a\uFFFD\nb\uFFFD')] },
  },
  {
    title: 'U+2028, U+0085, VT and FF do not end a line',
    stream: 'data: a\u2028b\u0085c\vd\fe\n\n',
    expected: { messages: [message('a\u2028b\u0085c\vd\fe')] },
  },
]

function bytes(text: string): number[] {
  return [...new TextEncoder().encode(text)]
}

function* chunkings<Whole extends Uint8Array | string>(whole: Whole): Generator<Whole[]> {
  const slice = (from: number, to?: number) => whole.slice(from, to) as Whole
  yield [whole]
  for (let cut = 0; cut <= whole.length; cut++) yield [slice(0, cut), slice(cut)]
  for (let size = 1; size <= 4; size++) {
    yield Array.from({ length: Math.ceil(whole.length / size) }, (_, index) =>
      slice(index * size, (index + 1) * size),
    )
  }
  // An empty chunk and a chunk of one byte in the middle.
  for (let cut = 0; cut < whole.length; cut++) {
    yield [slice(0, cut), slice(cut, cut), slice(cut, cut + 1), slice(cut + 1)]
  }
}

describe('each clause, cut at every place', () => {
  test.each(clauses)('$title', ({ stream, expected: outcome }) => {
    const expected = { messages: [], comments: [], retries: [], lastEventId: '', ...outcome }
    const asBytes = typeof stream === 'string' ? new TextEncoder().encode(stream) : Uint8Array.from(stream)
    expect(reference(decode([asBytes])), 'the reference').toEqual(expected)
    for (const chunks of chunkings(asBytes))
      expect(collect(chunks), `bytes: ${JSON.stringify(chunks)}`).toEqual(expected)
    const asText =
      typeof stream === 'string' ? stream : new TextDecoder('utf-8', { ignoreBOM: true }).decode(asBytes)
    for (const chunks of chunkings(asText))
      expect(collect(chunks), `text: ${JSON.stringify(chunks)}`).toEqual(expected)
  })

  test.each(clauses)('$title, after 5,000 bytes in the same chunk', ({ stream, expected: outcome }) => {
    if (typeof stream !== 'string' || stream.startsWith('\uFEFF')) return
    const filler = `: ${'x'.repeat(5000)}\n`
    const expected = { messages: [], comments: [], retries: [], lastEventId: '', ...outcome }
    expected.comments = [filler.slice(2, -1), ...expected.comments]
    const asBytes = new TextEncoder().encode(filler + stream)
    for (let cut = filler.length - 1; cut <= asBytes.length; cut++) {
      expect(collect([asBytes.slice(0, cut), asBytes.slice(cut)]), `cut at ${cut}`).toEqual(expected)
    }
  })
})

test('a CR at the end of a chunk ends its line immediately', () => {
  const { messages } = collect(['data: a\r', '\r'])
  expect(messages).toEqual([message('a')])
  expect(collect([Uint8Array.from(bytes('data: a\r\r'))]).messages).toEqual([message('a')])
  expect(collect(['data: a\r\n\r', '\ndata: b\r\n\r', '\n\n']).messages).toEqual([message('a'), message('b')])
})

test('a chunk that begins with NULL keeps it', () => {
  expect(collect(['data: a\n', '\0data: b\n\n']).messages).toEqual([message('a')])
  expect(collect(['\n\0', 'data: b\n\n']).messages).toEqual([])
})

test('a name that differs from a field name in one character is ignored', () => {
  for (const name of ['data', 'event', 'id', 'retry']) {
    for (let at = 0; at < name.length; at++) {
      const other = `${name.slice(0, at)}x${name.slice(at + 1)}`
      const stream = `${other}: 1\n${other}\n\n${other}: 1\ndata: a\n\n`
      const expected = { messages: [message('a')], comments: [], retries: [], lastEventId: '' }
      for (const chunks of chunkings(stream)) expect(collect(chunks), `name ${other}`).toEqual(expected)
      for (const chunks of chunkings(new TextEncoder().encode(stream)))
        expect(collect(chunks), `name ${other}`).toEqual(expected)
    }
  }
})

test('bytes are decoded the same without the decoder of Node', async () => {
  vi.stubGlobal('Buffer', undefined)
  vi.resetModules()
  const { createParser } = await import('../../src/protocol/parser.ts')
  const messages: string[] = []
  const parser = createParser({ onMessage: ({ data }) => messages.push(data) })
  const bytes = new TextEncoder().encode('\ufeffdata: 你好\n\ndata: a\n\n')
  parser.feed(bytes)
  for (const byte of bytes.subarray(3)) parser.feed(Uint8Array.of(byte))
  vi.unstubAllGlobals()
  expect(messages).toEqual(['你好', 'a', '你好', 'a'])
})

test('messages without an id have the initial id', () => {
  const { messages, lastEventId } = collect(['data: a\n\n'], { lastEventId: '42' })
  expect(messages).toEqual([message('a', 'message', '42')])
  expect(lastEventId).toBe('42')
})

test('a message is a plain object with type, data and id', () => {
  const [first] = collect(['data: a\n\n']).messages
  expect(Object.getPrototypeOf(first)).toBe(Object.prototype)
  expect(Object.keys(first!)).toEqual(['type', 'data', 'id'])
})
