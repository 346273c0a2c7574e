import type { Gap } from '../connection/continuity.ts'
import type { Role, RoleReason } from '../connection/relay.ts'
import type { ConnectionState } from '../connection/state.ts'
import type { SseError } from '../errors.ts'
import type { SharedConnectionOptions } from '../options.ts'
import type { Message } from '../protocol/message.ts'
import type { AnyMessage, MessageOf, Schemas } from './decode.ts'
import type { Fold, Reducer } from './folds/fold.ts'
import type { Notify } from './notify-scheduler.ts'
import type { StreamIdentity } from './registry.ts'

/** Type of `events` if the option is not given. */
export type NoEvents = Record<never, never>

/** Options of a stream: its request, retries and timeouts, and how messages become `data`. */
export type EventStreamOptions<Data = string | undefined, Events = NoEvents> = StreamOptions<Data, Events> &
  DataOptions<Data, MessageOf<Events>>

/** Options that decide how messages become `data`. A reducer needs `initialData`. */
export type DataOptions<Data, Each extends AnyMessage = AnyMessage> =
  | {
      /**
       * Fold that turns messages into `data`, or a reducer that starts with `initialData`. A new fold with the same `stateKey`
       * continues with the current state; another one starts again with the next message. Default {@link latest}, which
       * then ignores messages that have a type if there is no option `events`.
       */
      // oxlint-disable-next-line typescript/no-explicit-any
      readonly fold?: Fold<Data, any, Each>
      /** Initial value of `data`, for instance what the server rendered. Default: the fold's initial value. */
      readonly initialData?: Data
    }
  | { readonly fold: Reducer<Data, Each>; readonly initialData: Data }

/** Options of a stream, except those that decide how messages become `data`. */
export interface StreamOptions<Data = string | undefined, Events = NoEvents>
  extends SharedConnectionOptions, StreamIdentity {
  /**
   * Schema or decoder for the data of each message type: a Standard Schema (zod, valibot, arktype), which gets the parsed JSON,
   * or a function such as `json<T>()` or `text`, which gets the text. Only the named types are delivered; `'*'` stands for
   * all others. Default: all types are delivered, with their data as text.
   */
  readonly events?: Events & Schemas
  /**
   * Called for a message that does not match its schema. Such a message is counted in `invalidCount`, and neither folded nor
   * delivered. Return `'fail'` to fail the stream with the error. Default: the first error is reported, and the stream goes on.
   */
  readonly onInvalid?: (error: SseError, message: Message) => unknown
  /**
   * Time at which views are notified of messages; they are notified of a state change immediately. Default `'frame'`: once per
   * frame in a visible page, soon if the page renders no frames. `'microtask'`, a number of milliseconds, or `'sync'`:
   * after each message.
   */
  readonly notify?: Notify
  /** Part of the data whose change notifies the view, compared by `Object.is`. A state change always does. Default: all data. */
  readonly select?: (data: Data) => unknown
  /** Called for each message, for side effects. A promise that it returns holds back reading, as in `onMessage`. */
  readonly onMessage?: (message: MessageOf<Events>) => unknown
  /**
   * Called when the stream opens again, before its first message, so that an app can fetch what it missed. `continuity` is the
   * server's answer to the last event id, see `Continuity`; `downtimeMs` is how long the stream was not open. Not called when
   * the stream opens `fresh`.
   */
  readonly onReconnect?: (opening: Pick<Opening, 'continuity' | 'downtimeMs'>) => unknown
  /**
   * Called when the server tells that messages are missing, after those before the gap and before those after it. An app then
   * fetches the current state. The server tells it with a message of the type `headwater.gap`, whose data is `{"from":…,"to":…}`.
   * Such a message is not delivered, folded or counted; its id is used. If only a header tells of a gap, as that of a
   * Mercure hub, `onReconnect` is called with the continuity `gap`, and this is not.
   */
  readonly onGap?: (gap: Gap) => unknown
  /**
   * Called once the stream is closed, with its final data: by `close()`, by the server (`ended`), or by an error (`failed`). Not
   * called when the last subscriber leaves.
   */
  readonly onClose?: (closing: Closing<Data>) => unknown
  /**
   * Opens the stream with its first subscriber. Set to false to keep it `idle` until `open()` is called. Default `true`.
   */
  readonly autoConnect?: boolean
  /** Time that the connection outlives its last subscriber, in milliseconds, so that a remount keeps it. Default 200. */
  readonly closeDelayMs?: number
  /**
   * Number of messages that an async iterator queues for a slow consumer before reading from the socket stops. The rest of
   * the current chunk may exceed it. Default 1,024.
   */
  readonly queueLimit?: number
}

/** Options of a stream in a component, in all view libraries. */
export type BoundStreamOptions<Data = string | undefined, Events = NoEvents> = EventStreamOptions<
  Data,
  Events
> & {
  /** Set to false to disconnect and keep the data. Default `true`. */
  readonly enabled?: boolean
}

/** End of a stream, as `onClose` is told. */
export interface Closing<Data = unknown> {
  readonly reason: 'closed' | 'ended' | 'failed'
  /** Error that the stream failed with, or with which the server ended it; otherwise `undefined`. */
  readonly error: SseError | undefined
  readonly data: Data
}

/** State of a stream that is open. */
type Opening = Extract<ConnectionState, { status: 'open' }>

/** State and data of a stream for a view. Immutable, and the same object until something changes. */
export type Snapshot<Data = string | undefined> = ConnectionState & {
  /** Result of the fold. */
  readonly data: Data
  /** Last event id; `''` if there was none. */
  readonly lastEventId: string
  /** Type of the last message that `data` is built from; `''` if there was none. */
  readonly lastEventType: string
  /** Number of messages that did not match their schema in `events`. */
  readonly invalidCount: number
  /**
   * Part that this tab plays: see {@link Role}. Present only if the option `share` is `acrossTabs(…)`; `'direct'` at first and on a server.
   * Views are notified of a change immediately.
   */
  readonly role?: Role
  /** Reason for which the role is `'direct'`, if there is one: see {@link RoleReason}. */
  readonly roleReason?: RoleReason | undefined
  /** Connects, or retries now. Does nothing while `connecting` or `open`. */
  open(): void
  /** Closes immediately. No message is delivered until `open()`. */
  close(): void
}

const keys =
  'status data lastEventId lastEventType invalidCount role roleReason attempt delayMs retryAt error reason continuity downtimeMs'

/** Names of all properties that a snapshot may have, for a view library that makes each of them reactive. */
export const SNAPSHOT_KEYS: readonly string[] = /* @__PURE__ */ keys.split(' ')

/**
 * Stream of messages that reconnects. Creating one does nothing: the first subscriber opens it, and it closes soon after the
 * last one has left.
 */
export interface EventStream<
  Data = string | undefined,
  Each extends AnyMessage = Message,
> extends AsyncIterable<Each> {
  /** Calls the listener when the snapshot changes, and keeps the stream open. Returns a function that unsubscribes. */
  subscribe(listener: () => void): () => void
  /** Calls the listener when the snapshot changes, without opening the stream. Returns a function that unsubscribes. */
  observe(listener: () => void): () => void
  /** Returns the current snapshot: the same object until something changes. */
  getSnapshot(): Snapshot<Data>
  /** Returns the snapshot for server rendering and hydration: `idle`, with the initial data. */
  getServerSnapshot(): Snapshot<Data>
  /**
   * Calls the listener for each message, in order. Reading from the socket waits for a promise, or another thenable, that a
   * listener returns. Returns a function that unsubscribes.
   */
  onMessage(listener: (message: Each) => unknown): () => void
  /** Connects, or retries now. Does nothing while `connecting` or `open`. */
  open(): void
  /** Closes immediately. No message is delivered until `open()`. */
  close(): void
  /**
   * Iterates over the messages. Ends when the stream closes, and throws its error if it failed. Leaving the loop unsubscribes.
   */
  [Symbol.asyncIterator](): AsyncIterableIterator<Each>
}
