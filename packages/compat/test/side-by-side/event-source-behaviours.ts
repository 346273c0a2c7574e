import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Behaviour } from './behaviour.ts'
import { type ScriptedServer, soon } from './scripted-server.ts'

/** What both classes have: eventsource's options, and its error event's extras. */
export interface EventSourceClient {
  readonly Class: new (
    url: string | URL,
    init?: { withCredentials?: boolean; fetch?: (url: any, init: any) => Promise<any> },
  ) => EventSource
  /** A module specifier, for another process. */
  readonly module: string
}

type Events = Event & { code?: number; message?: string }

/** The first event of a type. */
const first = (source: EventSource, type: string) =>
  new Promise<MessageEvent & Events>((resolve) =>
    source.addEventListener(type, (event) => resolve(event as never), { once: true }),
  )

const using = async (source: EventSource, work: (source: EventSource) => Promise<string>) => {
  const result = await work(source)
  source.close()
  return result
}

/** What an error leads to. */
const fate = ({ Class }: EventSourceClient, { url }: ScriptedServer) =>
  using(new Class(url), async (source) => {
    await first(source, 'error')
    return source.readyState === 2 ? 'fails for good' : 'comes back'
  })

const stream = { text: 'retry: 20\nid: 7\ndata: one\n\n' }
const stays = { text: 'data: two\n\n', stays: true }
const refused = (status: number) => [{ status, text: 'data: x\n\n' }]

export const eventSourceBehaviours: readonly Behaviour<EventSourceClient>[] = [
  {
    title: 'a message has its data, id and origin',
    answers: [{ ...stream, stays: true }],
    run: ({ Class }, { url }) =>
      using(new Class(url), async (source) => {
        const { data, lastEventId, origin } = await first(source, 'message')
        return `${data} ${lastEventId} ${origin === url}`
      }),
  },
  {
    title: 'a named event reaches its listeners alone',
    answers: [{ text: 'event: halt\ndata: x\n\ndata: y\n\n', stays: true }],
    run: ({ Class }, { url }) =>
      using(new Class(url), async (source) => {
        const both = await Promise.all([first(source, 'halt'), first(source, 'message')])
        return both.map(({ data }) => data).join(' ')
      }),
  },
  {
    title: 'after an end it comes back, with the id',
    answers: [stream, stays],
    run: ({ Class }, server) =>
      using(new Class(server.url), async () => {
        await server.requests(2)
        return String(server.asked[1]!.headers['last-event-id'])
      }),
  },
  {
    title: 'after a break it comes back',
    answers: [{ ...stream, breaks: true }, stays],
    run: fate,
  },
  ...[204, 404, 500, 503].map((status) => ({
    title: `status ${status}`,
    answers: refused(status),
    run: fate,
  })),
  {
    title: 'another content type',
    answers: [{ headers: { 'content-type': 'text/plain' }, text: 'x' }],
    run: fate,
  },
  {
    title: 'an error event tells the status and what happened',
    answers: refused(404),
    run: ({ Class }, { url }) =>
      using(new Class(url), async (source) => {
        const { code, message } = await first(source, 'error')
        return `${code} ${typeof message}`
      }),
  },
  {
    title: 'the option fetch, with credentials asked for',
    answers: [stays],
    run: async ({ Class }, { url }) => {
      let credentials: unknown
      const init = {
        withCredentials: true,
        fetch: (input: string, init: RequestInit) => {
          ;({ credentials } = init)
          return fetch(input, {
            ...init,
            headers: { ...Object.fromEntries(new Headers(init.headers)), 'x-mine': '1' },
          })
        },
      }
      return using(new Class(url, init), async (source) => {
        await first(source, 'message')
        return String(credentials)
      })
    },
  },
  {
    title: 'closed within a message, it delivers no more',
    answers: [{ text: 'data: 1\n\ndata: 2\n\n', stays: true }],
    run: async ({ Class }, { url }) => {
      const seen: unknown[] = []
      const source = new Class(url)
      source.addEventListener('message', ({ data }) => {
        seen.push(data)
        source.close()
      })
      await soon(new Promise(() => undefined), 100)
      return seen.join()
    },
  },
  {
    title: 'two byte order marks',
    answers: [{ text: '\uFEFF\uFEFFdata: 1\n\ndata: 2\n\n', stays: true }],
    run: ({ Class }, { url }) =>
      using(
        new Class(url),
        async (source) => `the first message is ${(await first(source, 'message')).data}`,
      ),
  },
  {
    title: 'a retry longer than a timer can hold',
    answers: [{ text: 'retry: 99999999999\n\n' }],
    run: ({ Class }, server) =>
      using(new Class(server.url), async () =>
        (await soon(server.requests(3))) === 'nothing' ? 'waits' : 'asks without a pause',
      ),
  },
  {
    title: 'a Node process with nothing else to do, after the connection was lost',
    answers: [{ text: 'retry: 200\n\n' }, stays],
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
      return code === 7 ? 'waits, and reads on' : 'exits'
    },
  },
]
