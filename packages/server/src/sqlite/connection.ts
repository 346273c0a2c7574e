import { PublishError } from '../log.ts'
import { LogFile, type Statement } from './database.ts'

interface Job {
  readonly channel: string
  readonly run: () => unknown
  readonly resolve: (value: never) => void
  readonly reject: (error: PublishError) => void
}

/** Log that is notified of commits. */
interface Listener {
  readonly channel: string
  /** Called after each commit to the channel by this process, and after any commit of another process. */
  readonly committed: () => void
}

/**
 * One connection to a file for all logs of the process that use it. Appends of one turn of the event loop are one transaction. While there is
 * a listener, one timer looks for commits of other processes.
 */
export class Connection {
  readonly file: LogFile
  readonly #dataVersion: Statement
  readonly #listeners = new Map<Listener, number>()
  #jobs: Job[] = []
  #scheduled: ReturnType<typeof setImmediate> | undefined
  #timer: ReturnType<typeof setInterval> | undefined
  #timerMs = 0
  #version: unknown
  #isClosed = false

  constructor(path: string, synchronous: 'full' | 'normal') {
    this.file = new LogFile(path, synchronous)
    this.#dataVersion = this.file.db.prepare('PRAGMA data_version')
    this.#version = this.#readVersion()
  }

  /** Runs a function that writes to a channel inside the next transaction. Resolves with its result after the commit. */
  write<T>(channel: string, run: () => T): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.#jobs.push({ channel, run, resolve, reject })
      this.#scheduled ??= setImmediate(() => this.#flush())
    })
  }

  /** Runs a function on a snapshot of the file. */
  read<T>(run: () => T): T {
    const { db } = this.file
    db.exec('BEGIN')
    try {
      return run()
    } finally {
      db.exec('COMMIT')
    }
  }

  /**
   * Calls `wake` when what `head` returns has changed, and once soon after this call. Commits of other processes are noticed within
   * `pollMs`. Returns a function that ends this.
   */
  tail(channel: string, pollMs: number, head: () => unknown, wake: () => void): () => void {
    let known: unknown
    const committed = () => {
      let now: unknown
      try {
        now = head()
      } catch {
        // The next read throws the error.
      }
      if (now !== undefined && now === known) return
      known = now
      wake()
    }
    const listener = { channel, committed }
    this.#listeners.set(listener, pollMs)
    this.#setTimer()
    const first = setImmediate(committed)
    return () => {
      clearImmediate(first)
      this.#listeners.delete(listener)
      this.#setTimer()
    }
  }

  close(): void {
    this.#isClosed = true
    clearImmediate(this.#scheduled)
    this.#flush()
    clearInterval(this.#timer)
    this.file.close()
  }

  #flush(): void {
    this.#scheduled = undefined
    const jobs = this.#jobs
    this.#jobs = []
    if (jobs.length === 0) return
    this.#commit(jobs)
    const channels = new Set(jobs.map(({ channel }) => channel))
    this.#notify((channel) => channels.has(channel))
  }

  #commit(jobs: readonly Job[]): void {
    const { file } = this
    const results: unknown[] = []
    try {
      file.begin()
      for (const job of jobs) results.push(job.run())
    } catch (cause) {
      this.#rollback()
      // Only the job that failed must fail.
      if (jobs.length > 1) for (const job of jobs) this.#commit([job])
      else
        jobs[0]!.reject(
          new PublishError('not-appended', `SQLite refused the message: ${String(cause)}`, { cause }),
        )
      return
    }
    try {
      file.db.exec('COMMIT')
    } catch (cause) {
      this.#rollback()
      const error = new PublishError('unknown', `SQLite did not confirm the commit: ${String(cause)}`, {
        cause,
      })
      for (const job of jobs) job.reject(error)
      return
    }
    for (const [index, job] of jobs.entries()) job.resolve(results[index] as never)
  }

  #rollback(): void {
    try {
      this.file.db.exec('ROLLBACK')
    } catch {
      // No transaction is open: SQLite has rolled it back, or it never began.
    }
  }

  #setTimer(): void {
    const ms = Math.min(...this.#listeners.values())
    if (this.#timer && ms === this.#timerMs) return
    clearInterval(this.#timer)
    this.#timer = undefined
    if (this.#listeners.size === 0 || this.#isClosed) return
    this.#timerMs = ms
    this.#timer = setInterval(() => this.#poll(), ms)
    this.#timer.unref?.()
  }

  #poll(): void {
    let version: unknown
    try {
      version = this.#readVersion()
    } catch {
      // The next read throws the error.
    }
    if (version !== undefined && version === this.#version) return
    this.#version = version
    this.#notify(() => true)
  }

  /** Changes with each commit of another connection. */
  #readVersion(): unknown {
    return this.#dataVersion.get()!['data_version']
  }

  #notify(isConcerned: (channel: string) => boolean): void {
    for (const { channel, committed } of [...this.#listeners.keys()]) if (isConcerned(channel)) committed()
  }
}

const connections = new Map<string, { readonly connection: Connection; users: number }>()

/** Opens a file, or uses the connection that the process has already. A database in memory is never shared. */
export const acquire = (path: string, synchronous: 'full' | 'normal'): Connection => {
  const key = `${synchronous} ${path}`
  const known = path === ':memory:' ? undefined : connections.get(key)
  if (known) {
    known.users++
    return known.connection
  }
  const connection = new Connection(path, synchronous)
  if (path !== ':memory:') connections.set(key, { connection, users: 1 })
  return connection
}

/** Closes the file after the last of its users. */
export const release = (connection: Connection): void => {
  for (const [key, entry] of connections)
    if (entry.connection === connection) {
      if (--entry.users > 0) return
      connections.delete(key)
    }
  connection.close()
}
