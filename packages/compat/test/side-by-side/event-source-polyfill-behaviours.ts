import type { Behaviour } from './behaviour.ts'
import { type ScriptedServer, sleep, withTimeout } from './scripted-server.ts'

export type PolyfillClass = new (
  url: string,
  init?: Record<string, unknown>,
) => EventSource & {
  headers: Record<string, string>
}

type EventDetails = { status?: number; statusText?: string; headers?: Headers; error?: unknown }

const first = (source: EventSource, type: string) =>
  new Promise<MessageEvent & EventDetails>((resolve) => {
    const listener = (event: Event) => {
      source.removeEventListener(type, listener)
      resolve(event as never)
    }
    source.addEventListener(type, listener)
  })

const useSource = async <Source extends EventSource>(
  source: Source,
  work: (source: Source) => Promise<string>,
) => {
  const result = await work(source)
  source.close()
  return result
}

/** Tells whether the source reconnects after the first error. */
const afterError = (Class: PolyfillClass, { url }: ScriptedServer) =>
  useSource(new Class(url), async (source) => {
    await first(source, 'error')
    return source.readyState === 2 ? 'fails permanently' : 'reconnects'
  })

const openStream = { text: 'data: two\n\n', staysOpen: true }
const completeStream = { text: 'id: 7\ndata: one\n\n' }

export const polyfillBehaviours: readonly Behaviour<PolyfillClass>[] = [
  {
    title: 'request headers',
    responses: [openStream],
    run: (Class, server) =>
      useSource(
        new Class(server.url, { headers: { Authorization: 'Bearer demo', 'X-Custom': '1' } }),
        async () => {
          await server.waitForRequests(1)
          const { authorization, accept, 'x-custom': custom } = server.requests[0]!.headers
          return `${authorization} ${accept} ${custom}`
        },
      ),
  },
  {
    title: 'request headers changed after the connection opened',
    responses: [completeStream, openStream],
    run: (Class, server) =>
      useSource(new Class(server.url, { headers: { 'X-Token': 'old' } }), async (source) => {
        await first(source, 'open')
        source.headers = { 'X-Token': 'new' }
        await server.waitForRequests(2)
        return String(server.requests[1]!.headers['x-token'])
      }),
  },
  {
    title: 'last event ID in the query',
    responses: [completeStream, openStream],
    run: (Class, server) =>
      useSource(new Class(`${server.url}/?a=b&lastEventId=3`), async () => {
        await server.waitForRequests(2)
        return `${server.requests[1]!.path} ${server.requests[1]!.headers['last-event-id']}`
      }),
  },
  {
    title: 'option `lastEventIdQueryParameterName`',
    responses: [completeStream, openStream],
    run: (Class, server) =>
      useSource(new Class(server.url, { lastEventIdQueryParameterName: 'Last-Event-Id' }), async () => {
        await server.waitForRequests(2)
        return server.requests[1]!.path
      }),
  },
  {
    title: 'status and headers in an open event',
    responses: [{ ...openStream, headers: { 'x-served-by': 'me' } }],
    run: (Class, { url }) =>
      useSource(new Class(url), async (source) => {
        const { status, statusText, headers } = await first(source, 'open')
        return `${status} ${statusText} ${headers?.get('x-served-by')}`
      }),
  },
  {
    title: 'status and headers in the error event of a 404',
    responses: [{ status: 404, headers: { 'x-served-by': 'me' } }],
    run: (Class, { url }) =>
      useSource(new Class(url), async (source) => {
        const { status, headers } = await first(source, 'error')
        return `${status} ${headers?.get('x-served-by')} ${source.readyState}`
      }),
  },
  {
    title: '`statusText` in the error event of a 404',
    responses: [{ status: 404 }],
    run: (Class, { url }) =>
      useSource(new Class(url), async (source) => (await first(source, 'error')).statusText || 'empty'),
  },
  {
    title: '`error` in the error event of a broken connection',
    responses: [{ text: 'data: x\n\n', breaks: true }, openStream],
    run: (Class, { url }) =>
      useSource(new Class(url), async (source) =>
        String((await first(source, 'error')).error instanceof Error),
      ),
  },
  {
    title: '`error` in the error event after the server ends the response',
    responses: [completeStream],
    run: (Class, { url }) =>
      useSource(new Class(url), async (source) =>
        (await first(source, 'error')).error ? 'an error' : 'none',
      ),
  },
  ...[204, 404, 503].map((status) => ({
    title: `status ${status}`,
    responses: [{ status }],
    run: afterError,
  })),
  {
    title: 'no data for longer than `heartbeatTimeout`',
    responses: [openStream],
    run: (Class, server) =>
      useSource(new Class(server.url, { heartbeatTimeout: 1_000 }), async (source) => {
        const { error } = await first(source, 'error')
        return `error ${error instanceof Error}, readyState ${source.readyState}`
      }),
  },
  {
    title: '`retry` of less than a second',
    responses: [{ text: 'retry: 20\ndata: x\n\n' }, openStream],
    run: (Class, server) =>
      useSource(new Class(server.url), async (source) => {
        await first(source, 'error')
        return (await withTimeout(server.waitForRequests(2))) === 'timeout'
          ? 'waits a second'
          : 'waits as long as requested'
      }),
  },
  {
    title: 'ID without data',
    responses: [{ text: 'id: 7\n\n' }, openStream],
    run: (Class, server) =>
      useSource(new Class(server.url), async () => {
        await server.waitForRequests(2)
        return server.requests[1]!.path === '/' ? 'ignored' : 'sent with the next attempt'
      }),
  },
  {
    title: 'ID with a null character',
    responses: [{ text: 'id: a\0b\ndata: x\n\n', staysOpen: true }],
    run: (Class, { url }) =>
      useSource(new Class(url), async (source) =>
        (await first(source, 'message')).lastEventId ? 'accepted' : 'ignored',
      ),
  },
  {
    title: 'option `Transport`',
    responses: [openStream],
    async run(Class, { url }) {
      class Transport {
        open = () => ({ abort: () => undefined })
      }
      try {
        return await useSource(new Class(url, { Transport }), async () => 'used')
      } catch (error) {
        return (error as Error).message.includes('Transport') ? 'rejected with an error' : 'breaks'
      }
    },
  },
  {
    title: 'class of message events',
    responses: [openStream],
    run: (Class, { url }) =>
      useSource(new Class(url), async (source) => {
        const event = await first(source, 'message')
        return event instanceof MessageEvent && event.origin === url
          ? 'platform `MessageEvent`, with `origin`'
          : 'custom class'
      }),
  },
  {
    title: 'listener with the option `once`',
    responses: [{ text: 'data: 1\n\ndata: 2\n\n', staysOpen: true }],
    async run(Class, { url }) {
      let calls = 0
      const source = new Class(url)
      source.addEventListener('message', () => void calls++, { once: true })
      await first(source, 'message')
      await sleep(50)
      source.close()
      return calls === 1 ? 'called once' : 'called for each event'
    },
  },
  {
    title: 'redirect of a request with a custom header',
    responses: [{ status: 302, headers: { location: '/elsewhere' } }, openStream],
    run: (Class, { url }) =>
      useSource(new Class(url, { headers: { 'X-Api-Key': 'secret' } }), (source) =>
        Promise.race([
          first(source, 'open').then(() => 'followed'),
          first(source, 'error').then(() => 'fails, so that no other origin receives the header'),
        ]),
      ),
  },
]
