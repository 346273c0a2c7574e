import { type Check, delivers, fails, listen, nodePage, nodePageWorker, query } from './listen.ts'

const long = 'x'.repeat(2 * 1024)

export const format: Check[] = [
  delivers(
    'joins data lines, and delivers empty data',
    'data:msg\ndata: msg\n\n:\nfalsefield:msg\n\nfalsefield:msg\nData:data\n\ndata\n\ndata:end',
    ['msg\nmsg', '', 'end'],
  ),
  delivers(
    'removes one byte order mark, at the start of the stream only',
    '\uFEFFdata:1\n\n\uFEFFdata:2\n\ndata:3',
    ['1', '3'],
  ),
  delivers(
    'treats a second byte order mark as part of the first line',
    '\uFEFF\uFEFFdata:1\n\ndata:2\n\ndata:3',
    ['2', '3'],
  ),
  delivers(
    'ignores comments of any length',
    `data:1\r:\0\n:\r\ndata:2\n:${long}\rdata:3\n:data:fail\r:${long}\ndata:4\n`,
    ['1\n2\n3\n4'],
  ),
  {
    title: 'ignores an unfinished message at the end of the stream, and its ID',
    scopes: nodePageWorker,
    expected: ['open 1', 'message test1 id ', 'error 0', 'open 1', 'message test1 id ', 'error 0'],
    run: ({ home }) =>
      listen(`${home}/stream?${query({ text: 'retry:50\ndata:test1\n\nid:test\ndata:test2', end: '' })}`, {
        errors: 2,
        show: ({ data, lastEventId }) => `${data as string} id ${lastEventId}`,
      }),
  },
  delivers(
    'treats a field without a value or without a colon as empty data',
    'data:\n\ndata\ndata\n\ndata:test',
    ['', '\n'],
    {},
    { end: '' },
  ),
  delivers('treats an empty event name as no name', 'event: \ndata:data', ['data']),
  delivers('applies an event name to one message only', 'event:test\ndata:x\n\ndata:x', ['test x', 'x'], {
    types: ['message', 'test'],
  }),
  delivers(
    'ignores field names that do not match exactly',
    'data:\0\ndata:  2\rData:1\ndata\0:2\ndata:1\r\0data:4\nda-ta:3\rdata_5\ndata:3\rdata:\r\n data:32\ndata:4\n',
    ['\0\n 2\n1\n3\n\n4'],
  ),
  delivers(
    'ignores unknown fields',
    'data:test\n data\ndata\nfoobar:xxx\njustsometext\n:thisisacomment\ndata:test',
    ['test\n\ntest'],
  ),
  delivers('removes one leading space of a value, and nothing else', 'data:\ttest\rdata: \ndata:test', [
    '\ttest\n\ntest',
  ]),
  delivers(
    'ends a line at LF, CR and CRLF',
    'data:test\r\ndata\ndata:test\r\n\r',
    ['test\n\ntest'],
    {},
    { end: '' },
  ),
  delivers('delivers null characters in data', 'data:\0\n\n\n\n', ['\0']),
  delivers(
    'decodes UTF-8 even if the content type names another charset',
    'data:ok…',
    ['ok…'],
    {},
    { type: 'text/event-stream;charset=windows-1252' },
  ),
  delivers('ignores a retry field without a value', 'retry\ndata:test', ['test']),
  delivers(
    'accepts a content type that ends with a semicolon',
    'data:data',
    ['data'],
    {},
    { type: 'text/event-stream;' },
  ),
  delivers(
    'accepts a content type with invalid parameters',
    'data:data',
    ['data'],
    {},
    { type: 'text/event-stream;x bogus' },
  ),
  fails(
    'fails permanently with another content type',
    nodePageWorker,
    `/stream?${query({ type: 'x bogus' })}`,
  ),
  ...(['retry:500\ndata:x', 'retry:500\nretry:10x\ndata:x'] as const).map((text, index): Check => ({
    title: index === 0 ? 'waits as long as the server’s retry' : 'ignores a retry that is not a number',
    scopes: nodePageWorker,
    expected: ['open 1', 'message x', 'error 0', 'timer', 'open 1', 'message x'],
    run: ({ home }) =>
      listen(`${home}/stream?${query({ text })}`, {
        errors: 2,
        onEvent(event, source, log) {
          if (event.type === 'error') setTimeout(() => log.push('timer'), 250)
          else if (event.type === 'message' && log.includes('timer')) source.dispatchEvent(new Event('error'))
        },
      }).then((log) => log.slice(0, 6)),
  })),
]

const showId = ({ data, lastEventId }: MessageEvent) => `${data as string} id ${lastEventId}`

export const ids: Check[] = [
  {
    title: 'sends the last event ID with the next request, as UTF-8',
    scopes: nodePageWorker,
    expected: ['open 1', 'message hello id …', 'error 0', 'open 1', 'message … id …'],
    run: ({ home }) => listen(`${home}/id`, { errors: 2, messages: 2, show: showId }),
  },
  {
    title: 'sends the last event ID with each request until there is another',
    scopes: nodePageWorker,
    expected: [
      'open 1',
      'message hello id …',
      'error 0',
      'open 1',
      'message … id …',
      'error 0',
      'open 1',
      'message … id …',
    ],
    run: ({ home }) => listen(`${home}/id`, { errors: 3, messages: 3, show: showId }),
  },
  ...(
    [
      ['keeps the ID for the following messages', 'id: 1\ndata: 1\n\ndata: 2\n\n', ['1 id 1', '2 id 1']],
      [
        'keeps the ID until another one arrives',
        'id: 1\ndata: 1\n\nid: 2\ndata: 2\n\ndata: 3\n\n',
        ['1 id 1', '2 id 2', '3 id 2'],
      ],
      [
        'resets the ID with an empty id field',
        'id: 1\ndata: 1\n\nid:\ndata: 2\n\ndata: 3\n\n',
        ['1 id 1', '2 id ', '3 id '],
      ],
    ] as const
  ).map(([title, text, expected]) => ({
    ...delivers(title, text, expected, { show: showId }),
    scopes: nodePage,
  })),
  ...['\0\0', 'x\0', '\0x', 'x\0x', ' \0'].map((id): Check => ({
    title: `ignores the ID ${encodeURIComponent(id)}`,
    scopes: nodePage,
    expected: ['open 1', 'message hello id ', 'error 0', 'open 1', 'message hello id '],
    run: ({ home }) => listen(`${home}/id?${query({ id })}`, { errors: 2, messages: 2, show: showId }),
  })),
]
