import type { Behaviour } from './behaviour.ts'
import { type ScriptedServer, sleep, soon } from './scripted-server.ts'

export type PolyfillClass = new (
  url: string,
  init?: Record<string, unknown>,
) => EventSource & {
  headers: Record<string, string>
}

type Extras = { status?: number; statusText?: string; headers?: Headers; error?: unknown }

const first = (source: EventSource, type: string) =>
  new Promise<MessageEvent & Extras>((resolve) => {
    const listener = (event: Event) => {
      source.removeEventListener(type, listener)
      resolve(event as never)
    }
    source.addEventListener(type, listener)
  })

const using = async <Source extends EventSource>(
  source: Source,
  work: (source: Source) => Promise<string>,
) => {
  const result = await work(source)
  source.close()
  return result
}

const fate = (Class: PolyfillClass, { url }: ScriptedServer) =>
  using(new Class(url), async (source) => {
    await first(source, 'error')
    return source.readyState === 2 ? 'fails for good' : 'comes back'
  })

const stays = { text: 'data: two\n\n', stays: true }
const ends = { text: 'id: 7\ndata: one\n\n' }

export const polyfillBehaviours: readonly Behaviour<PolyfillClass>[] = [
  {
    title: 'headers are sent',
    answers: [stays],
    run: (Class, server) =>
      using(new Class(server.url, { headers: { Authorization: 'Bearer demo', 'X-Mine': '1' } }), async () => {
        await server.requests(1)
        const { authorization, accept, 'x-mine': mine } = server.asked[0]!.headers
        return `${authorization} ${accept} ${mine}`
      }),
  },
  {
    title: 'headers that are changed are sent by the next attempt',
    answers: [ends, stays],
    run: (Class, server) =>
      using(new Class(server.url, { headers: { 'X-Token': 'old' } }), async (source) => {
        await first(source, 'open')
        source.headers = { 'X-Token': 'new' }
        await server.requests(2)
        return String(server.asked[1]!.headers['x-token'])
      }),
  },
  {
    title: 'the last id is sent in the address, not as a header',
    answers: [ends, stays],
    run: (Class, server) =>
      using(new Class(`${server.url}/?a=b&lastEventId=3`), async () => {
        await server.requests(2)
        return `${server.asked[1]!.path} ${server.asked[1]!.headers['last-event-id']}`
      }),
  },
  {
    title: 'the option lastEventIdQueryParameterName',
    answers: [ends, stays],
    run: (Class, server) =>
      using(new Class(server.url, { lastEventIdQueryParameterName: 'Last-Event-Id' }), async () => {
        await server.requests(2)
        return server.asked[1]!.path
      }),
  },
  {
    title: 'an open event tells status and headers',
    answers: [{ ...stays, headers: { 'x-served-by': 'me' } }],
    run: (Class, { url }) =>
      using(new Class(url), async (source) => {
        const { status, statusText, headers } = await first(source, 'open')
        return `${status} ${statusText} ${headers?.get('x-served-by')}`
      }),
  },
  {
    title: 'an error event tells the status and headers of a refusal',
    answers: [{ status: 404, headers: { 'x-served-by': 'me' } }],
    run: (Class, { url }) =>
      using(new Class(url), async (source) => {
        const { status, headers } = await first(source, 'error')
        return `${status} ${headers?.get('x-served-by')} ${source.readyState}`
      }),
  },
  {
    title: 'the statusText of a refusal',
    answers: [{ status: 404 }],
    run: (Class, { url }) =>
      using(new Class(url), async (source) => (await first(source, 'error')).statusText || 'not told'),
  },
  {
    title: 'an error event has the error of a break',
    answers: [{ text: 'data: x\n\n', breaks: true }, stays],
    run: (Class, { url }) =>
      using(new Class(url), async (source) => String((await first(source, 'error')).error instanceof Error)),
  },
  {
    title: 'an error event has an error where the server just ended its answer',
    answers: [ends],
    run: (Class, { url }) =>
      using(new Class(url), async (source) => ((await first(source, 'error')).error ? 'yes' : 'no')),
  },
  ...[204, 404, 503].map((status) => ({ title: `status ${status}`, answers: [{ status }], run: fate })),
  {
    title: 'silence for longer than heartbeatTimeout',
    answers: [stays],
    run: (Class, server) =>
      using(new Class(server.url, { heartbeatTimeout: 1_000 }), async (source) => {
        const { error } = await first(source, 'error')
        return `error ${error instanceof Error}, readyState ${source.readyState}`
      }),
  },
  {
    title: 'a retry of the server under a second',
    answers: [{ text: 'retry: 20\ndata: x\n\n' }, stays],
    run: (Class, server) =>
      using(new Class(server.url), async (source) => {
        await first(source, 'error')
        return (await soon(server.requests(2))) === 'nothing' ? 'waits for a second' : 'is kept to'
      }),
  },
  {
    title: 'an id without data',
    answers: [{ text: 'id: 7\n\n' }, stays],
    run: (Class, server) =>
      using(new Class(server.url), async () => {
        await server.requests(2)
        return server.asked[1]!.path === '/' ? 'is lost' : 'is sent by the next attempt'
      }),
  },
  {
    title: 'an id with a null character',
    answers: [{ text: 'id: a\0b\ndata: x\n\n', stays: true }],
    run: (Class, { url }) =>
      using(new Class(url), async (source) =>
        (await first(source, 'message')).lastEventId ? 'is kept' : 'is ignored',
      ),
  },
  {
    title: 'the option Transport',
    answers: [stays],
    async run(Class, { url }) {
      class Transport {
        open = () => ({ abort: () => undefined })
      }
      try {
        return await using(new Class(url, { Transport }), async () => 'is used')
      } catch (error) {
        return (error as Error).message.includes('Transport') ? 'is refused with a reason' : 'breaks'
      }
    },
  },
  {
    title: 'events are the platform’s',
    answers: [stays],
    run: (Class, { url }) =>
      using(new Class(url), async (source) => {
        const event = await first(source, 'message')
        return event instanceof MessageEvent && event.origin === url ? 'yes, with origin' : 'no'
      }),
  },
  {
    title: 'a listener with the option once',
    answers: [{ text: 'data: 1\n\ndata: 2\n\n', stays: true }],
    async run(Class, { url }) {
      let calls = 0
      const source = new Class(url)
      source.addEventListener('message', () => void calls++, { once: true })
      await first(source, 'message')
      await sleep(50)
      source.close()
      return `is called ${calls === 1 ? 'once' : 'each time'}`
    },
  },
  {
    title: 'a redirect of a request with a header of one’s own',
    answers: [{ status: 302, headers: { location: '/elsewhere' } }, stays],
    run: (Class, { url }) =>
      using(new Class(url, { headers: { 'X-Api-Key': 'secret' } }), (source) =>
        Promise.race([
          first(source, 'open').then(() => 'is followed'),
          first(source, 'error').then(() => 'fails, so that no stranger gets it'),
        ]),
      ),
  },
]
