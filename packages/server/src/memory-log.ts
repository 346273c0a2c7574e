import { nextTurn, systemClock, type Clock } from './clock.ts'
import {
  PublishError,
  type AppendOptions,
  type Log,
  type LogEntry,
  type NewMessage,
  type Page,
} from './log.ts'
import { split } from './resume.ts'

/** Options of {@link memoryLog}. The oldest messages go first when a bound is reached. */
export interface MemoryLogOptions {
  /** Messages to keep. Default 1,000. */
  readonly maxMessages?: number | undefined
  /** UTF-16 code units of event names and data to keep. Default 16 Mi. */
  readonly maxLength?: number | undefined
  /** Time to keep a message, in milliseconds. Default: no limit. */
  readonly maxAgeMs?: number | undefined
  /** Time for which a `dedupeKey` is remembered, in milliseconds. Default 10 minutes. */
  readonly dedupeMs?: number | undefined
  /** Source of the time, for tests. */
  readonly clock?: Pick<Clock, 'now' | 'random'> | undefined
}

/**
 * Creates a log in memory: the newest messages of this process. A restart begins a new epoch, so readers are told a gap.
 *
 * @example
 * ```ts
 * import { createChannel, memoryLog } from '@headwater/server'
 *
 * const news = createChannel('news', { log: memoryLog({ maxMessages: 10_000, maxAgeMs: 3_600_000 }) })
 * ```
 */
export const memoryLog = (options: MemoryLogOptions = {}): Log => new MemoryLog(options)

/** Greatest epoch of this process: two logs never have the same. */
let lastEpoch = 0

class MemoryLog implements Log {
  readonly #options: MemoryLogOptions
  readonly #clock: Pick<Clock, 'now' | 'random'>
  readonly #epoch: number
  readonly #entries: (LogEntry & { readonly at: number })[] = []
  /** Index of the oldest entry that is kept. Those before it are removed many at a time. */
  #first = 0
  /** Number of the newest entry. */
  #last = 0
  #length = 0
  readonly #keys = new Map<string, { readonly ids: readonly string[]; readonly at: number }>()
  readonly #wakes = new Set<() => void>()
  #waking = false
  #closed = false

  constructor(options: MemoryLogOptions) {
    this.#options = options
    this.#clock = options.clock ?? systemClock
    // The random part separates processes that start in the same millisecond.
    this.#epoch = lastEpoch = Math.max(
      lastEpoch + 1,
      Math.floor((this.#clock.now() + this.#clock.random()) * 1000),
    )
  }

  async append(messages: readonly NewMessage[], options?: AppendOptions): Promise<readonly string[]> {
    const { dedupeKey, durability = 'log' } = options ?? {}
    if (this.#closed) throw new PublishError('not-appended', 'The log is closed.')
    if (durability !== 'log')
      throw new PublishError('not-appended', `A log in memory cannot do durability '${durability}'.`)
    this.#trim()
    const known = dedupeKey === undefined ? undefined : this.#keys.get(dedupeKey)
    if (known) return known.ids
    const at = this.#clock.now()
    const ids = messages.map(({ event, data, expiresAt }) => {
      const id = `${this.#epoch}-${++this.#last}`
      this.#entries.push({ id, event, data, expiresAt, at })
      this.#length += event.length + data.length
      return id
    })
    if (dedupeKey !== undefined) this.#keys.set(dedupeKey, { ids, at })
    this.#trim()
    if (!this.#waking) {
      this.#waking = true
      nextTurn(() => this.#wake())
    }
    return ids
  }

  async read(after: string, limit: number): Promise<Page> {
    if (this.#closed) throw new Error('The log is closed.')
    this.#trim()
    const [epoch, n] = split(after)
    const skip = epoch === this.#epoch ? n - this.#start : epoch > this.#epoch ? Infinity : 0
    const from = this.#first + Math.max(0, skip)
    return { entries: this.#entries.slice(from, from + limit), head: `${this.#epoch}-${this.#last}` }
  }

  async start(): Promise<string> {
    this.#trim()
    return `${this.#epoch}-${this.#start}`
  }

  tail(wake: () => void): () => void {
    // A function of its own: the same callback may be given twice.
    const entry = () => wake()
    this.#wakes.add(entry)
    nextTurn(() => this.#wakes.has(entry) && wake())
    return () => void this.#wakes.delete(entry)
  }

  async close(): Promise<void> {
    this.#closed = true
    this.#wakes.clear()
    this.#keys.clear()
    this.#entries.length = this.#first = 0
  }

  /** Number before the oldest entry that is kept. */
  get #start(): number {
    return this.#last - (this.#entries.length - this.#first)
  }

  #wake(): void {
    this.#waking = false
    for (const wake of this.#wakes) wake()
  }

  #trim(): void {
    const { maxMessages = 1000, maxLength = 2 ** 24, maxAgeMs = Infinity, dedupeMs = 600_000 } = this.#options
    const now = this.#clock.now()
    for (;;) {
      const oldest = this.#entries[this.#first]
      if (!oldest) break
      const kept = this.#entries.length - this.#first
      const isOld = now - oldest.at >= maxAgeMs
      if (!isOld && (kept === 1 || (kept <= maxMessages && this.#length <= maxLength))) break
      this.#length -= oldest.event.length + oldest.data.length
      this.#first++
    }
    if (this.#first > 64 && this.#first * 2 > this.#entries.length) {
      this.#entries.splice(0, this.#first)
      this.#first = 0
    }
    for (const [key, { at }] of this.#keys) {
      if (now - at < dedupeMs) break
      this.#keys.delete(key)
    }
  }
}
