import type { AnyMessage, MessageOf, Schemas } from './decode.ts'
import type { SseError } from '../errors.ts'
import type { Fold, Reducer } from './folds/fold.ts'
import type { Message } from '../protocol/message.ts'
import type { Notify } from './notify-scheduler.ts'
import type { SourceOptions } from '../options.ts'
import type { StreamIdentity } from './registry.ts'
import type { ConnectionState } from '../connection/state.ts'

/** Where no `events` are given. */
export type NoEvents = Record<never, never>

/** What a stream can be told: its request, its rules, and how messages become `data`. */
export interface EventStreamOptions<Data = string | undefined, Events = NoEvents>
  extends SourceOptions, StreamIdentity {
  /**
   * What the data of each type of message is: a Standard Schema (of zod, valibot, arktype), which is given the parsed JSON, or
   * a decoder such as `json<T>()` or `text`. Only the types that are named are delivered; `'*'` names all others. Default: all
   * are delivered, with their data as text.
   */
  readonly events?: Events & Schemas
  /**
   * Called for a message that its schema refuses, which is neither folded nor delivered, and is counted in `invalid`. `'fail'`
   * ends the stream with the error. Default: the first is reported, and the stream goes on.
   */
  readonly onInvalid?: (error: SseError, message: Message) => unknown
  /**
   * How messages become `data`; a function begins with `initialData`. Of the same kind as before, a fold goes on with what there
   * is; of another, it begins anew with the next message. Default {@link latest}: the data of the last message.
   */
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly fold?: Fold<Data, any, MessageOf<Events>> | Reducer<Data, MessageOf<Events>>
  /** What `data` is grown from, for instance what the server rendered. Default: what the fold begins with. */
  readonly initialData?: Data
  /**
   * When views are told of messages; a change of state is told at once. Default `'frame'`: once a frame in a visible page,
   * promptly where frames do not come. `'microtask'`, a number of milliseconds, or `'sync'`: at each message.
   */
  readonly notify?: Notify
  /** The part of the data that wakes the view, compared by `Object.is`; a change of state always does. Default: all of it. */
  readonly select?: (data: Data) => unknown
  /** Called for each message, beside the data, for side effects; a promise slows the reading as in `onMessage`. */
  readonly onMessage?: (message: MessageOf<Events>) => unknown
  /**
   * Called when the stream opens anew, before its first message: whether it was `resumed` from an id or `restarted` with a
   * gap, and for how many milliseconds it was away, so that an app can fetch what it missed. Not called for a `fresh` one.
   */
  readonly onReconnect?: (opening: Pick<Opening, 'continuity' | 'downtimeMs'>) => unknown
  /**
   * How long the connection outlives its last subscriber, in milliseconds, so that a remount keeps it. Default 200.
   */
  readonly closeDelayMs?: number
  /**
   * How many messages an async iterator holds for a slow reader before the socket is read no further. Default 1,024;
   * the rest of the chunk in hand still comes on top.
   */
  readonly queueLimit?: number
}

/** What a stream of a component can be told, in every view library. */
export interface BoundStreamOptions<Data = string | undefined, Events = NoEvents> extends EventStreamOptions<
  Data,
  Events
> {
  /** Whether the stream is wanted. Default `true`; with `false` it is left, and its data stays. */
  readonly enabled?: boolean
}

/** The state of a stream that is open. */
type Opening = Extract<ConnectionState, { status: 'open' }>

/** What a view shows. Immutable, and the same object until something has changed. */
export type Snapshot<Data = string | undefined> = ConnectionState & {
  /** What the fold has made of the messages. */
  readonly data: Data
  /** The id of the last message that had one; `''` before. */
  readonly lastEventId: string
  /** How many messages did not fit their schemas in `events`. */
  readonly invalidCount: number
  /** Connects, or tries again now. Nothing while `connecting` or `open`. */
  open(): void
  /** Closes at once: nothing is delivered any more, until `open()`. */
  close(): void
}

const keys = 'status data lastEventId invalidCount attempt delayMs retryAt error reason continuity downtimeMs'

/** Every property that a snapshot has in one state or another, for a view that makes each of them reactive by itself. */
export const SNAPSHOT_KEYS: readonly string[] = /* @__PURE__ */ keys.split(' ')

/**
 * A stream of messages that reconnects. Making one does nothing: the first subscriber opens it, the last one to leave
 * closes it after a short grace.
 */
export interface EventStream<
  Data = string | undefined,
  Each extends AnyMessage = Message,
> extends AsyncIterable<Each> {
  /** Calls back when there is another snapshot, and keeps the stream open; returns what ends both. */
  subscribe(listener: () => void): () => void
  /** Calls back when there is another snapshot, and opens nothing; returns what ends that. */
  observe(listener: () => void): () => void
  /** The same object until something has changed. */
  getSnapshot(): Snapshot<Data>
  /** What server rendering and hydration show: `idle`, with the initial data. */
  getServerSnapshot(): Snapshot<Data>
  /**
   * Calls back for each message, in order; returns what ends that. The socket is read no further while a promise that a
   * listener returned is pending.
   */
  onMessage(listener: (message: Each) => unknown): () => void
  /** Connects, or tries again now. Nothing while `connecting` or `open`. */
  open(): void
  /** Closes at once: nothing is delivered any more, until `open()`. */
  close(): void
  /**
   * Reads message by message. Ends when the stream is closed or has ended, and throws its cause when it failed; leaving
   * the loop leaves the stream.
   */
  [Symbol.asyncIterator](): AsyncIterableIterator<Each>
}
