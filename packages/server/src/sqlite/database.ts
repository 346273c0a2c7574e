/** The part of `node:sqlite` that is used, so that the types of this package need no types of Node. */
export interface Statement {
  get(...values: unknown[]): Record<string, unknown> | undefined
  all(...values: unknown[]): Record<string, unknown>[]
  run(...values: unknown[]): unknown
}

/** An open file. */
export interface Database {
  exec(sql: string): void
  prepare(sql: string): Statement
  close(): void
}

type DatabaseConstructor = new (path: string) => Database

const SCHEMA = `
CREATE TABLE IF NOT EXISTS headwater_channel (
  id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, epoch INTEGER NOT NULL, n INTEGER NOT NULL, count INTEGER NOT NULL, bytes INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS headwater_message (
  channel INTEGER NOT NULL, epoch INTEGER NOT NULL, n INTEGER NOT NULL, at INTEGER NOT NULL, bytes INTEGER NOT NULL,
  event TEXT NOT NULL, data TEXT NOT NULL, expires_at REAL, PRIMARY KEY (channel, epoch, n));
CREATE TABLE IF NOT EXISTS headwater_dedupe (
  channel INTEGER NOT NULL, key TEXT NOT NULL, epoch INTEGER NOT NULL, first INTEGER NOT NULL, count INTEGER NOT NULL, at INTEGER NOT NULL,
  PRIMARY KEY (channel, key)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS headwater_dedupe_at ON headwater_dedupe (channel, at);
CREATE TABLE IF NOT EXISTS headwater_open (token TEXT PRIMARY KEY) WITHOUT ROWID;`

/** Time for which SQLite waits for a lock of another process, in milliseconds. */
const BUSY_TIMEOUT_MS = 2_000

const loadSqlite = (): DatabaseConstructor => {
  const { getBuiltinModule, version } = process as {
    getBuiltinModule?: (name: string) => { DatabaseSync: DatabaseConstructor } | undefined
    version: string
  }
  const sqlite = getBuiltinModule?.('node:sqlite')
  if (!sqlite)
    throw new Error(
      `sqliteLog needs node:sqlite, which is in Node 22.13 and later; this is ${version}. Update Node, or use memoryLog or redisLog.`,
    )
  return sqlite.DatabaseSync
}

/**
 * An open file with the tables of the logs.
 *
 * With `synchronous=FULL`, each commit is on the disk before it is acknowledged. With `NORMAL`, a power cut may take the newest commits. So such a
 * process leaves a row in `headwater_open` while it has the file open. Who opens the file and finds a row there begins a new epoch in each channel.
 */
export class LogFile {
  readonly db: Database
  readonly #token: string | undefined
  readonly #isMarked: Statement | undefined

  constructor(path: string, synchronous: 'full' | 'normal') {
    this.db = new (loadSqlite())(path)
    const { db } = this
    try {
      // fullfsync makes a difference on macOS only, where fsync does not reach the disk.
      db.exec(
        `PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA fullfsync = 1`,
      )
      db.exec(`BEGIN IMMEDIATE; ${SCHEMA}`)
      if (db.prepare('SELECT 1 FROM headwater_open LIMIT 1').get()) {
        db.prepare('UPDATE headwater_channel SET epoch = max(epoch + 1, ?), n = 0').run(Date.now())
        db.exec('DELETE FROM headwater_open')
      }
      db.exec('COMMIT')
      if (synchronous === 'full') return
      this.#token = globalThis.crypto.randomUUID()
      this.#isMarked = db.prepare('SELECT 1 FROM headwater_open WHERE token = ?')
      this.#mark()
    } catch (error) {
      db.close()
      throw error
    }
  }

  /** Begins a transaction that writes. */
  begin(): void {
    this.db.exec('BEGIN IMMEDIATE')
    // Another process has opened the file, and has begun a new epoch: the row must be there again, before the first append to it.
    while (this.#isMarked && !this.#isMarked.get(this.#token)) {
      this.db.exec('ROLLBACK')
      this.#mark()
      this.db.exec('BEGIN IMMEDIATE')
    }
  }

  /** Closes the file. After this, no message can get lost any more. */
  close(): void {
    try {
      this.db.exec('PRAGMA synchronous = FULL')
      if (this.#token) this.db.prepare('DELETE FROM headwater_open WHERE token = ?').run(this.#token)
    } finally {
      this.db.close()
    }
  }

  /** The row must be on the disk before a message is acknowledged. */
  #mark(): void {
    this.db.exec('PRAGMA synchronous = FULL')
    this.db.prepare('INSERT OR IGNORE INTO headwater_open VALUES (?)').run(this.#token)
    this.db.exec('PRAGMA synchronous = NORMAL')
  }
}
