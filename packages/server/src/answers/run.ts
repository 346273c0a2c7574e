import { endMessage } from '../answer-store.ts'
import type { AnswerClaim, AnswerStore, EndReason, WriteResult } from '../answer-store.ts'
import type { Clock } from '../clock.ts'
import { checkMessage } from '../encode.ts'
import { PublishError, type NewMessage } from '../log.ts'

/**
 * Appends a message to an answer. A string is sent as it is, anything else as JSON. `event` may be empty. Resolves with the id once the store has the
 * message. It need not be awaited: a failure also aborts the signal. Rejects with {@link PublishError} once the answer has ended.
 *
 * @throws ServerError `invalid-message`. The promise rejects with it, and the answer fails.
 */
export type PublishPart = (event: string, data: unknown) => Promise<string>

/**
 * Makes an answer. The signal is aborted when the answer was stopped or lost. The answer ends when the promise settles, or, after an abort, at once.
 */
export type Producer = (publish: PublishPart, signal: AbortSignal) => Promise<unknown>

/** Dependencies of a run. */
export interface RunOptions {
  readonly store: AnswerStore
  readonly clock: Clock
  /** Longest time between two writes, in milliseconds. */
  readonly renewMs: number
  /** UTF-16 code units of data that an answer may have. */
  readonly maxLength: number
  readonly onError: (error: unknown) => void
}

interface Waiting {
  readonly n: number
  readonly resolve: (id: string) => void
  readonly reject: (error: unknown) => void
}

/** Most messages of one write. */
const BATCH = 256
/** Time before a write that failed is tried again, in milliseconds. */
const RETRY_MS = 100

/**
 * One running producer. All that it has published is kept until the end, so that it can be written again if the store loses it. One write at a time
 * takes what has gathered meanwhile, renews the lease and reads the flag of `stop`.
 */
export class Run {
  readonly #claim: AnswerClaim
  readonly #options: RunOptions
  readonly #abort = new AbortController()
  readonly #messages: NewMessage[] = []
  #length = 0
  #waiting: Waiting[] = []
  /** Number of messages that the store has. */
  #kept = 0
  /** Time at which the last write that was accepted began. */
  #renewedAt: number
  #hasEnd = false
  #isOver = false
  #wake: (() => void) | undefined

  constructor(claim: AnswerClaim, claimedAt: number, options: RunOptions) {
    this.#claim = claim
    this.#options = options
    this.#renewedAt = claimedAt
  }

  /** Runs the producer. Resolves when the end of the answer is in the store, or the claim is lost. Never rejects. */
  async produce(producer: Producer): Promise<void> {
    const written = this.#write()
    void this.#call(producer)
    await written
    // So that what listens to the signal is freed, and a producer that was lost stops.
    this.#abort.abort(new Error('The answer has ended.'))
  }

  /** Ends the answer, unless it has ended. What was published before is kept. */
  end(reason: EndReason): void {
    if (this.#hasEnd) return
    this.#hasEnd = true
    this.#messages.push(endMessage(reason))
    this.#wake?.()
    if (reason !== 'done') this.#abort.abort(new Error(`The answer has ended: ${reason}.`))
  }

  readonly #publish: PublishPart = (event, data) => {
    const published = this.#add(event, data)
    // An unhandled rejection would end the process.
    published.catch(() => undefined)
    return published
  }

  async #add(event: string, data: unknown): Promise<string> {
    if (this.#hasEnd || this.#isOver) throw refusal(this.#claim.id)
    const text = typeof data === 'string' ? data : JSON.stringify(data)
    try {
      checkMessage(event, text)
      this.#length += text.length
      if (this.#length > this.#options.maxLength)
        throw new PublishError(
          'not-appended',
          `The answer is longer than ${this.#options.maxLength} (maxLength).`,
        )
    } catch (error) {
      this.#fail(error)
      throw error
    }
    const n = this.#messages.push({ event, data: text })
    this.#wake?.()
    return await new Promise((resolve, reject) => this.#waiting.push({ n, resolve, reject }))
  }

  async #call(producer: Producer): Promise<void> {
    try {
      await producer(this.#publish, this.#abort.signal)
      this.end('done')
    } catch (error) {
      this.#fail(error)
    }
  }

  #fail(error: unknown): void {
    // After an abort, an error is how a producer ends.
    if (this.#hasEnd || this.#isOver) return
    this.#options.onError(error)
    this.end('failed')
  }

  async #write(): Promise<void> {
    const { clock, store, renewMs } = this.#options
    while (!this.#isOver) {
      const now = clock.now()
      const batch = this.#messages.slice(this.#kept, this.#kept + BATCH)
      try {
        await this.#take(await store.write(this.#claim, this.#kept + 1, batch), now)
      } catch (error) {
        if (this.#isLeaseOver) this.#lose(error)
        else await this.#pause(RETRY_MS)
        continue
      }
      if (!this.#isOver && this.#kept === this.#messages.length) await this.#pause(renewMs, true)
    }
  }

  async #take({ state, last }: WriteResult, now: number): Promise<void> {
    if (state === 'refused') return this.#lose()
    if (state === 'unknown') {
      // The store was emptied. After the lease, another process may have claimed the id, or the answer has expired.
      if (this.#isLeaseOver || !(await this.#options.store.claim(this.#claim))) return this.#lose()
      this.#kept = 0
      return
    }
    this.#renewedAt = now
    this.#kept = last
    const isKept = ({ n }: Waiting) => n <= last
    for (const { n, resolve } of this.#waiting.filter(isKept)) resolve(`${this.#claim.epoch}-${n}`)
    this.#waiting = this.#waiting.filter((waiting) => !isKept(waiting))
    if (state === 'ended') this.#isOver = true
    else if (state === 'stopping') this.end('stopped')
  }

  get #isLeaseOver(): boolean {
    return this.#options.clock.now() - this.#renewedAt >= this.#claim.leaseMs
  }

  #lose(cause?: unknown): void {
    this.#isOver = true
    const { id, leaseMs } = this.#claim
    const error = refusal(id)
    for (const { reject } of this.#waiting) reject(error)
    this.#options.onError(
      new Error(`The answer ${id} was lost: its lease of ${leaseMs} ms (leaseMs) was not renewed in time.`, {
        cause,
      }),
    )
  }

  /** Waits for a time, or until there is something to write. */
  async #pause(ms: number, isIdle = false): Promise<void> {
    await new Promise<void>((resolve) => {
      const cancel = this.#options.clock.timer(resolve, ms)
      if (!isIdle) return
      this.#wake = () => {
        cancel()
        resolve()
      }
    })
    this.#wake = undefined
  }
}

const refusal = (id: string): PublishError =>
  new PublishError('not-appended', `The answer ${id} has ended, so nothing was appended.`)
