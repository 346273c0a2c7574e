import type { AnswerStore } from './answer-store.ts'
import type { Log } from './log.ts'
import { SqliteAnswers } from './sqlite/sqlite-answers.ts'
import { SqliteLog } from './sqlite/sqlite-log.ts'

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
  return new SqliteLog(path, {
    channel: options.channel ?? 'default',
    maxMessages: options.maxMessages ?? 10_000,
    maxBytes: options.maxBytes ?? 64 * 1024 * 1024,
    maxAgeMs: options.maxAgeMs ?? Infinity,
    dedupeMs: options.dedupeMs ?? 600_000,
    pollMs: options.pollMs ?? 100,
    synchronous: options.synchronous ?? 'full',
  })
}

/**
 * Creates a store of answers in a SQLite file, for any number of processes on one machine. Answers survive a restart, a crash and a power cut: each message
 * is on the disk before it is sent.
 *
 * @param path the file, created if it does not exist. It may be the one of `sqliteLog`, and must be on a local disk.
 * @param options `pollMs`: time in which messages of other processes are noticed, in milliseconds. Default 100.
 * @throws Error at the first use, if the runtime has no `node:sqlite` (Node 20) or the file cannot be opened.
 * @example
 * ```ts
 * import { createAnswers } from '@headwater/server/answers'
 * import { sqliteAnswers } from '@headwater/server/sqlite'
 *
 * const answers = createAnswers('chat', { store: sqliteAnswers('answers.db') })
 * ```
 */
export function sqliteAnswers(
  path: string,
  { pollMs = 100 }: { readonly pollMs?: number | undefined } = {},
): AnswerStore {
  return new SqliteAnswers(path, pollMs)
}
