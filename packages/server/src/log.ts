/** A message before a log has given it an id. */
export interface NewMessage {
  /** Type of the message, `event:` on the wire. Empty for an unnamed message. */
  readonly event: string
  /** Payload, as the text of `data:`. */
  readonly data: string
  /** Time after which the message is not sent any more, in milliseconds since 1970. Default: never. */
  readonly expiresAt?: number | undefined
}

/** A message as the log keeps it. */
export interface LogEntry extends NewMessage {
  /**
   * `<epoch>-<n>`: two decimal integers without leading zeros, at most 2^53 - 1. `n` counts from 1 without holes inside an epoch. Ids have an
   * order: by epoch, then by `n`.
   */
  readonly id: string
}

/** Entries that follow a position, in order. */
export interface Page {
  readonly entries: readonly LogEntry[]
  /** Id of the newest entry of the log, or `<epoch>-0` while its epoch has none. The position of a reader that has read everything. */
  readonly head: string
  /** True if no entry can follow the head. Readers that have it are sent the end of the response. Default false. */
  readonly ended?: boolean | undefined
}

/**
 * Point that a message must have reached before it counts as appended. `'log'`: the default of the log. `'fsync'`: the disk.
 * `'replicated'`: another machine. A log that cannot do it rejects with `not-appended`.
 */
export type Durability = 'log' | 'fsync' | 'replicated'

/** Options of {@link Log.append}. */
export interface AppendOptions {
  /** Returns the id of the first append with this key instead of appending once more. */
  readonly dedupeKey?: string | undefined
  /** Default `'log'`. */
  readonly durability?: Durability | undefined
}

/**
 * Messages in the order in which they were appended. The one interface between a channel and where its messages are kept.
 *
 * A log begins a new epoch, greater than all before, whenever acknowledged messages may have been lost. So an id never names two messages.
 */
export interface Log {
  /** Appends messages in this order. Resolves with their ids once they are kept. Rejects with {@link PublishError}. */
  append(messages: readonly NewMessage[], options?: AppendOptions): Promise<readonly string[]>
  /**
   * Reads at most `limit` entries (1 or more) whose ids are greater than a position, oldest first. The position need not exist: it may be
   * `0-0`, of an older epoch, or beyond the head. `resume.ts` tells from the answer whether something is missing before the first entry.
   * Rejects within seconds if the log cannot be reached.
   */
  read(after: string, limit: number): Promise<Page>
  /** Returns the position before the oldest entry that is kept. */
  start(): Promise<string>
  /**
   * Calls `wake` soon after this call and whenever there may be new entries, never inside `append`. Calls `stale` when the log could not be
   * reached for 10 s, and `wake` when it is back. Returns a function that ends this.
   */
  tail(wake: () => void, stale?: () => void): () => void
  /** Frees timers, files and connections. A log opens them at its first use. */
  close(): Promise<void>
}

/** Reason of a {@link PublishError}: the message is surely not in the log, or the answer of the log was lost. */
export type PublishErrorCode = 'not-appended' | 'unknown'

/** Thrown by `append` and `publish`. After `'unknown'`, publish again with the same `dedupeKey`. */
export class PublishError extends Error {
  override readonly name = 'PublishError'
  readonly code: PublishErrorCode
  constructor(code: PublishErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}
