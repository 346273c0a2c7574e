import { END, endMessage } from '../answer-store.ts'
import type { AnswerClaim, AnswerPage, AnswerStore, WriteResult } from '../answer-store.ts'
import type { NewMessage } from '../log.ts'
import { split } from '../resume.ts'
import { acquire, type Connection, release } from './connection.ts'
import type { Statement } from './database.ts'
import { decode, encode } from './table.ts'

const SCHEMA = `
CREATE TABLE IF NOT EXISTS headwater_answer (
  id TEXT PRIMARY KEY, owner TEXT NOT NULL, epoch INTEGER NOT NULL, n INTEGER NOT NULL, lease_until INTEGER NOT NULL, expire INTEGER NOT NULL,
  expires_at INTEGER NOT NULL, stop INTEGER NOT NULL, ended TEXT) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS headwater_answer_expires ON headwater_answer (expires_at);
CREATE TABLE IF NOT EXISTS headwater_answer_message (
  id TEXT NOT NULL, n INTEGER NOT NULL, event TEXT NOT NULL, data TEXT NOT NULL, PRIMARY KEY (id, n));`

const SQL = {
  expired: 'SELECT id FROM headwater_answer WHERE expires_at <= ?',
  remove: 'DELETE FROM headwater_answer WHERE id = ?',
  removeMessages: 'DELETE FROM headwater_answer_message WHERE id = ?',
  find: 'SELECT owner, epoch, n, lease_until, expire, stop, ended FROM headwater_answer WHERE id = ? AND expires_at > ?',
  claim: 'INSERT INTO headwater_answer VALUES (?, ?, ?, 0, ?, ?, ?, 0, NULL)',
  insert: 'INSERT INTO headwater_answer_message VALUES (?, ?, ?, ?)',
  set: 'UPDATE headwater_answer SET n = ?, lease_until = ?, expires_at = ?, ended = ? WHERE id = ?',
  stop: 'UPDATE headwater_answer SET stop = 1 WHERE id = ?',
  read: 'SELECT n, event, data FROM headwater_answer_message WHERE id = ? AND n > ? ORDER BY n LIMIT ?',
} as const

interface Row {
  readonly owner: string
  readonly epoch: number
  readonly n: number
  readonly lease_until: number
  readonly expire: number
  readonly stop: number
  readonly ended: 'owner' | 'lease' | null
}

interface OpenFile {
  readonly connection: Connection
  readonly sql: Record<keyof typeof SQL, Statement>
}

/** Answers in a file, opened at the first use. Each method is a transaction. */
export class SqliteAnswers implements AnswerStore {
  readonly #path: string
  readonly #pollMs: number
  readonly #stops = new Set<() => void>()
  #file: OpenFile | undefined
  #isClosed = false

  constructor(path: string, pollMs: number) {
    this.#path = path
    this.#pollMs = pollMs
  }

  async claim({ id, owner, epoch, leaseMs, expireMs }: AnswerClaim): Promise<boolean> {
    return this.#write(id, ({ sql }, known, now) => {
      if (known) return known.owner === owner
      for (const { id } of sql.expired.all(now)) {
        sql.remove.run(id)
        sql.removeMessages.run(id)
      }
      sql.claim.run(id, owner, epoch, now + leaseMs, expireMs, now + expireMs)
      return true
    })
  }

  async write(claim: AnswerClaim, from: number, messages: readonly NewMessage[]): Promise<WriteResult> {
    return this.#write(claim.id, ({ sql }, known, now) => {
      if (!known) return { state: 'unknown', last: 0 }
      const isOwner = known.owner === claim.owner
      if (isOwner && known.ended === 'owner') return { state: 'ended', last: known.n }
      if (!isOwner || known.ended || known.lease_until <= now) return { state: 'refused', last: 0 }
      let { n } = known
      let isEnded = false
      for (const [index, { event, data }] of messages.entries()) {
        if (from + index !== n + 1) continue
        sql.insert.run(claim.id, ++n, encode(event), encode(data))
        isEnded ||= event === END
      }
      sql.set.run(n, now + claim.leaseMs, now + claim.expireMs, isEnded ? 'owner' : null, claim.id)
      return { state: isEnded ? 'ended' : known.stop ? 'stopping' : 'running', last: n }
    })
  }

  async stop(id: string): Promise<boolean> {
    return this.#write(id, ({ sql }, known, now) => {
      if (!known || known.ended || known.lease_until <= now) return false
      sql.stop.run(id)
      return true
    })
  }

  async read(id: string, after: string, limit: number): Promise<AnswerPage | undefined> {
    const page = this.#read(id, after, limit)
    if (!page || page.ended || page.leaseMs > 0) return page
    await this.#write(id, ({ sql }, known, now) => {
      if (!known || known.ended || known.lease_until > now) return
      const { event, data } = endMessage('lost')
      sql.insert.run(id, known.n + 1, event, data)
      sql.set.run(known.n + 1, known.lease_until, now + known.expire, 'lease', id)
    })
    return this.#read(id, after, limit)
  }

  tail(id: string, wake: () => void): () => void {
    const { connection, sql } = this.#open()
    const head = () => (sql.find.get(id, Date.now()) as Row | undefined)?.n
    const stop = connection.tail(channelOf(id), this.#pollMs, head, wake)
    this.#stops.add(stop)
    return () => {
      stop()
      this.#stops.delete(stop)
    }
  }

  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    for (const stop of this.#stops) stop()
    if (this.#file) release(this.#file.connection)
  }

  async #write<T>(id: string, run: (file: OpenFile, known: Row | undefined, now: number) => T): Promise<T> {
    const file = this.#open()
    return file.connection.write(channelOf(id), () => {
      const now = Date.now()
      return run(file, file.sql.find.get(id, now) as Row | undefined, now)
    })
  }

  #read(id: string, after: string, limit: number): AnswerPage | undefined {
    const { connection, sql } = this.#open()
    return connection.read(() => {
      const now = Date.now()
      const known = sql.find.get(id, now) as Row | undefined
      if (!known) return undefined
      const [epoch, n] = split(after)
      const from = epoch === known.epoch ? n : epoch > known.epoch ? known.n : 0
      const entries = sql.read.all(id, from, limit).map((row) => ({
        id: `${known.epoch}-${row['n']}`,
        event: decode(row['event']),
        data: decode(row['data']),
      }))
      const head = `${known.epoch}-${known.n}`
      return { entries, head, ended: known.ended !== null, leaseMs: known.lease_until - now }
    })
  }

  #open(): OpenFile {
    if (this.#isClosed) throw new Error(`The answers in ${this.#path} are closed.`)
    if (this.#file) return this.#file
    const connection = acquire(this.#path, 'full')
    try {
      const { db } = connection.file
      db.exec(SCHEMA)
      const prepared = Object.entries(SQL).map(([key, sql]) => [key, db.prepare(sql)])
      return (this.#file = { connection, sql: Object.fromEntries(prepared) as OpenFile['sql'] })
    } catch (error) {
      release(connection)
      throw error
    }
  }
}

const channelOf = (id: string): string => `answer ${id}`
