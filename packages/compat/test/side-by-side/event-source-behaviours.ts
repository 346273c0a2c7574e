import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Behaviour } from './behaviour.ts'
import { type ScriptedServer, withTimeout } from './scripted-server.ts'

/** The features that both classes have: options of eventsource, and the properties of its error event. */
export interface EventSourceClient {
  readonly Class: new (
    url: string | URL,
    init?: { withCredentials?: boolean; fetch?: (url: any, init: any) => Promise<any> },
  ) => EventSource
  /** Module specifier, for a child process. */
  readonly module: string
}

type Events = Event & { code?: number; message?: string }

/** Waits for the first event of a type. */
const first = (source: EventSource, type: string) =>
  new Promise<MessageEvent & Events>((resolve) =>
    source.addEventListener(type, (event) => resolve(event as never), { once: true }),
  )

const useSource = async (source: EventSource, work: (source: EventSource) => Promise<string>) => {
  const result = await work(source)
  source.close()
  return result
}

/** Tells whether the source reconnects after the first error. */
const afterError = ({ Class }: EventSourceClient, { url }: ScriptedServer) =>
  useSource(new Class(url), async (source) => {
    await first(source, 'error')
    return source.readyState === 2 ? 'fails permanently' : 'reconnects'
  })

const stream = { text: 'retry: 20\nid: 7\ndata: one\n\n' }
const openStream = { text: 'data: two\n\n', staysOpen: true }
const withStatus = (status: number) => [{ status, text: 'data: x\n\n' }]

export const eventSourceBehaviours: readonly Behaviour<EventSourceClient>[] = [
  {
    title: 'data, ID and origin of a message',
    responses: [{ ...stream, staysOpen: true }],
    run: ({ Class }, { url }) =>
      useSource(new Class(url), async (source) => {
        const { data, lastEventId, origin } = await first(source, 'message')
        return `${data} ${lastEventId} ${origin === url}`
      }),
  },
  {
    title: 'listeners of a named event',
    responses: [{ text: 'event: halt\ndata: x\n\ndata: y\n\n', staysOpen: true }],
    run: ({ Class }, { url }) =>
      useSource(new Class(url), async (source) => {
        const both = await Promise.all([first(source, 'halt'), first(source, 'message')])
        return both.map(({ data }) => data).join(' ')
      }),
  },
  {
    title: 'Last-Event-ID after the server ends the response',
    responses: [stream, openStream],
    run: ({ Class }, server) =>
      useSource(new Class(server.url), async () => {
        await server.waitForRequests(2)
        return String(server.requests[1]!.headers['last-event-id'])
      }),
  },
  {
    title: 'a broken connection',
    responses: [{ ...stream, breaks: true }, openStream],
    run: afterError,
  },
  ...[204, 404, 500, 503].map((status) => ({
    title: `status ${status}`,
    responses: withStatus(status),
    run: afterError,
  })),
  {
    title: 'a wrong content type',
    responses: [{ headers: { 'content-type': 'text/plain' }, text: 'x' }],
    run: afterError,
  },
  {
    title: 'status and message in an error event',
    responses: withStatus(404),
    run: ({ Class }, { url }) =>
      useSource(new Class(url), async (source) => {
        const { code, message } = await first(source, 'error')
        return `${code} ${typeof message}`
      }),
  },
  ...[false, true].map((withCredentials) => ({
    title: `option \`fetch\` and withCredentials: ${withCredentials}`,
    responses: [stream, openStream],
    run: async ({ Class }: EventSourceClient, server: ScriptedServer) => {
      const calls: string[] = []
      const init = {
        withCredentials,
        fetch: (input: string, { credentials, mode, cache, redirect, ...init }: RequestInit) => {
          calls.push([credentials, mode, cache, redirect, ...Object.keys(init.headers ?? {})].join(' '))
          return fetch(input, { ...init, headers: { ...(init.headers as object), 'x-custom': '1' } })
        },
      }
      return useSource(new Class(server.url, init), async () => {
        await server.waitForRequests(2)
        const { accept, 'last-event-id': id, 'x-custom': custom } = server.requests[1]!.headers
        return [...calls, accept, id, custom].join(', ')
      })
    },
  })),
  {
    title: 'messages of the same chunk after close()',
    responses: [{ text: 'data: 1\n\ndata: 2\n\n', staysOpen: true }],
    run: async ({ Class }, { url }) => {
      const seen: unknown[] = []
      const source = new Class(url)
      source.addEventListener('message', ({ data }) => {
        seen.push(data)
        source.close()
      })
      await withTimeout(new Promise(() => undefined), 100)
      return seen.join()
    },
  },
  {
    title: 'first message after two byte order marks',
    responses: [{ text: '\uFEFF\uFEFFdata: 1\n\ndata: 2\n\n', staysOpen: true }],
    run: ({ Class }, { url }) =>
      useSource(new Class(url), async (source) => String((await first(source, 'message')).data)),
  },
  {
    title: '`retry` beyond the maximum of `setTimeout`',
    responses: [{ text: 'retry: 99999999999\n\n' }],
    run: ({ Class }, server) =>
      useSource(new Class(server.url), async () =>
        (await withTimeout(server.waitForRequests(3))) === 'timeout' ? 'waits' : 'reconnects without delay',
      ),
  },
  {
    title: '`retry: 0` from a server that ends each response at once',
    responses: [{ text: 'retry: 0\ndata: x\n\n' }],
    run: ({ Class }, server) =>
      useSource(new Class(server.url), async () =>
        (await withTimeout(server.waitForRequests(20), 1_500)) === 'timeout'
          ? 'waits 100 ms after three short connections'
          : 'reconnects without delay',
      ),
  },
  {
    title: 'idle Node process after the connection is lost',
    responses: [{ text: 'retry: 200\n\n' }, openStream],
    run: async ({ module }, server) => {
      const program = `import { EventSource } from ${JSON.stringify(module)}
        const source = new EventSource(${JSON.stringify(server.url)})
        source.onmessage = () => process.exit(7)`
      const child = spawn(
        process.execPath,
        ['--no-warnings', '--conditions=@headwater/source', '--input-type=module', '-e', program],
        { stdio: 'ignore', cwd: fileURLToPath(new URL('../..', import.meta.url)), timeout: 10_000 },
      )
      const [code] = await once(child, 'exit')
      return code === 7 ? 'stays alive and reconnects' : 'exits'
    },
  },
]
