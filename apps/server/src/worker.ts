import { perform, type Answer, type DutyCall, type Duties, type Fleet } from './fleet.ts'
import type { FromWorker, ToWorker, WorkerSettings } from './messages.ts'
import { print } from './print.ts'
import { startDemoServer } from './server.ts'
import { openAnswerStore, openStorage } from './storage.ts'

// One process that serves the demo. primary.ts starts it, owns the port, and publishes.

const settings = JSON.parse(process.env['DEMO_WORKER'] ?? '{}') as WorkerSettings
const { process: number, processes, port, host, pages, tokenSecret, companion } = settings
const prefix = processes > 1 ? `[${number}] ` : ''

const send = (message: FromWorker) => void process.send?.(message)

const asking = new Map<number, (answers: never) => void>()
let asked = 0
let listen: (message: ToWorker) => void = () => {}
process.on('message', (message: ToWorker) => listen(message))

function join(duties: Duties): Fleet {
  listen = (message) => {
    if (message.type === 'run') send({ type: 'done', id: message.id, result: perform(duties, message.call) })
    if (message.type === 'stop') void stop()
    if (message.type !== 'answers') return
    asking.get(message.id)?.(message.answers as never)
    asking.delete(message.id)
  }
  return {
    size: processes,
    ask: (name, ...args) =>
      new Promise<Answer<never>[]>((resolve) => {
        asking.set(++asked, resolve)
        send({ type: 'ask', id: asked, call: { name, args } as DutyCall })
      }),
    want: (feed) => send({ type: 'want', feed }),
    kill: (process) => send({ type: 'kill', process }),
  }
}

let stopping = false
async function stop() {
  stopping = true
  await server?.close()
  process.exit(0)
}

// Ctrl-C reaches all processes. The primary one decides.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => {})
process.on('exit', () => {
  // The primary process was killed, so it could not end the one that belongs to it.
  if (!stopping && !process.connected && companion !== null) process.kill(companion)
})

const server = await startDemoServer({
  port,
  host,
  pages,
  tokenSecret,
  storage: openStorage(settings.storage),
  answerStore: openAnswerStore(settings.storage),
  log: (line) => print(prefix + line),
  join,
}).catch((error: unknown) => {
  const { code = null, message } = error as NodeJS.ErrnoException
  process.send?.({ type: 'failed', code, message } satisfies FromWorker, () => process.exit(1))
  return undefined
})
if (server) send({ type: 'ready', url: server.url })
