import { any, type Check, fails, key, listen, query, wide } from './listen.ts'

export const connection: Check[] = [
  {
    title: 'close within open leaves it closed',
    scopes: ['node', 'window', 'dedicated', 'shared'],
    expected: ['0 1 2'],
    run: ({ home }) =>
      new Promise((resolve) => {
        const source = new EventSource(`${home}/say`)
        const before = source.readyState
        source.onmessage = source.onerror = () => resolve(['too late'])
        source.onopen = () => {
          const open = source.readyState
          source.close()
          setTimeout(() => resolve([`${before} ${open} ${source.readyState}`]), 20)
        }
      }),
  },
  {
    title: 'close within a message stops the rest of its chunk',
    scopes: wide,
    expected: ['1'],
    run: ({ home }) =>
      new Promise((resolve) => {
        const log: string[] = []
        const source = new EventSource(`${home}/say?${query({ text: 'data: 1\n\ndata: 2\n\ndata: 3' })}`)
        source.onmessage = ({ data }) => {
          log.push(data as string)
          source.close()
          setTimeout(() => resolve(log), 20)
        }
      }),
  },
  {
    title: 'It comes back after each end, and fails when the server has no more to say',
    scopes: wide,
    expected: ['open 1', 'message opened', 'error 0', 'open 1', 'message reconnected', 'error 0', 'error 2'],
    run: ({ home }) =>
      listen(
        `${home}/one-by-one?key=${key()}&${query({ text: 'retry: 50\ndata: opened\n\n' })}&${query({ text: 'data: reconnected\n\n' })}`,
        { losses: 3 },
      ),
  },
  {
    title: 'It comes back after an end without a message',
    scopes: wide,
    expected: ['open 1', 'error 0', 'open 1', 'message data', 'error 0'],
    run: ({ home }) =>
      listen(
        `${home}/one-by-one?key=${key()}&${query({ text: 'retry: 2\n' })}&${query({ text: 'data: data\n\n' })}`,
        { losses: 2 },
      ),
  },
  ...[301, 302, 303, 307, 308].map((status): Check => ({
    title: `A redirect with ${status} is followed`,
    scopes: wide,
    expected: ['open 1', 'message data', 'error 0'],
    run: ({ home }) => listen(`${home}/redirect?status=${status}`),
  })),
  ...[204, 205, 210, 299, 404, 410, 503].map((status) =>
    fails(`${status} fails for good`, wide, `/status?status=${status}`),
  ),
  {
    title: 'It asks for an event stream',
    scopes: any,
    expected: ['open 1', 'message text/event-stream', 'error 0'],
    run: ({ home }) => listen(`${home}/headers?name=accept`),
  },
  ...(['home', 'stranger'] as const).map((origin): Check => ({
    title: `It asks ${origin === 'home' ? 'its own' : 'another'} origin for nothing from a cache`,
    scopes: any,
    expected: ['open 1', 'message no-cache', 'error 0'],
    run: (origins) => listen(`${origins[origin]}/headers?name=cache-control`),
  })),
]

export const crossing: Check[] = [
  {
    title: 'Another origin that allows it is read',
    scopes: wide,
    expected: ['open 1', 'message data true', 'error 0'],
    run: ({ stranger }) =>
      listen(`${stranger}/say`, {
        init: { withCredentials: true },
        show: ({ data, origin }) => `${data as string} ${origin === stranger}`,
      }),
  },
  {
    title: 'A redirect within another origin is followed',
    scopes: wide,
    expected: ['open 1', 'message data true', 'error 0'],
    run: ({ stranger }) =>
      listen(`${stranger}/redirect`, {
        init: { withCredentials: true },
        show: ({ data, origin }) => `${data as string} ${origin === stranger}`,
      }),
  },
  {
    title: 'Another origin is come back to',
    scopes: wide,
    expected: ['open 1', 'error 0', 'open 1', 'message data', 'error 0'],
    run: ({ stranger }) =>
      listen(
        `${stranger}/one-by-one?key=${key()}&${query({ text: 'retry: 2\n' })}&${query({ text: 'data: data\n\n' })}`,
        {
          init: { withCredentials: true },
          losses: 2,
        },
      ),
  },
  {
    title: 'The origin of a message is that of the final address',
    scopes: any,
    expected: ['open 1', 'message true', 'error 0'],
    run: ({ home, stranger }) =>
      listen(`${home}/redirect?${query({ to: `${stranger}/say` })}`, {
        show: ({ origin }) => origin === stranger,
      }),
  },
  ...(
    [
      ['that allows somebody else', 'http://example.org'],
      ['that allows nobody by an empty header', ''],
      ['that says nothing of it', 'none'],
    ] as const
  ).map(([who, allow]): Check => ({
    title: `Another origin ${who} fails for good`,
    scopes: ['window'],
    expected: ['error 2'],
    run: ({ stranger }) => listen(`${stranger}/say?${query({ allow })}`),
  })),
  ...(
    [
      ['A harmless id', 'abc', 'none'],
      ['An id that is too long', 'a'.repeat(255), 'last-event-id'],
      ['An id with unsafe characters', 'e5p3n<3k0k0s', 'last-event-id'],
    ] as const
  ).map(([which, id, preflight]): Check => ({
    title: `${which} is sent to another origin ${preflight === 'none' ? 'without asking' : 'after asking'}`,
    scopes: preflight === 'none' ? wide : ['window'],
    expected: [`${preflight} ${id}`],
    run: ({ stranger }) =>
      listen(`${stranger}/preflight?${query({ id, key: key() })}`, {
        types: ['none', 'last-event-id'],
        messages: 1,
        losses: 3,
      }).then((log) => log.slice(-1)),
  })),
  ...(
    [
      ['go along where that was asked for', { withCredentials: true }, 'cookie'],
      ['stay where that was not asked for', { withCredentials: false }, 'none'],
      ['stay by default', {}, 'none'],
    ] as const
  ).map(([what, init, second]): Check => ({
    title: `Cookies for another origin ${what}`,
    scopes: ['window'],
    expected: ['open 1', 'message first none', 'error 0', 'open 1', `message second ${second}`],
    run: ({ stranger }) => listen(`${stranger}/cookie?key=${key()}`, { init, losses: 2, messages: 2 }),
  })),
]
