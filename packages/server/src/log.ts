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
  /** `<epoch>-<n>`: `n` counts from 1 without holes inside an epoch. */
  readonly id: string
}

/** Entries that follow a position, in order. */
export interface Page {
  readonly entries: readonly LogEntry[]
  /** Id of the newest entry of the log, or `<epoch>-0` while its epoch has none. The position of a reader that has read everything. */
  readonly head: string
}

export interface AppendOptions {
  /** Returns the id of the first append with this key instead of appending once more. */
  readonly dedupeKey?: string | undefined
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
   * Reads at most `limit` entries that come after a position, oldest first. The position need not exist: the log returns what it has that is
   * newer. `resume.ts` tells from the answer whether something is missing between the position and the first entry.
   */
  read(after: string, limit: number): Promise<Page>
  /** Returns the position before the oldest entry that is kept. */
  start(): Promise<string>
  /** Calls `wake` when there may be new entries. Returns a function that ends this. */
  tail(wake: () => void): () => void
  /** Frees timers, files and connections. */
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
