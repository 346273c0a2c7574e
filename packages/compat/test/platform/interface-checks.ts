import {
  type Check,
  equals,
  fails,
  inspect,
  listen,
  nodePage,
  nodePageWorker,
  query,
  throws,
} from './listen.ts'

export const construction: Check[] = [
  equals('resolves an empty URL to the URL of the page', ['window', 'dedicated'], 'true', () =>
    inspect('', ({ url }) => url === location.href),
  ),
  throws(
    'throws a SyntaxError for a URL that cannot be parsed',
    ['node', 'window', 'dedicated', 'shared'],
    'SyntaxError',
    () => new EventSource('http://this is invalid/'),
  ),
  throws('throws a TypeError when called without new', nodePageWorker, 'TypeError', () =>
    (EventSource as unknown as (url: string) => void)(''),
  ),
  throws(
    'throws a TypeError without a URL',
    nodePage,
    'TypeError',
    () => new (EventSource as unknown as new () => object)(),
  ),
  equals('resolves a relative URL', ['window', 'dedicated', 'shared'], 'true', ({ home }) =>
    inspect('/stream?a=b#c', ({ url }) => url === `${home}/stream?a=b#c`),
  ),
  equals('keeps an absolute URL', ['node'], 'true', ({ home }) =>
    inspect(`${home}/stream?a=b#c`, ({ url }) => url === `${home}/stream?a=b#c`),
  ),
  {
    title: 'converts an object to a string',
    scopes: nodePage,
    expected: ['open 1', 'message data', 'error 0'],
    run: ({ home }) => listen({ toString: () => `${home}/stream` } as string),
  },
  ...[1, null, undefined].map((value) =>
    equals(`resolves ${value} as a relative URL`, ['window'], 'true', () =>
      inspect(value as never, ({ url }) => url.endsWith(`/${value}`)),
    ),
  ),
  ...['ftp://example.not/', 'about:blank', 'mailto:whatwg@awesome.example', "javascript:alert('FAIL')"].map(
    (url) => fails(`fails permanently with ${url}`, ['node', 'window', 'dedicated', 'shared'], url),
  ),
  equals(
    'has the prototype of the class',
    ['node', 'window', 'dedicated', 'shared'],
    'true true',
    ({ home }) => {
      Object.assign(EventSource.prototype, { returnTrue: () => true })
      return inspect(
        `${home}/stream`,
        (source) =>
          `${(source as unknown as { returnTrue(): boolean }).returnTrue()} ${Object.hasOwn(globalThis, 'EventSource')}`,
      )
    },
  ),
  equals(
    'is CONNECTING after construction and CLOSED after close()',
    ['node', 'window', 'dedicated', 'shared'],
    '0 2',
    ({ home }) => {
      const source = new EventSource(`${home}/stream`)
      const before = source.readyState
      source.close()
      return `${before} ${source.readyState}`
    },
  ),
  equals('has the value of the option withCredentials', nodePage, 'false true false', ({ home }) =>
    [undefined, { withCredentials: true }, {}]
      .map((init) => {
        const source = new EventSource(`${home}/stream`, init)
        source.close()
        return source.withCredentials
      })
      .join(' '),
  ),
]

export const events: Check[] = [
  {
    title: 'dispatches open as a plain event',
    scopes: ['node', 'window', 'dedicated', 'shared'],
    expected: ['open 1', 'true true', 'error 0'],
    run: ({ home }) =>
      listen(`${home}/stream?${query({ text: ':' })}`, {
        onEvent: (event, source, log) =>
          event.type === 'open' &&
          log.push(`${!('data' in event) && !event.bubbles && !event.cancelable} ${event.target === source}`),
      }),
  },
  {
    title: 'dispatches a message as a MessageEvent with data and origin',
    scopes: ['node', 'window', 'dedicated', 'shared'],
    expected: ['open 1', 'message true true true data', 'error 0'],
    run: ({ home }) =>
      listen(`${home}/stream`, {
        show: (event) =>
          `${event instanceof MessageEvent} ${event.origin === home} ${!event.bubbles && !event.cancelable} ${event.data as string}`,
      }),
  },
  {
    title: 'dispatches a message with the EventSource as its target, without source and ports',
    scopes: nodePage,
    expected: ['open 1', 'message true null 0', 'error 0'],
    run: ({ home }) =>
      listen(`${home}/stream`, {
        show: (event, source) => `${event.target === source} ${event.source} ${event.ports.length}`,
      }),
  },
  {
    title: 'dispatches trusted message events',
    scopes: nodePageWorker,
    expected: ['open 1', 'message true', 'error 0'],
    run: ({ home }) => listen(`${home}/stream`, { show: ({ isTrusted }) => isTrusted }),
  },
  {
    title: 'calls a listener with the source as this',
    scopes: ['node', 'window', 'dedicated', 'shared'],
    expected: ['true data'],
    run: ({ home }) =>
      new Promise((resolve) => {
        const source = new EventSource(`${home}/stream`)
        source.addEventListener('message', function (this: unknown, { data }) {
          resolve([`${this === source} ${data as string}`])
          source.close()
        })
      }),
  },
  {
    title: 'treats a handler that is not a function as null, and does not call a handler that is set to null',
    scopes: nodePage,
    expected: ['null null function', 'listener data'],
    run: ({ home }) =>
      new Promise((resolve) => {
        const log: string[] = []
        const source = new EventSource(`${home}/stream`)
        const first = source.onmessage
        source.onmessage = 'x' as never
        const second = source.onmessage
        source.onmessage = () => log.push('never')
        log.push(`${first} ${second} ${typeof source.onmessage}`)
        source.onmessage = null
        source.addEventListener('message', ({ data }) => log.push(`listener ${data as string}`))
        source.onerror = () => {
          source.close()
          resolve(log)
        }
      }),
  },
  {
    title: 'calls handlers and listeners in the order in which they were added',
    scopes: nodePage,
    expected: ['first', 'second, replaced', 'third'],
    run: ({ home }) =>
      new Promise((resolve) => {
        const log: string[] = []
        const source = new EventSource(`${home}/stream`)
        source.addEventListener('message', () => log.push('first'))
        source.onmessage = () => log.push('second')
        source.addEventListener('message', () => log.push('third'))
        source.onmessage = () => log.push('second, replaced')
        source.onerror = () => {
          source.close()
          resolve(log)
        }
      }),
  },
]
