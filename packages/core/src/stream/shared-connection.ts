import { type Connection, createConnection } from '../connection/connection.ts'
import { combine, DELIVERED, type DeliveryResult, ENDED } from '../connection/delivery.ts'
import type { ConnectionEventBody, ConnectionState } from '../connection/state.ts'
import { guard, SseError } from '../errors.ts'
import type { SharedConnectionOptions, StreamUrl, UntilResult } from '../options.ts'
import type { Message } from '../protocol/message.ts'
import type { FoldData } from './folds/fold-runner.ts'

/** Stream that uses a shared connection. */
export interface Subscriber {
  readonly url: StreamUrl
  /** Returns the latest options. */
  options(): SharedConnectionOptions
  readonly pipeline: MessageHandler
  /** Called before the stream joins a connection. */
  onJoin(connection: SharedConnection): void
  /** Called with each new state of the joined connection, and with the event that led to it. */
  onStateChange(state: ConnectionState, event: ConnectionEventBody): void
  /** Called with the current state when the stream has joined a connection, or closed one that it has not joined. */
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
  /** Subscribers, oldest first. Replaced with each change, so that a loop over them is not disturbed. */
  subscribers: readonly Subscriber[]
  /** Message that was delivered last. */
  lastMessage: Message | undefined
  /** Returns true if a stream with these options may share the connection: same `fetch`, same clock. */
  isCompatible(options: SharedConnectionOptions): boolean
  /** Opens an idle connection and adds a subscriber. Returns a function that removes it; the last one releases the connection. */
  join(subscriber: Subscriber): () => void
}

/** Creates a shared connection without subscribers. */
export function createSharedConnection(first: Subscriber): SharedConnection {
  /** Oldest subscriber; its options configure the connection. */
  let leader = first
  /** The leader's `until` for the current chunk. */
  let until: MessageHandler['until']

  const { fetch, clock, page, onComment } = first.options()
  const connection = createConnection(
    () => leader.url,
    () => leader.options(),
    {
      onChunk() {
        for (const { pipeline } of shared.subscribers) pipeline.refreshOptions()
        ;({ until } = leader.pipeline)
      },
      onMessage(message) {
        const end = until && guard(until, message)
        if (end && end !== 'inclusive')
          return { ended: true, error: end instanceof SseError ? end : undefined }
        shared.lastMessage = message
        let result = DELIVERED
        for (const { pipeline } of shared.subscribers) {
          const delivery = pipeline.deliver(message)
          if (delivery === DELIVERED) continue
          result = combine(result, delivery)
          if (result.ended) return result
        }
        return end ? combine(result, ENDED) : result
      },
      onComment: onComment && ((comment) => void guard(() => leader.options().onComment?.(comment))),
      onStateChange(state, event) {
        for (const subscriber of shared.subscribers) subscriber.onStateChange(state, event)
      },
      isComplete: () => leader.pipeline.folds.isComplete(),
    },
    page,
  )

  const shared: SharedConnection = Object.assign(connection, {
    subscribers: [],
    lastMessage: undefined,
    isCompatible: (options: SharedConnectionOptions) => options.fetch === fetch && options.clock === clock,
    join(subscriber: Subscriber) {
      ;[leader = subscriber] = shared.subscribers
      if (shared.state.status === 'idle') shared.send({ type: 'open' })
      shared.subscribers = [...shared.subscribers, subscriber]
      return () => {
        // The last subscriber still receives the final state.
        if (shared.subscribers.length === 1) shared.send({ type: 'release' })
        shared.subscribers = shared.subscribers.filter((other) => other !== subscriber)
        ;[leader = subscriber] = shared.subscribers
      }
    },
  })
  return shared
}
