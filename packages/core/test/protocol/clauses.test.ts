import { describe, expect, test } from 'vitest'
import { collect } from './collect.ts'
import { reference, type Outcome } from './reference.ts'

interface Clause {
  says: string
  stream: string | number[]
  gives: Partial<Outcome>
}

const message = (data: string, type = 'message', id = '') => ({ type, data, id })

// Each stream ends with a message of its own where that shows that nothing else broke.
const clauses: Clause[] = [
  {
    says: 'a data line and a blank line make a message',
    stream: 'data: hello\n\n',
    gives: { messages: [message('hello')] },
  },
  { says: 'an empty stream says nothing', stream: '', gives: {} },
  { says: 'blank lines alone say nothing', stream: '\n\r\r\n\n', gives: {} },
  { says: 'one BOM is removed', stream: '\uFEFFdata: a\n\n', gives: { messages: [message('a')] } },
  {
    says: 'a second BOM is part of the first line',
    stream: '\uFEFF\uFEFFdata: a\n\ndata: b\n\n',
    gives: { messages: [message('b')] },
  },
  {
    says: 'a BOM later is text',
    stream: 'data: a\n\n\uFEFFdata: b\n\ndata:\uFEFFc\n\n',
    gives: { messages: [message('a'), message('\uFEFFc')] },
  },
  {
    says: 'a cut BOM is a malformed start of the first line',
    stream: [0xef, 0xbb, ...bytes('data: a\n\ndata: b\n\n')],
    gives: { messages: [message('b')] },
  },
  { says: 'LF ends a line', stream: 'data: a\ndata: b\n\n', gives: { messages: [message('a\nb')] } },
  { says: 'CR ends a line', stream: 'data: a\rdata: b\r\r', gives: { messages: [message('a\nb')] } },
  {
    says: 'CRLF ends a line once',
    stream: 'data: a\r\ndata: b\r\n\r\n',
    gives: { messages: [message('a\nb')] },
  },
  {
    says: 'ends of lines mix',
    stream: 'data: a\rdata: b\ndata: c\r\n\ndata: d\n\rdata: e\r\n\r',
    gives: { messages: [message('a\nb\nc'), message('d'), message('e')] },
  },
  {
    says: 'LF CR is two ends',
    stream: 'data: a\n\rdata: b\n\n',
    gives: { messages: [message('a'), message('b')] },
  },
  {
    says: 'CR CR LF is two ends',
    stream: 'data: a\r\r\ndata: b\r\r\n',
    gives: { messages: [message('a'), message('b')] },
  },
  {
    says: 'one space after the colon is removed',
    stream: 'data: a\ndata:b\ndata:  c\ndata:\td\n\n',
    gives: { messages: [message('a\nb\n c\n\td')] },
  },
  {
    says: 'data alone is an empty line of data',
    stream: 'data\n\ndata:\n\ndata\ndata\n\n',
    gives: { messages: [message(''), message(''), message('\n')] },
  },
  {
    says: 'data alone is an empty line between others, too',
    stream: 'data:a\ndata\ndata:b\n\ndata\ndata\ndata\ndata:c\r\ndata\n data:x\ndata:d\n\n',
    gives: { messages: [message('a\n\nb'), message('\n\n\nc\n\nd')] },
  },
  {
    says: 'a later colon is part of the value',
    stream: 'data: a: b:c\n\n',
    gives: { messages: [message('a: b:c')] },
  },
  {
    says: 'the last event field names the type',
    stream: 'event: a\nevent: b\ndata: x\n\ndata: y\n\n',
    gives: { messages: [message('x', 'b'), message('y')] },
  },
  {
    says: 'an empty event field means message',
    stream: 'event: a\nevent\ndata: x\n\n',
    gives: { messages: [message('x')] },
  },
  {
    says: 'a type without data is forgotten at the blank line',
    stream: 'event: a\n\ndata: x\n\n',
    gives: { messages: [message('x')] },
  },
  {
    says: 'an id stays for later messages',
    stream: 'id: 1\ndata: a\n\ndata: b\n\nid: 2\ndata: c\n\n',
    gives: {
      messages: [message('a', 'message', '1'), message('b', 'message', '1'), message('c', 'message', '2')],
      lastEventId: '2',
    },
  },
  {
    says: 'an id is committed by the blank line even without data',
    stream: 'id: 7\n\n',
    gives: { lastEventId: '7' },
  },
  {
    says: 'an id of an unfinished block is not committed',
    stream: 'id: 1\ndata: a\n\nid: 2\ndata: b\n',
    gives: { messages: [message('a', 'message', '1')], lastEventId: '1' },
  },
  {
    says: 'an empty id resets it',
    stream: 'id: 1\ndata: a\n\nid\ndata: b\n\n',
    gives: { messages: [message('a', 'message', '1'), message('b')] },
  },
  {
    says: 'an id with NULL is ignored',
    stream: 'id: 1\ndata: a\n\nid: 2\0\ndata: b\n\n',
    gives: { messages: [message('a', 'message', '1'), message('b', 'message', '1')], lastEventId: '1' },
  },
  {
    says: 'NULL is kept elsewhere',
    stream: 'event: e\0\ndata: a\0b\n\n',
    gives: { messages: [message('a\0b', 'e\0')] },
  },
  {
    says: 'a NULL in one line leaves the next id alone',
    stream: 'data: \0\nid: 3\n\ndata: x\n\n',
    gives: { messages: [message('\0', 'message', '3'), message('x', 'message', '3')], lastEventId: '3' },
  },
  {
    says: 'retry takes digits only',
    stream:
      'retry: 10\nretry:20\nretry: -1\nretry: 1.5\nretry: 5s\nretry\nretry:\nretry:  7\nretry: 1e3\nretry: ٣\n',
    gives: { retries: [10, 20] },
  },
  {
    says: 'retry is cut at what a timer can hold',
    stream: 'retry: 2147483647\nretry: 2147483648\nretry: 99999999999999999999999\n',
    gives: { retries: [2147483647, 2147483647, 2147483647] },
  },
  {
    says: 'comments are no messages',
    stream: ': a\n:b\n:\n::\n:  c\ndata: x\n\n',
    gives: { comments: ['a', 'b', '', ':', ' c'], messages: [message('x')] },
  },
  {
    says: 'a comment does not break a block',
    stream: 'data: a\n: hi\ndata: b\n\n',
    gives: { comments: ['hi'], messages: [message('a\nb')] },
  },
  {
    says: 'unknown fields are ignored',
    stream:
      'foo: bar\nfoo\ndata1: x\ndatabase\ndat\n data: y\nData: z\nevents: q\nids: 1\nretry2: 5\nretr: 4\ndata: a\n\n',
    gives: { messages: [message('a')] },
  },
  {
    says: 'a space before the colon is part of the name',
    stream: 'data : a\nid : 1\ndata: b\n\n',
    gives: { messages: [message('b')] },
  },
  {
    says: 'an unfinished line is discarded',
    stream: 'data: a\n\ndata: b',
    gives: { messages: [message('a')] },
  },
  {
    says: 'an unfinished block is discarded',
    stream: 'data: a\n\ndata: b\n',
    gives: { messages: [message('a')] },
  },
  {
    says: 'characters of two, three and four bytes arrive whole',
    stream: 'data: ü你😀\ndata: 👩‍💻é\nevent: Ünï\nid: ключ\n\n',
    gives: { messages: [message('ü你😀\n👩‍💻é', 'Ünï', 'ключ')], lastEventId: 'ключ' },
  },
  {
    says: 'malformed bytes become U+FFFD',
    stream: [...bytes('data: '), 0xff, 0xc3, 0x28, 0xe4, 0xbd, 0x20, 0xf0, 0x9f, 0x98, ...bytes('\n\n')],
    gives: { messages: [message('\uFFFD\uFFFD(\uFFFD \uFFFD')] },
  },
  {
    says: 'a character cut by the end of its line is malformed',
    stream: [...bytes('data: a'), 0xe4, 0xbd, 0x0a, ...bytes('data: b'), 0xc3, 0x0d, 0x0a, 0x0a],
    gives: { messages: [message('a\uFFFD\nb\uFFFD')] },
  },
  {
    says: 'U+2028, U+0085, VT and FF end no line',
    stream: 'data: a\u2028b\u0085c\vd\fe\n\n',
    gives: { messages: [message('a\u2028b\u0085c\vd\fe')] },
  },
] // every one of them is cut at every place below

function bytes(text: string): number[] {
  return [...new TextEncoder().encode(text)]
}

function* cuts<Whole extends Uint8Array | string>(whole: Whole): Generator<Whole[]> {
  const slice = (from: number, to?: number) => whole.slice(from, to) as Whole
  yield [whole]
  for (let cut = 0; cut <= whole.length; cut++) yield [slice(0, cut), slice(cut)]
  for (let size = 1; size <= 4; size++) {
    yield Array.from({ length: Math.ceil(whole.length / size) }, (_, index) =>
      slice(index * size, (index + 1) * size),
    )
  }
  // Three chunks, the middle one being a single byte, or none.
  for (let cut = 0; cut < whole.length; cut++) {
    yield [slice(0, cut), slice(cut, cut), slice(cut, cut + 1), slice(cut + 1)]
  }
}

describe('each clause, cut at every place', () => {
  test.each(clauses)('$says', ({ stream, gives }) => {
    const expected = { messages: [], comments: [], retries: [], lastEventId: '', ...gives }
    const asBytes = typeof stream === 'string' ? new TextEncoder().encode(stream) : Uint8Array.from(stream)
    expect(reference(asBytes), 'the reference itself').toEqual(expected)
    for (const chunks of cuts(asBytes))
      expect(collect(chunks), `bytes: ${JSON.stringify(chunks)}`).toEqual(expected)
    const asText =
      typeof stream === 'string' ? stream : new TextDecoder('utf-8', { ignoreBOM: true }).decode(asBytes)
    for (const chunks of cuts(asText))
      expect(collect(chunks), `text: ${JSON.stringify(chunks)}`).toEqual(expected)
  })

  test.each(clauses)('$says, far into a chunk larger than what is gathered', ({ stream, gives }) => {
    if (typeof stream !== 'string' || stream.startsWith('\uFEFF')) return
    const filler = `: ${'x'.repeat(5000)}\n`
    const expected = { messages: [], comments: [], retries: [], lastEventId: '', ...gives }
    expected.comments = [filler.slice(2, -1), ...expected.comments]
    const asBytes = new TextEncoder().encode(filler + stream)
    for (let cut = filler.length - 1; cut <= asBytes.length; cut++) {
      expect(collect([asBytes.slice(0, cut), asBytes.slice(cut)]), `cut at ${cut}`).toEqual(expected)
    }
  })
})

test('a CR at the end of a chunk ends its line at once', () => {
  const { messages } = collect(['data: a\r', '\r'])
  expect(messages).toEqual([message('a')])
  expect(collect([Uint8Array.from(bytes('data: a\r\r'))]).messages).toEqual([message('a')])
  expect(collect(['data: a\r\n\r', '\ndata: b\r\n\r', '\n\n']).messages).toEqual([message('a'), message('b')])
})

test('a name that differs in one character from one of the four is no field', () => {
  for (const name of ['data', 'event', 'id', 'retry']) {
    for (let at = 0; at < name.length; at++) {
      const other = `${name.slice(0, at)}x${name.slice(at + 1)}`
      const stream = `${other}: 1\n${other}\n\ndata: a\n\n`
      for (const chunks of cuts(stream)) {
        expect(collect(chunks), `name ${other}`).toEqual({
          messages: [message('a')],
          comments: [],
          retries: [],
          lastEventId: '',
        })
      }
    }
  }
})

test('the id to begin with is the id of messages that bring none', () => {
  const { messages, lastEventId } = collect(['data: a\n\n'], { lastEventId: '42' })
  expect(messages).toEqual([message('a', 'message', '42')])
  expect(lastEventId).toBe('42')
})

test('a message is a plain object of type, data and id', () => {
  const [first] = collect(['data: a\n\n']).messages
  expect(Object.getPrototypeOf(first)).toBe(Object.prototype)
  expect(Object.keys(first!)).toEqual(['type', 'data', 'id'])
})
