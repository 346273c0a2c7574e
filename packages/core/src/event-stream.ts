import { systemClock } from './clock.ts'
import { createConnection } from './connection.ts'
import { guard, report } from './errors.ts'
import { type Fold, latest } from './fold.ts'
import { iterateMessages } from './iterator.ts'
import type { Message } from './message.ts'
import { checkOptions, type ConnectionOptions, type StreamUrl } from './options.ts'
import { type Page, systemPage } from './page.ts'
import type { ConnectionState } from './state.ts'

/** What a stream can be told: its request, its rules, and how messages become `data`. */
export interface EventStreamOptions<Data = string | undefined> extends ConnectionOptions {
  /** How messages become `data`. Read once. Default {@link latest}: the data of the last message. */
  readonly fold?: Fold<Data>
  /** What `data` is grown from, for instance what the server rendered. Default: what the fold begins with. */
  readonly initialData?: Data
  /** Whether a message is the server's last word: it ends the stream, and is itself neither folded nor delivered. */
  readonly until?: (message: Message) => boolean
  /** Called for each message, beside the data, for side effects; a promise slows the reading as in `onMessage`. */
  readonly onMessage?: (message: Message) => unknown
  /**
   * Called when the stream opens anew, before its first message: whether it was `resumed` from an id or `restarted` with a
   * gap, and for how many milliseconds it was away, so that an app can fetch what it missed. Not called for a `fresh` one.
   */
  readonly onReconnect?: (opening: Pick<Opening, 'continuity' | 'awayMs'>) => unknown
  /** Called for each comment line, which servers send as heartbeats. */
  readonly onComment?: (comment: string) => void
  /**
   * How long the connection outlives its last subscriber, in milliseconds, so that a remount keeps it. Default 200.
   */
  readonly graceMs?: number
  /**
   * How many messages an async iterator holds for a slow reader before the socket is read no further. Default 1,024;
   * the rest of the chunk in hand still comes on top.
   */
  readonly queueLimit?: number
  /** The page to go by. Default: the one that this code runs in, if any. */
  readonly page?: Page
}

/** The state of a stream that is open. */
type Opening = Extract<ConnectionState, { status: 'open' }>

/** What a view shows. Immutable, and the same object until something has changed. */
export type Snapshot<Data = string | undefined> = ConnectionState & {
  /** What the fold has made of the messages. */
  readonly data: Data
  /** The id of the last message that had one; `''` before. */
  readonly lastEventId: string
  /** Connects, or tries again now. Nothing while `connecting` or `open`. */
  open(): void
  /** Closes at once: nothing is delivered any more, until `open()`. */
  close(): void
}

/**
 * A stream of messages that reconnects. Making one does nothing: the first subscriber opens it, the last one to leave
 * closes it after a short grace.
 */
export interface EventStream<Data = string | undefined> extends AsyncIterable<Message> {
  /** Calls back when there is another snapshot; returns what ends that. */
  subscribe(listener: () => void): () => void
  /** The same object until something has changed. */
  getSnapshot(): Snapshot<Data>
  /** What server rendering and hydration show: `idle`, with the initial data. */
  getServerSnapshot(): Snapshot<Data>
  /**
   * Calls back for each message, in order; returns what ends that. The socket is read no further while a promise that a
   * listener returned is pending.
   */
  onMessage(listener: (message: Message) => unknown): () => void
  /** Connects, or tries again now. Nothing while `connecting` or `open`. */
  open(): void
  /** Closes at once: nothing is delivered any more, until `open()`. */
  close(): void
  /**
   * Reads message by message. Ends when the stream is closed or has ended, and throws its cause when it failed; leaving
   * the loop leaves the stream.
   */
  [Symbol.asyncIterator](): AsyncIterableIterator<Message>
}

/**
 * Makes an event stream.
 *
 * @param url The address, or a function that is asked for it before each attempt.
 * @param options Values, or a function that is asked for them whenever they matter.
 * @throws {SseError} `invalid-option` at once for what cannot work, naming the option.
 * @example
 * ```ts
 * import { createEventStream } from '@headwater/core'
 *
 * for await (const message of createEventStream('https://example.com/news')) {
 *   console.log(message.id, message.data)
 *   if (message.type === 'goodbye') break
 * }
 * ```
 */
export function createEventStream<Data = string | undefined>(
  url: StreamUrl,
  options: EventStreamOptions<Data> | (() => EventStreamOptions<Data>) = {},
): EventStream<Data> {
  const current = typeof options === 'function' ? options : () => options
  const first = current()
  checkOptions(url, first)
  const { clock = systemClock, page = systemPage, graceMs = 200, queueLimit = 1_024, unref } = first
  // A stream without a fold of its own has the default for Data.
  const fold = first.fold ?? (latest() as Fold<unknown> as Fold<Data>)

  const views = new Set<() => void>()
  const readers = new Set<(message: Message) => unknown>()
  let users = 0
  let stay: (() => void) | undefined
  let cancelNotice: (() => void) | undefined

  let folded = fold.initial(first.initialData)
  let data = fold.view(folded)
  let stale = false

  const connection = createConnection(
    () => url,
    current,
    {
      isLast: (message) => guard(() => current().until?.(message)) ?? false,
      onMessage: deliver,
      onComment: first.onComment && ((comment) => void guard(() => current().onComment?.(comment))),
      onChange(state) {
        publish()
        if (state.status === 'open' && state.continuity !== 'fresh')
          guard(() => current().onReconnect?.(state))
      },
    },
    page,
  )
  const open = () => connection.tell({ type: 'open' })
  const close = () => connection.tell({ type: 'close' })
  const take = (): Snapshot<Data> => ({
    ...connection.state,
    data,
    lastEventId: connection.lastEventId,
    open,
    close,
  })
  const initial = take()
  let snapshot = initial

  function deliver(message: Message): Promise<unknown> | undefined {
    guard(() => {
      folded = fold.add(folded, message)
      stale = true
    })
    cancelNotice ??= page.showsFrames() ? clock.frame(publish) : clock.timer(publish, 0, unref)
    let holds: Promise<unknown>[] | undefined
    for (const reader of [current().onMessage, ...readers]) {
      // A reader that closes the stream is the last to see the message.
      if (connection.state.status !== 'open') break
      const result = guard(() => reader?.(message))
      if (result instanceof Promise) (holds ??= []).push(result.catch(report))
    }
    return holds && Promise.all(holds)
  }

  /** The snapshot changes here and nowhere else, so that no view sees a newer one than it was told of. */
  function publish(): void {
    cancelNotice?.()
    cancelNotice = undefined
    if (stale) guard(() => (data = fold.view(folded)))
    stale = false
    snapshot = take()
    for (const view of [...views]) guard(view)
  }

  function join<Listener>(listeners: Set<Listener>, listener: Listener): () => void {
    stay?.()
    listeners.add(listener)
    if (users++ === 0 && connection.state.status === 'idle') open()
    let here = true
    return () => {
      if (!here) return
      here = false
      listeners.delete(listener)
      if (--users === 0) stay = clock.timer(() => connection.tell({ type: 'release' }), graceMs, unref)
    }
  }

  const stream: EventStream<Data> = {
    subscribe: (listener) => join(views, () => listener()),
    getSnapshot: () => snapshot,
    getServerSnapshot: () => initial,
    onMessage: (listener) => join(readers, (message) => listener(message)),
    open,
    close,
    [Symbol.asyncIterator]: () => iterateMessages(stream, queueLimit),
  }
  return stream
}
