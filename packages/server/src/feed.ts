import { takeBatch, type Batch, type BatchOptions } from './batch.ts'
import type { Clock } from './clock.ts'
import { toBytes } from './encode.ts'
import type { Log, Page } from './log.ts'
import { indexAfter, Pages } from './pages.ts'
import type { Reader } from './reader.ts'
import { before, BEGINNING, findGap, isAfter, isPosition, type Gap } from './resume.ts'
import { Item, PAGE, Ring } from './ring.ts'

/** Options that all readers of a channel share. */
export interface FeedOptions extends BatchOptions {
  readonly log: Log
  readonly clock: Clock
  readonly heartbeatMs: number
  readonly retryMs: number
  readonly stallMs: number
}

/** Position at which a response begins. */
export interface Start {
  readonly cursor: string
  /** Messages that are missing between the position of the client and this one. */
  readonly gap?: Gap | undefined
}

/** Position at which a reader without a cursor begins: after all messages, before all, or before the newest ones. */
export type From = 'now' | 'start' | number

/** Ticks of the timer in `heartbeatMs`. A reader that was sent nothing for all but one of them is sent a heartbeat. */
const TICKS = 8
/** Time without an answer of the log after which the responses end. Readers return spread over the same time. */
export const STALE_MS: number = 10_000

/** Messages of a channel for the readers in this process. The log is read once for all of them. */
export class Feed {
  declare options: FeedOptions
  readonly readers: Set<Reader> = new Set()
  readonly pages: Pages
  ring: Ring = new Ring(BEGINNING)
  /** True if nothing can follow the ring. */
  ended = false
  /** Ticks since the feed was created: the time, as readers measure it. */
  tick = 0
  #starting: Promise<void> | undefined
  #stopTail: (() => void) | undefined
  #stopTimer: (() => void) | undefined
  /** Tick at which the read began that has not succeeded yet. */
  #readSince: number | undefined
  #reading = false
  /** Present from start to stop, and a new one each time. */
  #run: object | undefined
  #readAgain = false
  #lastUse = 0
  /** Comment that shows proxies and clients that the connection lives. */
  readonly heartbeat: Uint8Array = toBytes(':\n\n')
  #flushing = false
  #shared: (Batch & { readonly from: number; readonly ring: Ring; readonly end: number }) | undefined

  constructor(log: Log) {
    this.pages = new Pages(log)
  }

  /** Newest position of the ring. */
  get head(): string {
    return `${this.ring.epoch}-${this.ring.end}`
  }

  get #tickMs(): number {
    return this.options.heartbeatMs / TICKS
  }

  /** Ticks after the last write at which a heartbeat is due. */
  readonly heartbeatTicks: number = TICKS - 1

  get stallTicks(): number {
    return Math.max(TICKS, Math.ceil(this.options.stallMs / this.#tickMs))
  }

  /** Follows the log until there are no readers for a while. */
  start(): Promise<void> {
    this.#lastUse = this.tick
    return (this.#starting ??= this.#start())
  }

  async #start(): Promise<void> {
    const run = (this.#run = {})
    this.#reading = true
    this.#stopTail = this.options.log.tail(
      () => void this.#follow(),
      () => this.#fail(),
    )
    this.#arm()
    try {
      const { head, ended = false } = await this.options.log.read(BEGINNING, 1)
      if (run === this.#run) {
        this.ring = new Ring(head)
        this.ended = ended
      }
    } catch (error) {
      if (run === this.#run) this.stop()
      throw error
    } finally {
      if (run === this.#run) this.#reading = false
    }
    if (this.#readAgain) void this.#follow()
  }

  stop(): void {
    this.#starting = this.#run = this.#readSince = undefined
    this.#reading = false
    this.#stopTail?.()
    this.#stopTimer?.()
    this.ring = new Ring(BEGINNING)
    this.ended = false
    this.pages.clear()
  }

  /** Adds a reader. It ends if the log was stopped meanwhile, and cannot be read. */
  add(reader: Reader): void {
    this.readers.add(reader)
    if (!this.#starting) this.start().catch(() => reader.end(this.options.retryMs))
  }

  /** Returns where a response begins. Rejects if the log cannot be read. */
  async locate(lastEventId: string | undefined, from: From): Promise<Start> {
    await this.start()
    const { log } = this.options
    if (lastEventId === undefined) {
      if (from === 'now') return { cursor: this.head }
      const start = await log.start()
      const wanted = from === 'start' ? start : before(this.head, from)
      return { cursor: isAfter(wanted, start) ? wanted : start }
    }
    if (!isPosition(lastEventId)) return { cursor: await log.start(), gap: { from: lastEventId, to: null } }
    if (this.ring.find(lastEventId) >= 0) return { cursor: lastEventId }
    const page = await this.pages.after(lastEventId)
    const next = page.items[indexAfter(page, lastEventId)]?.entry.id
    const gap = findGap(lastEventId, next, page.head)
    return gap ? { cursor: next ? before(next) : page.head, gap } : { cursor: lastEventId }
  }

  /** Reads what is new and sends it to the readers, until nothing is new. */
  async #follow(): Promise<void> {
    this.#readAgain = true
    const run = this.#run
    if (!run || this.#reading) return
    this.#reading = true
    this.#readSince ??= this.tick
    try {
      for (let more = false; more || this.#readAgain;) {
        this.#readAgain = false
        const page = await this.options.log.read(this.head, 2 * PAGE)
        // Stopped meanwhile.
        if (run !== this.#run) return
        this.#push(page)
        more = page.entries.length === 2 * PAGE
        this.#flush()
        this.ring.trim()
      }
      this.#readSince = undefined
    } catch {
      // The next tick tries again, until the log counts as stale.
    } finally {
      if (run === this.#run) this.#reading = false
    }
  }

  #flush(): void {
    this.#flushing = true
    for (const reader of this.readers) reader.flush()
    this.#flushing = false
    this.#shared = undefined
  }

  #push({ entries, head, ended }: Page): void {
    let last = this.head
    for (const entry of entries) {
      // A new ring: readers find out from the log what each of them has missed.
      if (findGap(last, entry.id, head)) this.ring = new Ring(before(entry.id))
      this.ring.push(new Item(entry, false))
      last = entry.id
    }
    if (entries.length === 0 && last !== head) this.ring = new Ring(head)
    this.ended = !!ended && this.head === head
  }

  /** Returns the items of the ring after entry `n` that one write to a reader takes. Readers without a filter share it. */
  batch(n: number, reader: unknown): Batch {
    const { ring } = this
    const shared = this.#shared
    if (shared && shared.from === n && shared.ring === ring && shared.end === ring.end) return shared
    const batch = takeBatch(ring.items, n - ring.start, reader, this.options)
    // Not for longer than this turn: messages expire.
    if (this.#flushing && !this.options.passes) this.#shared = { ...batch, from: n, ring, end: ring.end }
    return batch
  }

  /** Ends all responses. Each reader gets its own delay before it returns. */
  end(spreadMs: number): void {
    let count = 0
    const { size } = this.readers
    for (const reader of this.readers) reader.end((spreadMs * ++count) / size)
  }

  /** Ends all responses because the log does not answer. The next request tries again. */
  #fail(): void {
    this.end(STALE_MS)
    this.stop()
  }

  #arm(): void {
    this.#stopTimer?.()
    this.#stopTimer = this.options.clock.timer(() => this.#onTick(), this.#tickMs, true)
  }

  #onTick(): void {
    this.tick++
    if (this.readers.size > 0) this.#lastUse = this.tick
    else if (this.tick - this.#lastUse > TICKS) return this.stop()
    this.#arm()
    if (this.#readSince !== undefined) {
      if ((this.tick - this.#readSince) * this.#tickMs >= STALE_MS) {
        return this.#fail()
      }
      void this.#follow()
    }
    for (const reader of this.readers) reader.onTick()
  }
}
