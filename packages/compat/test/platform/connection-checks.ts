import { type Check, createKey, fails, listen, nodePage, nodePageWorker, query } from './listen.ts'

export const connection: Check[] = [
  {
    title: 'stays closed when close() is called in an open event',
    scopes: ['node', 'window', 'dedicated', 'shared'],
    expected: ['0 1 2'],
    run: ({ home }) =>
      new Promise((resolve) => {
        const source = new EventSource(`${home}/stream`)
        const before = source.readyState
        source.onmessage = source.onerror = () => resolve(['an event after close()'])
        source.onopen = () => {
          const open = source.readyState
          source.close()
          setTimeout(() => resolve([`${before} ${open} ${source.readyState}`]), 20)
        }
      }),
  },
  {
    title: 'delivers no further message of a chunk after close() in a message event',
    scopes: nodePage,
    expected: ['1'],
    run: ({ home }) =>
      new Promise((resolve) => {
        const log: string[] = []
        const source = new EventSource(`${home}/stream?${query({ text: 'data: 1\n\ndata: 2\n\ndata: 3' })}`)
        source.onmessage = ({ data }) => {
          log.push(data as string)
          source.close()
          setTimeout(() => resolve(log), 20)
        }
      }),
  },
  {
    title: 'reconnects when the server ends the response, until status 204',
    scopes: nodePage,
    expected: ['open 1', 'message opened', 'error 0', 'open 1', 'message reconnected', 'error 0', 'error 2'],
    run: ({ home }) =>
      listen(
        `${home}/sequence?key=${createKey()}&${query({ text: 'retry: 50\ndata: opened\n\n' })}&${query({ text: 'data: reconnected\n\n' })}`,
        { errors: 3 },
      ),
  },
  {
    title: 'reconnects after a response without a message',
    scopes: nodePage,
    expected: ['open 1', 'error 0', 'open 1', 'message data', 'error 0'],
    run: ({ home }) =>
      listen(
        `${home}/sequence?key=${createKey()}&${query({ text: 'retry: 2\n' })}&${query({ text: 'data: data\n\n' })}`,
        { errors: 2 },
      ),
  },
  ...[301, 302, 303, 307, 308].map((status): Check => ({
    title: `follows a redirect with status ${status}`,
    scopes: nodePage,
    expected: ['open 1', 'message data', 'error 0'],
    run: ({ home }) => listen(`${home}/redirect?status=${status}`),
  })),
  ...[204, 205, 210, 299, 404, 410, 503].map((status) =>
    fails(`fails permanently with status ${status}`, nodePage, `/status?status=${status}`),
  ),
  {
    title: 'sends Accept: text/event-stream',
    scopes: nodePageWorker,
    expected: ['open 1', 'message text/event-stream', 'error 0'],
    run: ({ home }) => listen(`${home}/headers?name=accept`),
  },
  ...(['home', 'otherOrigin'] as const).map((origin): Check => ({
    title: `sends Cache-Control: no-cache to ${origin === 'home' ? 'its own' : 'another'} origin`,
    scopes: nodePageWorker,
    expected: ['open 1', 'message no-cache', 'error 0'],
    run: (origins) => listen(`${origins[origin]}/headers?name=cache-control`),
  })),
]

export const crossOrigin: Check[] = [
  {
    title: 'reads a stream of another origin that allows it',
    scopes: nodePage,
    expected: ['open 1', 'message data true', 'error 0'],
    run: ({ otherOrigin }) =>
      listen(`${otherOrigin}/stream`, {
        init: { withCredentials: true },
        show: ({ data, origin }) => `${data as string} ${origin === otherOrigin}`,
      }),
  },
  {
    title: 'follows a redirect within another origin',
    scopes: nodePage,
    expected: ['open 1', 'message data true', 'error 0'],
    run: ({ otherOrigin }) =>
      listen(`${otherOrigin}/redirect`, {
        init: { withCredentials: true },
        show: ({ data, origin }) => `${data as string} ${origin === otherOrigin}`,
      }),
  },
  {
    title: 'reconnects to another origin',
    scopes: nodePage,
    expected: ['open 1', 'error 0', 'open 1', 'message data', 'error 0'],
    run: ({ otherOrigin }) =>
      listen(
        `${otherOrigin}/sequence?key=${createKey()}&${query({ text: 'retry: 2\n' })}&${query({ text: 'data: data\n\n' })}`,
        {
          init: { withCredentials: true },
          errors: 2,
        },
      ),
  },
  {
    title: 'sets the origin of a message to the origin of the final URL',
    scopes: nodePageWorker,
    expected: ['open 1', 'message true', 'error 0'],
    run: ({ home, otherOrigin }) =>
      listen(`${home}/redirect?${query({ to: `${otherOrigin}/stream` })}`, {
        show: ({ origin }) => origin === otherOrigin,
      }),
  },
  ...(
    [
      ['allows a different origin', 'http://example.org'],
      ['sends an empty Access-Control-Allow-Origin', ''],
      ['sends no Access-Control-Allow-Origin', 'none'],
    ] as const
  ).map(([condition, allow]): Check => ({
    title: `fails permanently if another origin ${condition}`,
    scopes: ['window'],
    expected: ['error 2'],
    run: ({ otherOrigin }) => listen(`${otherOrigin}/stream?${query({ allow })}`),
  })),
  ...(
    [
      ['a CORS-safelisted ID', 'abc', 'none'],
      ['an ID that is too long', 'a'.repeat(255), 'last-event-id'],
      ['an ID with unsafe characters', 'e5p3n<3k0k0s', 'last-event-id'],
    ] as const
  ).map(([description, id, preflight]): Check => ({
    title: `sends ${description} to another origin ${preflight === 'none' ? 'without' : 'after'} a preflight`,
    scopes: preflight === 'none' ? nodePage : ['window'],
    expected: [`${preflight} ${id}`],
    run: ({ otherOrigin }) =>
      listen(`${otherOrigin}/preflight?${query({ id, key: createKey() })}`, {
        types: ['none', 'last-event-id'],
        messages: 1,
        errors: 3,
      }).then((log) => log.slice(-1)),
  })),
  ...(
    [
      ['sends cookies to another origin with withCredentials: true', { withCredentials: true }, 'cookie'],
      ['sends no cookies to another origin with withCredentials: false', { withCredentials: false }, 'none'],
      ['sends no cookies to another origin by default', {}, 'none'],
    ] as const
  ).map(([title, init, second]): Check => ({
    title,
    scopes: ['window'],
    expected: ['open 1', 'message first none', 'error 0', 'open 1', `message second ${second}`],
    run: ({ otherOrigin }) =>
      listen(`${otherOrigin}/cookie?key=${createKey()}`, { init, errors: 2, messages: 2 }),
  })),
]
