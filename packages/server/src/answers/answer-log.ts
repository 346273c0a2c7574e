import type { AnswerStore } from '../answer-store.ts'
import type { Clock } from '../clock.ts'
import { PublishError, type Log, type Page } from '../log.ts'
import { BEGINNING, isAfter, split } from '../resume.ts'

/** Time after the end of a lease at which it is looked at, in milliseconds: the clock of the store may be a little behind. */
const SLACK_MS = 50

/** Log of one answer for its readers. Wakes them also when the lease of the producer may have run out: the read that follows ends the answer. */
export class AnswerLog implements Log {
  readonly #store: AnswerStore
  readonly #id: string
  readonly #clock: Clock
  readonly #stops = new Set<() => void>()
  readonly #wakes = new Set<() => void>()
  #cancelTimer: (() => void) | undefined

  constructor(store: AnswerStore, id: string, clock: Clock) {
    this.#store = store
    this.#id = id
    this.#clock = clock
  }

  async append(): Promise<never> {
    throw new PublishError('not-appended', 'Only the producer of an answer can append to it.')
  }

  async read(after: string, limit: number): Promise<Page> {
    const page = await this.#store.read(this.#id, after, limit)
    if (!page) throw new Error(`There is no answer ${this.#id}.`)
    const { entries, head, ended, leaseMs } = page
    this.#cancelTimer?.()
    if (!ended && this.#wakes.size > 0) this.#expectEnd(leaseMs)
    // The store was emptied. The producer, if it lives, writes everything again, with the same ids.
    if (!ended && split(after)[0] === split(head)[0] && isAfter(after, head))
      throw new Error(`The answer ${this.#id} is being written again.`)
    return { entries, head, ended }
  }

  async start(): Promise<string> {
    const { head } = await this.read(BEGINNING, 1)
    return `${split(head)[0]}-0`
  }

  tail(wake: () => void, stale?: () => void): () => void {
    const entry = () => wake()
    this.#wakes.add(entry)
    const leave = this.#store.tail(this.#id, wake, stale)
    const stop = () => {
      leave()
      this.#stops.delete(stop)
      this.#wakes.delete(entry)
      if (this.#wakes.size === 0) this.#cancelTimer?.()
    }
    this.#stops.add(stop)
    return stop
  }

  async close(): Promise<void> {
    for (const stop of this.#stops) stop()
  }

  #expectEnd(leaseMs: number): void {
    const onTime = () => {
      for (const wake of this.#wakes) wake()
    }
    this.#cancelTimer = this.#clock.timer(onTime, Math.max(0, leaseMs) + SLACK_MS, true)
  }
}
