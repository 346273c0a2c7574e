import type { ConnectionOptions } from '../options.ts'
import type { Message } from '../protocol/message.ts'
import { createParser } from '../protocol/parser.ts'
import { GAP, type Gap, parseGap } from './continuity.ts'
import { combine, DELIVERED, type DeliveryResult } from './delivery.ts'
import { END, parseEnd } from './end-message.ts'
import { createReplayCheck } from './replay-check.ts'
import type { Batch } from './state.ts'

/** Callbacks for the content of a stream. None of them may throw. */
export interface ReaderListener {
  /** Called before the messages of a chunk. */
  onChunk(): void
  onMessage(message: Message): DeliveryResult
  readonly onComment?: ((comment: string) => void) | undefined
}

/** Parser of a connection, with the result of the current chunk. */
export interface Reader {
  readonly lastEventId: string
  /** Promise of the listeners that were called by the last `read`: reading continues once it has settled. */
  readonly waitFor: PromiseLike<unknown> | undefined
  /** Parses a chunk and delivers its messages. */
  read(chunk: Uint8Array | string): Batch
  /**
   * Starts a new response, with the last event id or with another one.
   *
   * @param isVerified True if the server has said what it makes of the id. Otherwise its messages are checked.
   */
  reset(lastEventId?: string, isVerified?: boolean): void
  /** Delivers nothing more, not even from the current chunk. */
  close(): void
}

/**
 * Creates a reader.
 *
 * @param onEnded Called when delivering a message has ended the stream, immediately after that message.
 * @param onGap Called when the server tells that messages are missing.
 */
export function createReader(
  { initialLastEventId, maxMessageLength }: ConnectionOptions,
  { onChunk, onMessage, onComment }: ReaderListener,
  onEnded: (result: DeliveryResult) => void,
  onGap: (gap: Gap) => void,
): Reader {
  let messages = 0
  let retryMs: number | undefined
  let result = DELIVERED
  const replay = createReplayCheck()
  const parser = createParser({
    lastEventId: initialLastEventId,
    maxMessageLength,
    onComment,
    onMessage(message) {
      if (message.type === GAP) return onGap(parseGap(message.data))
      messages++
      replay?.check(message.id)
      const delivery = message.type === END ? parseEnd(message.data) : onMessage(message)
      if (delivery === DELIVERED) return
      result = combine(result, delivery)
      if (delivery.ended) onEnded(delivery)
    },
    onRetry: (ms) => (retryMs = ms),
  })

  return {
    get lastEventId() {
      return parser.lastEventId
    },
    get waitFor() {
      return result.waitFor
    },
    read(chunk) {
      onChunk()
      messages = 0
      retryMs = undefined
      result = DELIVERED
      const { comments } = parser
      parser.feed(chunk)
      const { midMessage } = parser
      return { messages, comments: parser.comments - comments, midMessage, retryMs }
    },
    reset(lastEventId, isVerified) {
      parser.reset(lastEventId)
      replay?.start(isVerified ? '' : parser.lastEventId)
    },
    close: parser.close,
  }
}
