import { any, ask, type Check, fails, listen, query, stays, throwing, wide } from './listen.ts'

export const construction: Check[] = [
  stays('An empty address is that of the page', ['window', 'dedicated'], 'true', () =>
    ask('', ({ url }) => url === location.href),
  ),
  throwing(
    'An address that cannot be parsed is a syntax error',
    ['node', 'window', 'dedicated', 'shared'],
    'SyntaxError',
    () => new EventSource('http://this is invalid/'),
  ),
  throwing('Without new it is a type error', any, 'TypeError', () =>
    (EventSource as unknown as (url: string) => void)(''),
  ),
  throwing(
    'Without an address it is a type error',
    wide,
    'TypeError',
    () => new (EventSource as unknown as new () => object)(),
  ),
  stays('The address is made absolute', ['window', 'dedicated', 'shared'], 'true', ({ home }) =>
    ask('/say?a=b#c', ({ url }) => url === `${home}/say?a=b#c`),
  ),
  stays('An absolute address stays as it is', ['node'], 'true', ({ home }) =>
    ask(`${home}/say?a=b#c`, ({ url }) => url === `${home}/say?a=b#c`),
  ),
  {
    title: 'An object is taken by its string',
    scopes: wide,
    expected: ['open 1', 'message data', 'error 0'],
    run: ({ home }) => listen({ toString: () => `${home}/say` } as string),
  },
  ...[1, null, undefined].map((value) =>
    stays(`${value} is taken as a relative address`, ['window'], 'true', () =>
      ask(value as never, ({ url }) => url.endsWith(`/${value}`)),
    ),
  ),
  ...['ftp://example.not/', 'about:blank', 'mailto:whatwg@awesome.example', "javascript:alert('FAIL')"].map(
    (url) => fails(`${url} fails for good`, ['node', 'window', 'dedicated', 'shared'], url),
  ),
  stays(
    'It has the prototype of its class',
    ['node', 'window', 'dedicated', 'shared'],
    'true true',
    ({ home }) => {
      Object.assign(EventSource.prototype, { returnTrue: () => true })
      return ask(
        `${home}/say`,
        (source) =>
          `${(source as unknown as { returnTrue(): boolean }).returnTrue()} ${Object.hasOwn(globalThis, 'EventSource')}`,
      )
    },
  ),
  stays('It begins connecting', ['node', 'window', 'dedicated', 'shared'], '0 2', ({ home }) => {
    const source = new EventSource(`${home}/say`)
    const before = source.readyState
    source.close()
    return `${before} ${source.readyState}`
  }),
  stays('Credentials are what was asked for', wide, 'false true false', ({ home }) =>
    [undefined, { withCredentials: true }, {}]
      .map((init) => {
        const source = new EventSource(`${home}/say`, init)
        source.close()
        return source.withCredentials
      })
      .join(' '),
  ),
]

export const events: Check[] = [
  {
    title: 'open is a plain event',
    scopes: ['node', 'window', 'dedicated', 'shared'],
    expected: ['open 1', 'true true', 'error 0'],
    run: ({ home }) =>
      listen(`${home}/say?${query({ text: ':' })}`, {
        on: (event, source, log) =>
          event.type === 'open' &&
          log.push(`${!('data' in event) && !event.bubbles && !event.cancelable} ${event.target === source}`),
      }),
  },
  {
    title: 'A message is a MessageEvent with data and origin',
    scopes: ['node', 'window', 'dedicated', 'shared'],
    expected: ['open 1', 'message true true true data', 'error 0'],
    run: ({ home }) =>
      listen(`${home}/say`, {
        show: (event) =>
          `${event instanceof MessageEvent} ${event.origin === home} ${!event.bubbles && !event.cancelable} ${event.data as string}`,
      }),
  },
  {
    title: 'A message has no source and no ports, and its target is the source',
    scopes: wide,
    expected: ['open 1', 'message true null 0', 'error 0'],
    run: ({ home }) =>
      listen(`${home}/say`, {
        show: (event, source) => `${event.target === source} ${event.source} ${event.ports.length}`,
      }),
  },
  {
    title: 'A message is trusted',
    scopes: any,
    expected: ['open 1', 'message true', 'error 0'],
    run: ({ home }) => listen(`${home}/say`, { show: ({ isTrusted }) => isTrusted }),
  },
  {
    title: 'A listener is called with the source as this',
    scopes: ['node', 'window', 'dedicated', 'shared'],
    expected: ['true data'],
    run: ({ home }) =>
      new Promise((resolve) => {
        const source = new EventSource(`${home}/say`)
        source.addEventListener('message', function (this: unknown, { data }) {
          resolve([`${this === source} ${data as string}`])
          source.close()
        })
      }),
  },
  {
    title: 'A handler that is no function is null, and one set to null is not called',
    scopes: wide,
    expected: ['null null function', 'heard data'],
    run: ({ home }) =>
      new Promise((resolve) => {
        const log: string[] = []
        const source = new EventSource(`${home}/say`)
        const first = source.onmessage
        source.onmessage = 'x' as never
        const second = source.onmessage
        source.onmessage = () => log.push('never')
        log.push(`${first} ${second} ${typeof source.onmessage}`)
        source.onmessage = null
        source.addEventListener('message', ({ data }) => log.push(`heard ${data as string}`))
        source.onerror = () => {
          source.close()
          resolve(log)
        }
      }),
  },
  {
    title: 'Handlers and listeners are called in the order in which they were set',
    scopes: wide,
    expected: ['first', 'second anew', 'third'],
    run: ({ home }) =>
      new Promise((resolve) => {
        const log: string[] = []
        const source = new EventSource(`${home}/say`)
        source.addEventListener('message', () => log.push('first'))
        source.onmessage = () => log.push('second')
        source.addEventListener('message', () => log.push('third'))
        source.onmessage = () => log.push('second anew')
        source.onerror = () => {
          source.close()
          resolve(log)
        }
      }),
  },
]
