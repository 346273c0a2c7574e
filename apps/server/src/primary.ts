import cluster, { type Worker } from 'node:cluster'
import { randomBytes } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { closeChannels, createChannels } from './channels.ts'
import type { Answer } from './fleet.ts'
import type { Log } from './log.ts'
import type { FromWorker, ToWorker, WorkerSettings } from './messages.ts'
import { startPublisher } from './publisher.ts'
import { openStorage } from './storage.ts'

type FleetOptions = Omit<WorkerSettings, 'process' | 'tokenSecret'> & { readonly log: Log }

export interface RunningFleet {
  readonly url: string
  /** Stops all processes and closes the logs. */
  close(): Promise<void>
}

/** A question of a worker to all workers. */
interface Question {
  readonly asker: Worker
  readonly id: number
  /** Workers that have not answered. */
  readonly waiting: Set<Worker>
  readonly answers: Answer[]
}

const newsEveryMs = 3000
/** Time after which a worker that does not answer is left out, in milliseconds. */
const answerTimeoutMs = 1000
/** Time that workers get to stop, in milliseconds. */
const stopTimeoutMs = 3000
/** Delay before a worker is started again that could not start, in milliseconds. */
const restartMs = 1000

/**
 * Starts processes that share a port, and publishes for all of them. A process that ends is replaced. Rejects with the error of
 * a process that cannot start.
 */
export function startFleet({ log, ...options }: FleetOptions): Promise<RunningFleet> {
  const channels = createChannels(openStorage(options.storage))
  const publisher = startPublisher(channels, newsEveryMs, log)
  const tokenSecret = randomBytes(32).toString('base64url')
  /** Workers that serve, and their numbers. */
  const ready = new Map<Worker, number>()
  const questions = new Map<number, Question>()
  let asked = 0
  let stopping = false

  cluster.setupPrimary({ exec: fileURLToPath(new URL('worker.ts', import.meta.url)) })

  const tell = (worker: Worker, message: ToWorker) => {
    if (worker.isConnected()) worker.send(message)
  }

  function answer(key: number, worker: Worker, result?: Pick<Answer, 'result'>) {
    const question = questions.get(key)
    if (!question?.waiting.delete(worker)) return
    const process = ready.get(worker)
    if (result && process) question.answers.push({ process, pid: worker.process.pid ?? 0, ...result })
    if (question.waiting.size > 0) return
    questions.delete(key)
    const answers = question.answers.toSorted((one, other) => one.process - other.process)
    tell(question.asker, { type: 'answers', id: question.id, answers })
  }

  function onMessage(worker: Worker, message: FromWorker) {
    if (message.type === 'want') publisher.want(message.feed)
    if (message.type === 'done') answer(message.id, worker, { result: message.result })
    if (message.type === 'ask') {
      const key = ++asked
      questions.set(key, { asker: worker, id: message.id, waiting: new Set(ready.keys()), answers: [] })
      for (const each of ready.keys()) tell(each, { type: 'run', id: key, call: message.call })
      setTimeout(() => {
        for (const each of questions.get(key)?.waiting ?? []) answer(key, each)
      }, answerTimeoutMs).unref()
    }
    if (message.type !== 'kill') return
    for (const [each, process] of ready) if (process === message.process) each.process.kill('SIGKILL')
  }

  /** Starts a process. Resolves with its address. When it ends, another one takes its number. */
  function start(process: number): Promise<string> {
    return new Promise((resolve, reject) => {
      const settings: WorkerSettings = { ...options, process, tokenSecret }
      const worker = cluster.fork({ DEMO_WORKER: JSON.stringify(settings) })
      worker.on('message', (message: FromWorker) => {
        if (message.type === 'failed')
          reject(Object.assign(new Error(message.message), { code: message.code }))
        if (message.type === 'ready') {
          ready.set(worker, process)
          resolve(message.url)
        }
        onMessage(worker, message)
      })
      worker.on('error', () => {}) // a message to a process that has ended
      worker.on('exit', (code, signal) => {
        const wasReady = ready.delete(worker)
        for (const key of questions.keys()) answer(key, worker)
        reject(new Error(`Process ${process} ended with ${signal ?? code}.`))
        if (stopping || !wasReady) return
        log(
          `process ${process} (pid ${worker.process.pid}) ended with ${signal ?? code}; starting another one`,
        )
        void restart(process)
      })
    })
  }

  async function restart(process: number): Promise<void> {
    if (stopping) return
    try {
      await start(process)
      log(`process ${process} is back`)
    } catch (error) {
      log(`process ${process} did not start: ${(error as Error).message}`)
      setTimeout(() => void restart(process), restartMs)
    }
  }

  async function close() {
    stopping = true
    publisher.stop()
    const workers = Object.values(cluster.workers ?? {}).filter((worker) => worker !== undefined)
    const ended = workers.map((worker) => new Promise((resolve) => worker.once('exit', resolve)))
    for (const worker of workers) tell(worker, { type: 'stop' })
    const timer = setTimeout(() => {
      for (const worker of workers) worker.process.kill('SIGKILL')
    }, stopTimeoutMs)
    await Promise.all(ended)
    clearTimeout(timer)
    await closeChannels(channels)
  }

  const numbers = Array.from({ length: options.processes }, (_, index) => index + 1)
  return Promise.all(numbers.map(start)).then(
    ([url = '']) => ({ url, close }),
    async (error: unknown) => {
      await close()
      throw error
    },
  )
}
