import { type AppendOptions, type Log, type NewMessage, PublishError } from './log.ts'
import { split } from './resume.ts'
import { type Connection, acquire, release } from './sqlite/connection.ts'
import { ChannelTable } from './sqlite/table.ts'

/** Options of {@link sqliteLog}. */
export interface SqliteLogOptions {
  /** Name of the log in the file, which can hold any number of logs. Default `'default'`. */
  readonly channel?: string | undefined
  /** Number of messages that are kept. Default 10,000. */
  readonly maxMessages?: number | undefined
  /** Bytes of event types and data (UTF-8) that are kept. Default 64 MiB. */
  readonly maxBytes?: number | undefined
  /** Age from which a message is removed by the next append, in milliseconds. Default: no limit. */
  readonly maxAgeMs?: number | undefined
  /** Time for which a `dedupeKey` is remembered, in milliseconds. Default 10 min. At most about 100,000 keys are. */
  readonly dedupeMs?: number | undefined
  /** Time in which messages of other processes are noticed, in milliseconds. Default 100. */
  readonly pollMs?: number | undefined
  /**
   * `'full'`: a message is on the disk (`fsync`) before `publish` resolves. `'normal'`: it is handed to the operating system, which is faster. It
   * survives a process that is killed; a power cut may take the newest messages. Then, and whenever the file was not closed by all who had it
   * open, the log begins a new epoch, and readers are told of a gap. Default `'full'`.
   */
  readonly synchronous?: 'full' | 'normal' | undefined
}

/**
 * Creates a log in a SQLite file: history that survives a restart, a crash and `kill -9`, for any number of processes on one machine.
 *
 * Uses `node:sqlite` in WAL mode, without a dependency. The file must be on a local disk: SQLite cannot lock files of network file systems
 * reliably. Appends of one turn of the event loop are one transaction, so publish in parallel where it matters.
 *
 * @param path the file, created if it does not exist. `':memory:'` keeps nothing.
 * @throws Error at the first use, if the runtime has no `node:sqlite` (Node 20) or the file cannot be opened. As a {@link PublishError} from `append`.
 * @example
 * ```ts
 * import { createChannel } from '@headwater/server'
 * import { sqliteLog } from '@headwater/server/sqlite'
 *
 * const prices = createChannel('prices', {
 *   log: sqliteLog('events.db', { channel: 'prices', maxMessages: 100_000 }),
 * })
 * ```
 */
export function sqliteLog(path: string, options: SqliteLogOptions = {}): Log {
  const { channel = 'default', pollMs = 100, synchronous = 'full' } = options
  const bounds = {
    maxMessages: options.maxMessages ?? 10_000,
    maxBytes: options.maxBytes ?? 64 * 1024 * 1024,
    maxAgeMs: options.maxAgeMs ?? Infinity,
    dedupeMs: options.dedupeMs ?? 600_000,
  }
  let opened: { readonly connection: Connection; readonly table: ChannelTable } | undefined
  let isClosed = false
  const stops = new Set<() => void>()

  const open = () => {
    if (isClosed) throw new Error(`The log ${channel} in ${path} is closed.`)
    if (opened) return opened
    const connection = acquire(path, synchronous)
    try {
      opened = { connection, table: new ChannelTable(connection.file.db, channel) }
    } catch (error) {
      release(connection)
      throw error
    }
    return opened
  }

  async function append(messages: readonly NewMessage[], { dedupeKey, durability }: AppendOptions = {}) {
    if (durability === 'replicated' || (durability === 'fsync' && synchronous !== 'full'))
      throw new PublishError(
        'not-appended',
        `sqliteLog cannot keep a message with durability '${durability}'. Use 'log' or ${synchronous === 'full' ? "'fsync'" : "synchronous: 'full'"}.`,
      )
    let file: ReturnType<typeof open>
    try {
      file = open()
    } catch (cause) {
      throw new PublishError('not-appended', (cause as Error).message, { cause })
    }
    const { connection, table } = file
    return connection.write(channel, () => table.append(messages, dedupeKey, bounds))
  }

  function tail(wake: () => void): () => void {
    const { connection, table } = open()
    let head: string | undefined
    const listener = {
      channel,
      committed() {
        let now: string | undefined
        try {
          now = table.head()
        } catch {
          // The reader that wakes gets the error.
        }
        if (now !== undefined && now === head) return
        head = now
        wake()
      },
    }
    connection.listen(listener, pollMs)
    const first = setImmediate(listener.committed)
    const stop = () => {
      clearImmediate(first)
      connection.unlisten(listener)
      stops.delete(stop)
    }
    stops.add(stop)
    return stop
  }

  return {
    append,
    async read(after, limit) {
      const { connection, table } = open()
      return connection.read(() => table.read(...split(after), limit))
    },
    async start() {
      const { connection, table } = open()
      return connection.read(() => table.start())
    },
    tail,
    async close() {
      if (isClosed) return
      isClosed = true
      for (const stop of stops) stop()
      if (opened) release(opened.connection)
    },
  }
}
