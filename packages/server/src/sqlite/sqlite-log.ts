import { type AppendOptions, type Log, type NewMessage, type Page, PublishError } from '../log.ts'
import { split } from '../resume.ts'
import { type Connection, acquire, release } from './connection.ts'
import { type Bounds, ChannelTable } from './table.ts'

interface Settings extends Bounds {
  readonly channel: string
  readonly pollMs: number
  readonly synchronous: 'full' | 'normal'
}

interface OpenFile {
  readonly connection: Connection
  readonly table: ChannelTable
}

/** One channel of a file, opened at the first use. */
export class SqliteLog implements Log {
  readonly #path: string
  readonly #settings: Settings
  readonly #stops = new Set<() => void>()
  #file: OpenFile | undefined
  #isClosed = false

  constructor(path: string, settings: Settings) {
    this.#path = path
    this.#settings = settings
  }

  async append(
    messages: readonly NewMessage[],
    { dedupeKey, durability }: AppendOptions = {},
  ): Promise<readonly string[]> {
    const { channel, synchronous } = this.#settings
    if (durability === 'replicated' || (durability === 'fsync' && synchronous === 'normal'))
      throw new PublishError(
        'not-appended',
        `sqliteLog with synchronous: '${synchronous}' cannot give durability '${durability}'.`,
      )
    let file: OpenFile
    try {
      file = this.#open()
    } catch (cause) {
      throw new PublishError('not-appended', (cause as Error).message, { cause })
    }
    const { connection, table } = file
    return connection.write(channel, () => table.append(messages, dedupeKey, this.#settings))
  }

  async read(after: string, limit: number): Promise<Page> {
    const { connection, table } = this.#open()
    return connection.read(() => table.read(...split(after), limit))
  }

  async start(): Promise<string> {
    const { connection, table } = this.#open()
    return connection.read(() => table.start())
  }

  tail(wake: () => void): () => void {
    const { connection, table } = this.#open()
    const { channel, pollMs } = this.#settings
    const stop = connection.tail(channel, pollMs, () => table.head(), wake)
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

  #open(): OpenFile {
    const { channel, synchronous } = this.#settings
    if (this.#isClosed) throw new Error(`The log '${channel}' in ${this.#path} is closed.`)
    if (this.#file) return this.#file
    const connection = acquire(this.#path, synchronous)
    try {
      return (this.#file = { connection, table: new ChannelTable(connection.file.db, channel) })
    } catch (error) {
      release(connection)
      throw error
    }
  }
}
