import { type Connection, createConnection } from '../connection/connection.ts'
import { combine, DELIVERED, type DeliveryResult, ENDED } from '../connection/delivery.ts'
import type { TabSharing } from '../connection/relay.ts'
import type { ConnectionEventBody, ConnectionState } from '../connection/state.ts'
import { guard, SseError } from '../errors.ts'
import type { SharedConnectionOptions, StreamUrl, UntilResult } from '../options.ts'
import type { Message } from '../protocol/message.ts'
import type { FoldData } from './folds/fold-runner.ts'

/** Stream that uses a shared connection. */
export interface Subscriber {
  readonly url: StreamUrl
  /** Returns the latest options. */
  options(): SharedConnectionOptions & { readonly share?: boolean | TabSharing }
  readonly pipeline: MessageHandler
  /** Called before the stream joins a connection. */
  onJoin(connection: SharedConnection): void
  /** Called with each new state of the joined connection, and with the event that led to it. */
  onStateChange(state: ConnectionState, event: ConnectionEventBody): void
  /** Called with the current state when the stream has joined a connection, closed one that it has not joined, or got another role. */
  onUpdate(state: ConnectionState): void
  /** Called when the stream has lost its connection and starts again without data, without notifying a view. */
  onReset(): void
}

/** Handler of a stream's messages. */
export interface MessageHandler {
  readonly folds: FoldData
  /** Reads the options again. Called once before the messages of a chunk. */
  refreshOptions(): void
  /** Decides if a message ends the stream; `undefined` if no message does. Called for the leader only. */
  readonly until: ((message: Message) => UntilResult) | undefined
  deliver(message: Message): DeliveryResult
}

/** One connection for any number of subscribers. */
export interface SharedConnection extends Connection {
  /** Returns the subscribers, oldest first. */
  subscribers(): readonly Subscriber[]
  /** Returns the message that was delivered last. */
  lastMessage(): Message | undefined
  /** Returns true if a stream with these options may share the connection: same `fetch`, same clock. */
  isCompatible(options: SharedConnectionOptions): boolean
  /** Opens an idle connection and adds a subscriber. Returns a function that removes it; the last one releases the connection. */
  join(subscriber: Subscriber): () => void
  /** Removes all subscribers without telling them, and releases the connection. */
  abandon(): void
}

/** Creates a shared connection without subscribers. */
export function createSharedConnection(first: Subscriber): SharedConnection {
  // Variables, because properties would cost each message a tenth more. Replaced with each change, so that a loop over the subscribers
  // is not disturbed.
  let subscribers: readonly Subscriber[] = []
  /** The message that was delivered last. A new object for each chunk, because to write a message into an old object costs more. */
  let last: { message: Message | undefined } = { message: undefined }
  /** Oldest subscriber; its options configure the connection. */
  let leader = first
  /** The leader's `until` for the current chunk. */
  let until: MessageHandler['until']

  const { fetch, clock, page, onComment, share } = first.options()
  const connection = createConnection(
    () => leader.url,
    () => leader.options(),
    {
      onChunk() {
        last = { ...last }
        for (const { pipeline } of subscribers) pipeline.refreshOptions()
        ;({ until } = leader.pipeline)
      },
      onMessage(message) {
        const end = until && guard(until, message)
        if (end && end !== 'inclusive')
          return { ended: true, error: end instanceof SseError ? end : undefined }
        last.message = message
        let result = DELIVERED
        for (const { pipeline } of subscribers) {
          const delivery = pipeline.deliver(message)
          if (delivery === DELIVERED) continue
          result = combine(result, delivery)
          if (result.ended) return result
        }
        return end ? combine(result, ENDED) : result
      },
      onComment: onComment && ((comment) => void guard(() => leader.options().onComment?.(comment))),
      onStateChange(state, event) {
        for (const subscriber of subscribers) subscriber.onStateChange(state, event)
      },
      onRoleChange() {
        for (const subscriber of subscribers) subscriber.onUpdate(connection.state)
      },
      isComplete: () => leader.pipeline.folds.isComplete(),
    },
    page,
    share,
  )

  return Object.assign(connection, {
    subscribers: () => subscribers,
    lastMessage: () => last.message,
    isCompatible: (options: SharedConnectionOptions) => options.fetch === fetch && options.clock === clock,
    join(subscriber: Subscriber) {
      ;[leader = subscriber] = subscribers
      if (connection.state.status === 'idle') connection.send({ type: 'open' })
      subscribers = [...subscribers, subscriber]
      return () => {
        // The last subscriber still receives the final state.
        if (subscribers.length === 1) connection.send({ type: 'release' })
        subscribers = subscribers.filter((other) => other !== subscriber)
        ;[leader = subscriber] = subscribers
      }
    },
    abandon() {
      subscribers = []
      connection.send({ type: 'release' })
    },
  })
}
