import type { Log, LogEntry } from '../log.ts'
import { isAfter, split } from '../resume.ts'
import { equal, message, ok } from './assert.ts'
import type { Harness } from './harness.ts'

/** Returns a function that returns the same numbers each time, from 0 up to, not including, its argument. Mulberry32. */
const seeded = (seed: number) => (below: number) => {
  seed = (seed + 0x6d2b79f5) | 0
  let bits = Math.imul(seed ^ (seed >>> 15), 1 | seed)
  bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits
  return ((bits ^ (bits >>> 14)) >>> 0) % below
}

/** Compares a log with an array of everything that was appended. */
export class LogModel {
  readonly all: LogEntry[] = []
  readonly #log: Log
  readonly #maxMessages: number
  readonly #trimSlack: number
  readonly #canLose: boolean

  /** `canLose`: a new epoch may begin at any time. */
  constructor(log: Log, maxMessages: number, trimSlack: number, canLose = false) {
    this.#log = log
    this.#maxMessages = maxMessages
    this.#trimSlack = trimSlack
    this.#canLose = canLose
  }

  /** Appends `count` messages, or appends again with a key that was used before. */
  async append(count: number, dedupeKey?: string): Promise<readonly string[]> {
    const head = this.all.at(-1)?.id
    const messages = Array.from({ length: count }, (_, index) => message(`${this.all.length + index}`, 'e'))
    const ids = await this.#log.append(messages, { dedupeKey })
    if (ids.length > 0 && (!head || isAfter(ids[0]!, head)))
      for (const [index, id] of ids.entries()) this.all.push({ id, ...messages[index]! })
    return ids
  }

  /** Returns a position at or near an entry, in another epoch, or before everything. */
  position(random: (below: number) => number): string {
    const entry = this.all[random(Math.max(1, this.all.length))]
    const [epoch, n] = entry ? split(entry.id) : [Date.now(), 0]
    const choices = [
      `${epoch}-${n}`,
      `${epoch}-${Math.max(0, n - 1)}`,
      `${epoch}-${n + 1}`,
      `${epoch - 1}-${n}`,
    ]
    return [...choices, `${epoch + 1}-${n}`, '0-0'][random(6)]!
  }

  /** Throws if a page differs from what the model has, or if too few or too many messages are kept. */
  async check(after: string, limit: number): Promise<void> {
    const start = await this.#log.start()
    const kept = this.all.filter(({ id }) => isAfter(id, start))
    const { length } = this.all
    ok(kept.length >= Math.min(length, this.#maxMessages), `${kept.length} of ${length} messages are kept`)
    ok(kept.length <= this.#maxMessages + this.#trimSlack, `${kept.length} of ${length} messages are kept`)
    const page = await this.#log.read(after, limit)
    const expected = kept.filter(({ id }) => isAfter(id, after)).slice(0, limit)
    const fields = ({ id, event, data }: LogEntry) => [id, event, data]
    equal(page.entries.map(fields), expected.map(fields), `read('${after}', ${limit})`)
    const newest = this.all.at(-1)?.id
    const isNewEpoch = this.#canLose && newest && isAfter(page.head, newest) && page.head.endsWith('-0')
    if (newest && !isNewEpoch) equal(page.head, newest, 'head')
  }
}

/** Random appends and reads. */
export function testModel({ it, trimSlack }: Harness): void {
  for (const seed of [1, 2, 3])
    it(`behaves like an array in random appends, trims and reads (seed ${seed})`, async (open) => {
      const random = seeded(seed)
      const maxMessages = 1 + random(30)
      const model = new LogModel(await open({ maxMessages }), maxMessages, trimSlack)
      for (let step = 0; step < 150; step++)
        if (random(2)) await model.append(1 + random(8), random(3) ? undefined : `key ${random(20)}`)
        else await model.check(model.position(random), 1 + random(40))
    })
}
