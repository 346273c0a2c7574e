import type { LogEntry, NewMessage } from './log.ts'

/** Event of the last message of an answer. No message follows it. */
export const END = 'headwater.end'

/**
 * Reason for the end of an answer. `done`: the producer has returned. `stopped`: by `stop`. `failed`: the producer has thrown. `lost`: the lease of
 * its process has run out.
 */
export type EndReason = 'done' | 'stopped' | 'failed' | 'lost'

const ERRORS: Partial<Record<EndReason, string>> = {
  failed: 'The server could not finish the answer.',
  lost: 'The process that made the answer was lost before the answer was complete.',
}

/** Returns the last message of an answer. Its data is `{ reason }`, and `{ reason, error: { code, message } }` if the answer is not complete. */
export const endMessage = (reason: EndReason): NewMessage => {
  const message = ERRORS[reason]
  return { event: END, data: JSON.stringify({ reason, error: message && { code: reason, message } }) }
}

/** Right to write an answer. A store keeps it until the answer expires, so an id is claimed once. */
export interface AnswerClaim {
  readonly id: string
  /** Fencing token: a text that no other claim has. Each write is checked against it. */
  readonly owner: string
  /** Epoch of the ids of the messages: message `n` has the id `<epoch>-<n>`. */
  readonly epoch: number
  /** Time after a write for which the next one is accepted, in milliseconds. */
  readonly leaseMs: number
  /** Time after a write for which the answer is kept, in milliseconds. */
  readonly expireMs: number
}

/** Answer of a store to a write. */
export interface WriteResult {
  /**
   * `running`: the claim holds, and its lease was renewed. `stopping`: the same, and `stop` was called. `ended`: this claim has written the last
   * message. `refused`: the lease has run out, or another claim has the id. `unknown`: nothing is known of the id.
   */
  readonly state: 'running' | 'stopping' | 'ended' | 'refused' | 'unknown'
  /** Number of the newest message that is kept. */
  readonly last: number
}

/** Messages of an answer after a position. */
export interface AnswerPage {
  readonly entries: readonly LogEntry[]
  /** Id of the newest message, or `<epoch>-0`. */
  readonly head: string
  /** True if the last message is there. */
  readonly ended: boolean
  /** Time until the lease runs out, in milliseconds. */
  readonly leaseMs: number
}

/**
 * Place where answers and the claims to them are kept. Each method is one atomic step, so that no message follows the last one. All may be repeated
 * after an error: they do nothing that was done already.
 */
export interface AnswerStore {
  /** Claims an id for `leaseMs`. Resolves with false if another owner has claimed it, and the answer has not expired. */
  claim(claim: AnswerClaim): Promise<boolean>
  /**
   * Renews the lease, and appends messages that begin with number `from`: those that are not there yet, unless one before them is missing. A message
   * with the event {@link END} ends the answer. Appends nothing unless the state is `running`, `stopping` or `ended`.
   */
  write(claim: AnswerClaim, from: number, messages: readonly NewMessage[]): Promise<WriteResult>
  /** Asks the producer to stop. Resolves with false if no answer with this id is running. */
  stop(id: string): Promise<boolean>
  /**
   * Reads at most `limit` messages whose ids are greater than a position. Resolves with `undefined` if there is no such answer. If the lease has run
   * out, it first ends the answer with `endMessage('lost')`.
   */
  read(id: string, after: string, limit: number): Promise<AnswerPage | undefined>
  /** Calls back as `tail` of a {@link Log} does. It need not call back when a lease runs out. */
  tail(id: string, wake: () => void, stale?: () => void): () => void
  /** Frees files and connections. */
  close(): Promise<void>
}
