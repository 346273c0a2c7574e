import { encodeEntry, toBytes } from './encode.ts'
import type { LogEntry } from './log.ts'
import { split } from './resume.ts'

/** Entries of one read of the log. A page begins at a multiple of it, so that readers with near positions share it. */
export const PAGE = 128
/** UTF-16 code units of data that the pages and the ring of a channel may keep, each. */
export const MAX_LENGTH: number = 2 ** 20

/** Entry, and what readers share of it. */
export class Item {
  readonly entry: LogEntry
  /** True if something may be missing between the previous entry and this one. */
  readonly broken: boolean
  /** Message that a filter sees, once it was decoded. */
  message: unknown
  #bytes: Uint8Array | undefined

  constructor(entry: LogEntry, broken: boolean) {
    this.entry = entry
    this.broken = broken
  }

  /** Encoded message, made once for all readers. */
  get bytes(): Uint8Array {
    return (this.#bytes ??= toBytes(encodeEntry(this.entry)))
  }
}

/** Newest entries of an epoch, without a gap. Entry `n` has the index `n - start - 1`. */
export class Ring {
  readonly epoch: number
  /** Number before the oldest item. */
  start: number
  readonly items: Item[] = []
  #length = 0

  constructor(position: string) {
    ;[this.epoch, this.start] = split(position)
  }

  /** Number of the newest item. */
  get end(): number {
    return this.start + this.items.length
  }

  /** Returns the number of a position in this ring, or -1 if entries after it are missing here. */
  find(position: string): number {
    const [epoch, n] = split(position)
    return epoch === this.epoch && n >= this.start && n <= this.end ? n : -1
  }

  push(item: Item): void {
    this.items.push(item)
    this.#length += item.entry.data.length
  }

  /** Forgets old items, many at a time, because the rest moves. */
  trim(): void {
    const { items } = this
    if (items.length < 16 * PAGE && this.#length < 2 * MAX_LENGTH) return
    let count = 0
    while (items.length - count > 8 * PAGE || (this.#length > MAX_LENGTH && count < items.length - 1))
      this.#length -= items[count++]!.entry.data.length
    items.splice(0, count)
    this.start += count
  }
}
