import { endMessage, END } from '../answer-store.ts'
import type { AnswerClaim, AnswerPage, AnswerStore, WriteResult } from '../answer-store.ts'
import { nextTurn, systemClock, type Clock } from '../clock.ts'
import type { LogEntry, NewMessage } from '../log.ts'
import { split } from '../resume.ts'

interface Answer {
  readonly claim: AnswerClaim
  readonly entries: LogEntry[]
  leaseUntil: number
  expiresAt: number
  isStopping: boolean
  /** Set once the last message is there. */
  endedBy: 'owner' | 'lease' | undefined
}

/**
 * Creates a store in memory: for one process. A restart loses all answers.
 *
 * @example
 * ```ts
 * import { createAnswers, memoryAnswers } from '@headwater/server/answers'
 *
 * const answers = createAnswers('chat', { store: memoryAnswers() })
 * ```
 */
export const memoryAnswers = (options: { readonly clock?: Pick<Clock, 'now'> } = {}): AnswerStore =>
  new MemoryAnswers(options.clock ?? systemClock)

class MemoryAnswers implements AnswerStore {
  readonly #clock: Pick<Clock, 'now'>
  readonly #answers = new Map<string, Answer>()
  readonly #wakes = new Map<string, Set<() => void>>()
  /** Ids whose readers are woken after this turn. */
  readonly #waking = new Set<string>()

  constructor(clock: Pick<Clock, 'now'>) {
    this.#clock = clock
  }

  async claim(claim: AnswerClaim): Promise<boolean> {
    for (const [id, { expiresAt }] of this.#answers)
      if (expiresAt <= this.#clock.now()) this.#answers.delete(id)
    const known = this.#answers.get(claim.id)
    if (known) return known.claim.owner === claim.owner
    const answer: Answer = {
      claim,
      entries: [],
      leaseUntil: 0,
      expiresAt: 0,
      isStopping: false,
      endedBy: undefined,
    }
    this.#answers.set(claim.id, answer)
    this.#touch(answer)
    return true
  }

  async write(claim: AnswerClaim, from: number, messages: readonly NewMessage[]): Promise<WriteResult> {
    const answer = this.#find(claim.id)
    if (!answer) return { state: 'unknown', last: 0 }
    const isOwner = answer.claim.owner === claim.owner
    if (isOwner && answer.endedBy === 'owner') return { state: 'ended', last: answer.entries.length }
    if (!isOwner || answer.endedBy || answer.leaseUntil <= this.#clock.now())
      return { state: 'refused', last: 0 }
    for (const [index, message] of messages.entries())
      if (from + index === answer.entries.length + 1) this.#append(answer, message, 'owner')
    this.#touch(answer)
    const state = answer.endedBy ? 'ended' : answer.isStopping ? 'stopping' : 'running'
    return { state, last: answer.entries.length }
  }

  async stop(id: string): Promise<boolean> {
    const answer = this.#find(id)
    if (!answer || answer.endedBy || answer.leaseUntil <= this.#clock.now()) return false
    return (answer.isStopping = true)
  }

  async read(id: string, after: string, limit: number): Promise<AnswerPage | undefined> {
    const answer = this.#find(id)
    if (!answer) return undefined
    const leaseMs = answer.leaseUntil - this.#clock.now()
    if (!answer.endedBy && leaseMs <= 0) this.#append(answer, endMessage('lost'), 'lease')
    const { entries, claim } = answer
    const [epoch, n] = split(after)
    const from = epoch === claim.epoch ? n : epoch > claim.epoch ? Infinity : 0
    return {
      entries: entries.slice(from, from + limit),
      head: `${claim.epoch}-${entries.length}`,
      ended: !!answer.endedBy,
      leaseMs,
    }
  }

  tail(id: string, wake: () => void): () => void {
    const entry = () => wake()
    const wakes = this.#wakes.get(id) ?? new Set()
    this.#wakes.set(id, wakes.add(entry))
    nextTurn(() => wakes.has(entry) && wake())
    return () => {
      wakes.delete(entry)
      if (wakes.size === 0) this.#wakes.delete(id)
    }
  }

  async close(): Promise<void> {
    this.#answers.clear()
  }

  #find(id: string): Answer | undefined {
    const answer = this.#answers.get(id)
    return answer && answer.expiresAt > this.#clock.now() ? answer : undefined
  }

  #touch(answer: Answer): void {
    const { leaseMs, expireMs } = answer.claim
    answer.leaseUntil = this.#clock.now() + leaseMs
    answer.expiresAt = this.#clock.now() + expireMs
  }

  #append(answer: Answer, { event, data }: NewMessage, by: 'owner' | 'lease'): void {
    const { claim, entries } = answer
    entries.push({ id: `${claim.epoch}-${entries.length + 1}`, event, data })
    if (event === END) answer.endedBy = by
    if (this.#waking.has(claim.id)) return
    this.#waking.add(claim.id)
    nextTurn(() => {
      this.#waking.delete(claim.id)
      for (const wake of this.#wakes.get(claim.id) ?? []) wake()
    })
  }
}
