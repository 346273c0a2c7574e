import type { LogEntry, NewMessage, Page } from '../log.ts'
import type { Database, Statement } from './database.ts'

/** Limits of a log. The newest message is always kept. */
export interface Bounds {
  readonly maxMessages: number
  readonly maxBytes: number
  readonly maxAgeMs: number
  readonly dedupeMs: number
}

/** Number of rows that are looked at, at a time, to find the oldest ones that must go. */
const TRIM_PAGE = 200
/** Number of dedupe keys that a channel keeps, about. They are counted after each `DEDUPE_TURN` new ones. */
const MAX_DEDUPE_KEYS = 100_000
const DEDUPE_TURN = 1_000

const SQL = {
  state: 'SELECT epoch, n, count, bytes FROM headwater_channel WHERE id = ?',
  setState: 'UPDATE headwater_channel SET n = ?, count = ?, bytes = ? WHERE id = ?',
  insert: 'INSERT INTO headwater_message VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
  read: `SELECT epoch, n, event, data, expires_at FROM headwater_message
    WHERE channel = ? AND (epoch, n) > (?, ?) ORDER BY epoch, n LIMIT ?`,
  oldest: `SELECT epoch, n, at, bytes FROM headwater_message WHERE channel = ? ORDER BY epoch, n LIMIT ${TRIM_PAGE}`,
  remove: 'DELETE FROM headwater_message WHERE channel = ? AND (epoch, n) <= (?, ?)',
  dedupe: 'SELECT epoch, first, count FROM headwater_dedupe WHERE channel = ? AND key = ? AND at > ?',
  addDedupe: 'INSERT OR REPLACE INTO headwater_dedupe VALUES (?, ?, ?, ?, ?, ?)',
  expireDedupe: 'DELETE FROM headwater_dedupe WHERE channel = ? AND at <= ?',
  limitDedupe: `DELETE FROM headwater_dedupe WHERE channel = ? AND at <=
    (SELECT at FROM headwater_dedupe WHERE channel = ? ORDER BY at DESC LIMIT 1 OFFSET ${MAX_DEDUPE_KEYS})`,
} as const

const ids = (epoch: number, first: number, count: number) =>
  Array.from({ length: count }, (_, index) => `${epoch}-${first + index}`)

/** Node 22 and Deno read a text only up to a NUL. So one with a NUL is kept as a blob. */
export const encode = (text: string): string | Uint8Array => (text.includes(NUL) ? Buffer.from(text) : text)
export const decode = (value: unknown): string =>
  typeof value === 'string' ? value : Buffer.from(value as Uint8Array).toString()
const NUL = String.fromCharCode(0)

type Statements = Record<keyof typeof SQL, Statement>
type State = Record<'epoch' | 'n' | 'count' | 'bytes', number>

/** The rows of one channel. Its methods run inside a transaction of the caller. */
export class ChannelTable {
  readonly #statements: Statements
  readonly #id: number
  #dedupeKeys = 0

  constructor(db: Database, name: string) {
    const find = () => db.prepare('SELECT id FROM headwater_channel WHERE name = ?').get(name)
    if (!find()) {
      const sql =
        'INSERT OR IGNORE INTO headwater_channel (name, epoch, n, count, bytes) VALUES (?, ?, 0, 0, 0)'
      db.prepare(sql).run(name, Date.now())
    }
    this.#id = find()!['id'] as number
    const prepared = Object.entries(SQL).map(([key, sql]) => [key, db.prepare(sql)])
    this.#statements = Object.fromEntries(prepared) as Statements
  }

  append(messages: readonly NewMessage[], dedupeKey: string | undefined, bounds: Bounds): string[] {
    const sql = this.#statements
    const now = Date.now()
    if (dedupeKey !== undefined) {
      const known = sql.dedupe.get(this.#id, dedupeKey, now - bounds.dedupeMs) as
        | Record<'epoch' | 'first' | 'count', number>
        | undefined
      if (known) return ids(known.epoch, known.first, known.count)
    }
    const state = { ...(sql.state.get(this.#id) as State) }
    const first = state.n + 1
    for (const { event, data, expiresAt } of messages) {
      const size = Buffer.byteLength(event) + Buffer.byteLength(data)
      sql.insert.run(
        this.#id,
        state.epoch,
        ++state.n,
        now,
        size,
        encode(event),
        encode(data),
        expiresAt ?? null,
      )
      state.count++
      state.bytes += size
    }
    if (dedupeKey !== undefined)
      this.#remember(dedupeKey, state.epoch, first, messages.length, now, bounds.dedupeMs)
    this.#trim(state, now, bounds)
    sql.setState.run(state.n, state.count, state.bytes, this.#id)
    return ids(state.epoch, first, messages.length)
  }

  read(epoch: number, n: number, limit: number): Page {
    const rows = this.#statements.read.all(this.#id, epoch, n, limit)
    const entries = rows.map((row): LogEntry => {
      const entry = {
        id: `${row['epoch']}-${row['n']}`,
        event: decode(row['event']),
        data: decode(row['data']),
      }
      return row['expires_at'] === null ? entry : { ...entry, expiresAt: row['expires_at'] as number }
    })
    return { entries, head: this.head() }
  }

  head(): string {
    const { epoch, n } = this.#statements.state.get(this.#id) as State
    return `${epoch}-${n}`
  }

  /** Returns the position before the oldest message. */
  start(): string {
    const [oldest] = this.#statements.oldest.all(this.#id)
    return oldest ? `${oldest['epoch']}-${(oldest['n'] as number) - 1}` : this.head()
  }

  #remember(key: string, epoch: number, first: number, count: number, now: number, dedupeMs: number): void {
    const sql = this.#statements
    sql.expireDedupe.run(this.#id, now - dedupeMs)
    sql.addDedupe.run(this.#id, key, epoch, first, count, now)
    if (++this.#dedupeKeys % DEDUPE_TURN === 0) sql.limitDedupe.run(this.#id, this.#id)
  }

  #trim(state: State, now: number, { maxMessages, maxBytes, maxAgeMs }: Bounds): void {
    for (;;) {
      const rows = this.#statements.oldest.all(this.#id) as Record<'epoch' | 'n' | 'at' | 'bytes', number>[]
      let last: (typeof rows)[number] | undefined
      for (const row of rows) {
        const isNewest = state.count <= 1
        const isOver = state.count > maxMessages || state.bytes > maxBytes || now - row.at > maxAgeMs
        if (isNewest || !isOver) break
        last = row
        state.count--
        state.bytes -= row.bytes
      }
      if (!last) return
      this.#statements.remove.run(this.#id, last.epoch, last.n)
      if (last !== rows.at(-1)) return
    }
  }
}
