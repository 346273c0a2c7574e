import { takeBatch, type Batch } from './batch.ts'
import { concat, encodeGap, encodeState, toBytes } from './encode.ts'
import { STALE_MS, type Feed, type Start } from './feed.ts'
import { indexAfter, type ItemPage } from './pages.ts'
import { before, findGap, type Gap } from './resume.ts'
import type { Ring } from './ring.ts'

/** One response: a cursor into the messages of a channel. Subclasses write to a socket or to a stream. */
export abstract class Reader {
  readonly feed: Feed
  /** Reader as the filter knows it. */
  readonly value: unknown
  /** True if the response takes bytes now. */
  protected ready = false
  /** True after the end of the response. */
  protected over = false
  /** Position after the last entry that was sent or left out. */
  #cursor: string
  /** Position that the client knows. */
  #known: string
  /** Ring that has the entries after the cursor, if it is still the one of the feed, and the number of the cursor. */
  #ring: Ring | undefined
  #n = 0
  /** Blocks that the next write begins with. */
  #prefix: string | undefined
  /** Rest of a write that is longer than `maxBufferedBytes`. */
  #rest: Uint8Array | undefined
  /** Tick of the last write. */
  #lastWrite: number
  #loading = false

  constructor(feed: Feed, value: unknown, { cursor, gap }: Start) {
    this.feed = feed
    this.value = value
    this.#cursor = this.#known = cursor
    this.#lastWrite = feed.tick
    // A client that has missed something keeps its position until it is told.
    this.#prefix = encodeState(feed.options.retryMs, gap ? undefined : cursor)
    if (gap) this.#tell(gap, cursor)
    feed.add(this)
  }

  /** Writes bytes, and updates `ready`. */
  protected abstract write(bytes: Uint8Array): void
  /** Ends the response, after bytes if there are any. */
  protected abstract finish(bytes?: Uint8Array): void
  /** Ends the response at once, without what waits to be sent. */
  protected abstract abort(): void

  /** Sends what is due, as far as the response takes it. */
  flush(): void {
    this.#writeRest()
    while (this.ready && !this.over && !this.#loading) {
      const { ring } = this.feed
      if (this.#ring !== ring || this.#n < ring.start) {
        this.#ring = ring
        this.#n = ring.find(this.#cursor)
        if (this.#n < 0) return void this.#load()
      }
      if (this.#n === ring.end) {
        if (this.feed.ended) return this.end(this.feed.options.retryMs)
        if (this.#prefix !== undefined) this.#send()
        return
      }
      const batch = this.feed.batch(this.#n, this.value)
      this.#n += batch.count
      this.#advance(ring.items[this.#n - ring.start - 1]!.entry.id, batch)
    }
  }

  /** Called several times in each heartbeat interval. */
  onTick(): void {
    const { feed } = this
    const idle = feed.tick - this.#lastWrite
    if (!this.ready) {
      if (idle >= feed.stallTicks) this.abort()
    } else if (idle >= feed.heartbeatTicks) this.#beat()
  }

  /** Ends the response, and tells the client when to return. */
  end(retryMs: number): void {
    if (!this.leave()) return
    // Not into the middle of a message.
    if (this.#rest) this.finish()
    else this.finish(toBytes(`${this.#prefix ?? ''}${encodeState(retryMs, this.#cursor)}`))
  }

  /** Ends the response without another byte. */
  disconnect(): void {
    if (this.leave()) this.finish()
  }

  /** Forgets this reader. Returns false if that was done before. */
  protected leave(): boolean {
    this.over = true
    return this.feed.readers.delete(this)
  }

  /** Reads the entries after the cursor from the log. */
  async #load(): Promise<void> {
    this.#loading = true
    try {
      const page = await this.feed.pages.after(this.#cursor)
      this.#loading = false
      this.#take(page)
    } catch {
      this.end(this.feed.options.clock.random() * STALE_MS)
    }
  }

  #take(page: ItemPage): void {
    // Heartbeats may have filled the response meanwhile. The page is asked for again.
    if (!this.ready || this.over) return
    const index = indexAfter(page, this.#cursor)
    const next = page.items[index]?.entry.id
    const gap = findGap(this.#cursor, next, page.head)
    if (gap) this.#tell(gap, next === undefined ? page.head : before(next))
    if (next !== undefined) {
      const batch = takeBatch(page.items, index, this.value, this.feed.options)
      this.#advance(page.items[index + batch.count - 1]!.entry.id, batch)
      return this.flush()
    }
    // All was sent. If the ring is behind the log, the tail will wake this reader.
    if (this.feed.ring.find(this.#cursor) >= 0) this.flush()
    else if (this.#prefix !== undefined) this.#send()
  }

  #tell(gap: Gap, position: string): void {
    this.#prefix = (this.#prefix ?? '') + encodeGap(gap, position)
    this.#cursor = this.#known = position
  }

  #advance(cursor: string, { bytes, sent }: Batch): void {
    this.#cursor = cursor
    if (sent !== undefined) this.#known = sent
    if (bytes) this.#send(bytes)
  }

  #beat(): void {
    if (this.#prefix === undefined && this.#cursor !== this.#known) {
      this.#known = this.#cursor
      this.#prefix = encodeState(undefined, this.#cursor)
    }
    this.#send(this.#prefix === undefined ? this.feed.heartbeat : undefined)
  }

  #send(bytes?: Uint8Array): void {
    const prefix = this.#prefix
    this.#prefix = undefined
    // Most writes have no prefix. Then nothing is allocated for a reader.
    if (prefix === undefined) this.#rest = bytes
    else this.#rest = bytes ? concat([toBytes(prefix), bytes]) : toBytes(prefix)
    this.#writeRest()
  }

  #writeRest(): void {
    const { maxBufferedBytes } = this.feed.options
    for (let rest = this.#rest; rest && this.ready && !this.over; rest = this.#rest) {
      this.#rest = rest.length > maxBufferedBytes ? rest.subarray(maxBufferedBytes) : undefined
      this.#lastWrite = this.feed.tick
      this.write(this.#rest ? rest.subarray(0, maxBufferedBytes) : rest)
    }
  }
}
