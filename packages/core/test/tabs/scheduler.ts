import type { Clock } from '../../src/platform/clock.ts'
import { createRandom } from '../connection/harness.ts'

/** Owner of events: a tab. */
export interface Owner {
  /** False once the tab has crashed or was closed: its events are dropped. */
  isAlive: boolean
  /** True while nothing runs in the tab: its events wait. */
  isFrozen: boolean
}

interface ScheduledEvent {
  at: number
  readonly order: number
  readonly owner: Owner | undefined
  /** Events of one source stay in order, also after a thaw. */
  readonly source: string
  readonly run: () => void
  isCancelled: boolean
}

/** Virtual time, and everything that happens in it. */
export class Scheduler {
  now = 0
  steps = 0
  readonly random: () => number
  #queue: ScheduledEvent[] = []
  #deferred: ScheduledEvent[] = []
  #order = 0
  /** Time of the last event of each source of each tab. */
  readonly #times = new WeakMap<Owner, Map<string, number>>()

  constructor(seed: number) {
    this.random = createRandom(seed)
  }

  /** Schedules an event of a tab. Returns a function that cancels it. */
  schedule(owner: Owner | undefined, delayMs: number, source: string, run: () => void): () => void {
    // Rounded, so that equal times stay equal.
    const at = Math.round((this.now + Math.max(0, delayMs)) * 1_000) / 1_000
    const event = { at, order: this.#order++, owner, source, run, isCancelled: false }
    this.#insertInOrder(event)
    return () => void (event.isCancelled = true)
  }

  /** Runs all events of the next `ms` milliseconds. */
  async advance(ms: number): Promise<void> {
    const end = this.now + ms
    await settle()
    for (;;) {
      const event = this.#queue[0]
      if (!event || event.at > end) break
      this.#queue.shift()
      if (event.isCancelled || event.owner?.isAlive === false) continue
      this.now = Math.max(this.now, event.at)
      if (event.owner?.isFrozen) {
        this.#deferred.push(event)
        continue
      }
      this.steps++
      event.run()
      await settle()
    }
    this.now = end
  }

  /** Lets the events of a tab happen that waited while it was frozen: those of each source in order, the sources at random. */
  thaw(owner: Owner): void {
    owner.isFrozen = false
    const isHis = (event: ScheduledEvent) => event.owner === owner
    for (const event of this.#deferred.filter(isHis)) event.at = this.now + this.random() * 5
    const due = [...this.#deferred, ...this.#queue]
      .filter(isHis)
      .sort((one, other) => one.order - other.order)
    this.#deferred = this.#deferred.filter((event) => !isHis(event))
    this.#queue = this.#queue.filter((event) => !isHis(event))
    this.#times.delete(owner)
    for (const event of due) this.#insertInOrder(event)
  }

  /** Creates the clock of a tab. */
  createClock(owner: Owner): Clock {
    return {
      now: () => 1_700_000_000_000 + this.now,
      monotonic: () => this.now,
      random: this.random,
      timer: (callback, ms) => this.schedule(owner, ms, `timer ${this.#order}`, callback),
      frame: () => () => undefined,
    }
  }

  /** Inserts an event not before the earlier ones of its source. */
  #insertInOrder(event: ScheduledEvent): void {
    const { owner, source } = event
    if (owner) {
      const times = this.#times.get(owner) ?? new Map<string, number>()
      event.at = Math.max(event.at, times.get(source) ?? 0)
      times.set(source, event.at)
      this.#times.set(owner, times)
    }
    this.#insert(event)
  }

  #insert(event: ScheduledEvent): void {
    let low = 0
    let high = this.#queue.length
    while (low < high) {
      const middle = (low + high) >> 1
      const other = this.#queue[middle]!
      if (other.at < event.at || (other.at === event.at && other.order < event.order)) low = middle + 1
      else high = middle
    }
    this.#queue.splice(low, 0, event)
  }
}

/** Waits for promises that depend only on other promises. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 40; turn++) await undefined
}
