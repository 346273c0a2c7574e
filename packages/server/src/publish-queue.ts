import { PublishError, type AppendOptions, type Log, type NewMessage } from './log.ts'

interface Job {
  readonly message: NewMessage
  readonly options: AppendOptions
  readonly resolve: (id: string) => void
  readonly reject: (error: unknown) => void
}

/** Most messages of one append. */
const BATCH = 256

/** Appends messages in the order of the calls. While the log is busy, messages gather, and the next append takes them all. */
export class PublishQueue {
  readonly #log: Log
  #jobs: Job[] = []
  #running: Promise<void> | undefined

  constructor(log: Log) {
    this.#log = log
  }

  add(message: NewMessage, options: AppendOptions): Promise<string> {
    return new Promise((resolve, reject) => {
      this.#jobs.push({ message, options, resolve, reject })
      this.#running ??= this.#run()
    })
  }

  /** Resolves once all messages are in the log or refused. */
  async settled(): Promise<void> {
    await this.#running
  }

  async #run(): Promise<void> {
    // The calls of one turn make one append.
    await undefined
    while (this.#jobs.length > 0) await this.#append(this.#jobs.splice(0, this.#countAlike()))
    this.#running = undefined
  }

  async #append(jobs: readonly Job[]): Promise<void> {
    try {
      const ids = await this.#log.append(
        jobs.map(({ message }) => message),
        jobs[0]!.options,
      )
      for (const [index, { resolve }] of jobs.entries()) resolve(ids[index]!)
    } catch (cause) {
      const error =
        (cause as Error | undefined)?.name === 'PublishError'
          ? cause
          : new PublishError('unknown', `The log failed: ${String(cause)}`, { cause })
      for (const { reject } of jobs) reject(error)
    }
  }

  /** Returns the number of waiting messages that one append can take: a `dedupeKey` is of one message. */
  #countAlike(): number {
    const first = this.#jobs[0]!.options
    const other = this.#jobs.findIndex(
      ({ options }, index) =>
        index > 0 &&
        (first.dedupeKey !== undefined ||
          options.dedupeKey !== undefined ||
          options.durability !== first.durability),
    )
    return Math.min(BATCH, other < 0 ? this.#jobs.length : other)
  }
}
