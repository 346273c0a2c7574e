import { any, type Check, fails, listen, query, says, wide } from './listen.ts'

const long = 'x'.repeat(2 * 1024)

export const format: Check[] = [
  says(
    'Lines of data are joined, and data may be empty',
    'data:msg\ndata: msg\n\n:\nfalsefield:msg\n\nfalsefield:msg\nData:data\n\ndata\n\ndata:end',
    ['msg\nmsg', '', 'end'],
  ),
  says(
    'One byte order mark is removed, and one only from the start',
    '\uFEFFdata:1\n\n\uFEFFdata:2\n\ndata:3',
    ['1', '3'],
  ),
  says('A second byte order mark belongs to the first line', '\uFEFF\uFEFFdata:1\n\ndata:2\n\ndata:3', [
    '2',
    '3',
  ]),
  says(
    'Comments are ignored, however long they are',
    `data:1\r:\0\n:\r\ndata:2\n:${long}\rdata:3\n:data:fail\r:${long}\ndata:4\n`,
    ['1\n2\n3\n4'],
  ),
  {
    title: 'A block that the end cuts off is no message, and its id is none',
    scopes: any,
    expected: ['open 1', 'message test1 id ', 'error 0', 'open 1', 'message test1 id ', 'error 0'],
    run: ({ home }) =>
      listen(`${home}/say?${query({ text: 'retry:50\ndata:test1\n\nid:test\ndata:test2', end: '' })}`, {
        losses: 2,
        show: ({ data, lastEventId }) => `${data as string} id ${lastEventId}`,
      }),
  },
  says(
    'A field without a value and one without a colon have empty data',
    'data:\n\ndata\ndata\n\ndata:test',
    ['', '\n'],
    {},
    { end: '' },
  ),
  says('An empty event name is none', 'event: \ndata:data', ['data']),
  says('An event name holds for one message', 'event:test\ndata:x\n\ndata:x', ['test x', 'x'], {
    types: ['message', 'test'],
  }),
  says(
    'Only exact field names count',
    'data:\0\ndata:  2\rData:1\ndata\0:2\ndata:1\r\0data:4\nda-ta:3\rdata_5\ndata:3\rdata:\r\n data:32\ndata:4\n',
    ['\0\n 2\n1\n3\n\n4'],
  ),
  says(
    'Unknown fields are ignored',
    'data:test\n data\ndata\nfoobar:xxx\njustsometext\n:thisisacomment\ndata:test',
    ['test\n\ntest'],
  ),
  says('One leading space is removed, and nothing else', 'data:\ttest\rdata: \ndata:test', [
    '\ttest\n\ntest',
  ]),
  says('LF, CR and CRLF end a line', 'data:test\r\ndata\ndata:test\r\n\r', ['test\n\ntest'], {}, { end: '' }),
  says('A null character is data like any other', 'data:\0\n\n\n\n', ['\0']),
  says(
    'The stream is UTF-8, whatever its type says',
    'data:ok…',
    ['ok…'],
    {},
    { type: 'text/event-stream;charset=windows-1252' },
  ),
  says('A retry field without a value is ignored', 'retry\ndata:test', ['test']),
  says('A semicolon may end the content type', 'data:data', ['data'], {}, { type: 'text/event-stream;' }),
  says(
    'What follows the content type may be nonsense',
    'data:data',
    ['data'],
    {},
    { type: 'text/event-stream;x bogus' },
  ),
  fails('Another content type fails for good', any, `/say?${query({ type: 'x bogus' })}`),
  ...(['retry:500\ndata:x', 'retry:500\nretry:10x\ndata:x'] as const).map((text, index): Check => ({
    title: index === 0 ? 'The server’s retry is waited for' : 'A retry that is no number is ignored',
    scopes: any,
    expected: ['open 1', 'message x', 'error 0', 'timer', 'open 1', 'message x'],
    run: ({ home }) =>
      listen(`${home}/say?${query({ text })}`, {
        losses: 2,
        on(event, source, log) {
          if (event.type === 'error') setTimeout(() => log.push('timer'), 250)
          else if (event.type === 'message' && log.includes('timer')) source.dispatchEvent(new Event('error'))
        },
      }).then((log) => log.slice(0, 6)),
  })),
]

const idShow = ({ data, lastEventId }: MessageEvent) => `${data as string} id ${lastEventId}`

export const ids: Check[] = [
  {
    title: 'An id is sent with the next request, as UTF-8',
    scopes: any,
    expected: ['open 1', 'message hello id …', 'error 0', 'open 1', 'message … id …'],
    run: ({ home }) => listen(`${home}/id`, { losses: 2, messages: 2, show: idShow }),
  },
  {
    title: 'An id goes on to be sent until there is another',
    scopes: any,
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
    run: ({ home }) => listen(`${home}/id`, { losses: 3, messages: 3, show: idShow }),
  },
  ...(
    [
      ['An id holds for the messages that follow', 'id: 1\ndata: 1\n\ndata: 2\n\n', ['1 id 1', '2 id 1']],
      [
        'An id holds until another comes',
        'id: 1\ndata: 1\n\nid: 2\ndata: 2\n\ndata: 3\n\n',
        ['1 id 1', '2 id 2', '3 id 2'],
      ],
      ['An empty id resets', 'id: 1\ndata: 1\n\nid:\ndata: 2\n\ndata: 3\n\n', ['1 id 1', '2 id ', '3 id ']],
    ] as const
  ).map(([title, text, expected]) => ({ ...says(title, text, expected, { show: idShow }), scopes: wide })),
  ...['\0\0', 'x\0', '\0x', 'x\0x', ' \0'].map((id): Check => ({
    title: `An id of ${encodeURIComponent(id)} is ignored`,
    scopes: wide,
    expected: ['open 1', 'message hello id ', 'error 0', 'open 1', 'message hello id '],
    run: ({ home }) => listen(`${home}/id?${query({ id })}`, { losses: 2, messages: 2, show: idShow }),
  })),
]
