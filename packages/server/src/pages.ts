import type { Log, Page } from './log.ts'
import { findGap, isAfter, split } from './resume.ts'
import { Item, MAX_LENGTH, PAGE } from './ring.ts'

/** Entries of the log around a position, and where those after the position begin. */
export interface ItemPage {
  readonly items: readonly Item[]
  /** Newest position of the log at the time of the read. */
  readonly head: string
}

/** Returns the index of the first item after a position. */
export const indexAfter = ({ items }: ItemPage, position: string): number => {
  let low = 0
  let high = items.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (isAfter(items[middle]!.entry.id, position)) high = middle
    else low = middle + 1
  }
  return low
}

/** Page that is kept, or on its way. */
interface Kept {
  readonly page: Promise<ItemPage>
  length: number
}

/** Most pages that are kept. */
const MAX_PAGES = 32

/** Reads the log in pages that readers share: many that return together cause one read a page. */
export class Pages {
  readonly #log: Log
  readonly #kept = new Map<string, Kept>()

  constructor(log: Log) {
    this.#log = log
  }

  /** Returns a page with entries after a position, unless the log had none at the time of the call. */
  async after(position: string): Promise<ItemPage> {
    const [epoch, n] = split(position)
    const key = `${epoch}-${n - (n % PAGE)}`
    const known = this.#kept.get(key)
    if (!known) return await this.#read(key)
    const page = await known.page
    if (indexAfter(page, position) < page.items.length) return page
    // The page may be older than the call. Another one is not, if a reader has asked for it meanwhile.
    const next = this.#kept.get(key)
    return await (next && next !== known ? next.page : this.#read(key))
  }

  clear(): void {
    this.#kept.clear()
  }

  #read(key: string): Promise<ItemPage> {
    const kept: Kept = { page: this.#log.read(key, PAGE).then(toItems), length: 0 }
    this.#kept.delete(key)
    this.#kept.set(key, kept)
    void this.#settle(key, kept)
    return kept.page
  }

  async #settle(key: string, kept: Kept): Promise<void> {
    try {
      for (const { entry } of (await kept.page).items) kept.length += entry.data.length
      this.#trim()
    } catch {
      if (this.#kept.get(key) === kept) this.#kept.delete(key)
    }
  }

  /** Forgets the oldest pages beyond the bounds, but never the newest one. */
  #trim(): void {
    let length = 0
    let count = 0
    for (const [key, kept] of [...this.#kept].toReversed()) {
      length += kept.length
      if (count++ > 0 && (count > MAX_PAGES || length > MAX_LENGTH)) this.#kept.delete(key)
    }
  }
}

const toItems = ({ entries, head }: Page): ItemPage => ({
  items: entries.map(
    (entry, index) => new Item(entry, index > 0 && !!findGap(entries[index - 1]!.id, entry.id, head)),
  ),
  head,
})
