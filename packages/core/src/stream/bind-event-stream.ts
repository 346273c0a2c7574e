import { systemClock } from '../platform/clock.ts'
import type { EventStream, EventStreamOptions, NoEvents, Snapshot } from './contract.ts'
import { type AnyMessage, decode, type MessageOf, type Schemas } from './decode.ts'
import { guard, report, type SseError } from '../errors.ts'
import type { Folded } from './folds/fold.ts'
import { createFolding } from './folds/fold-runner.ts'
import { iterateMessages } from './iterator.ts'
import { add, type Listeners } from './listeners.ts'
import type { Message } from '../protocol/message.ts'
import { select } from './select.ts'
import { checkNotify, schedule } from './notify-scheduler.ts'
import { type AttemptContext, checkOptions, type UntilResult, type StreamUrl } from '../options.ts'
import { systemPage } from '../platform/page.ts'
import { createScope, streamKey, isShareable, type Scope } from './registry.ts'
import { createSource, type Member, type Source } from './shared-connection.ts'
import type { ConnectionState } from '../connection/state.ts'

/**
 * Makes an event stream for a binding: like {@link createEventStream}, but without an address it stays idle.
 *
 * @param urlNow Asked for the address once, and before each attempt where that is a function, so that the newest one is used.
 * @param optionsNow Asked for the options whenever they matter.
 * @param asked Whether these still speak of this stream. Once a view asks for another, this one goes by what it knew last, so
 * that it sends no header that is meant for the other.
 * @throws {SseError} `invalid-option` at once for what cannot work, naming the option.
 * @example
 * ```ts
 * import { bindEventStream } from '@headwater/core'
 *
 * bindEventStream(
 *   () => undefined,
 *   () => ({}),
 * ).getSnapshot().status // 'idle'
 * ```
 */
export function bindEventStream<Events = NoEvents, Data = MessageOf<Events>['data'] | undefined>(
  urlNow: () => StreamUrl | null | undefined | '',
  optionsNow: () => EventStreamOptions<Data, Events>,
  scope: Scope = createScope(),
  asked: () => boolean = () => true,
): EventStream<Folded<Data, Events>, MessageOf<Events>> {
  const newestUrl = keep(urlNow, asked)
  const options = keep(optionsNow, asked)
  const first = options()
  const given = newestUrl() || undefined
  const url =
    typeof given === 'function'
      ? (context: AttemptContext) => {
          const newest = newestUrl() || given
          return typeof newest === 'function' ? newest(context) : newest
        }
      : given
  if (url != null) checkOptions(url, first)
  checkNotify(first.notify)
  const { clock = systemClock, page = systemPage, closeDelayMs = 200, queueLimit = 1_024, unref } = first

  const listeners: Listeners<() => void> = { now: [] }
  const readers: Listeners<(message: MessageOf<Events>) => unknown> = { now: [] }
  let users = 0
  /** Runs while the connection outlives its last user, and calls that off. */
  let stay: (() => void) | undefined
  let cancelNotice: (() => void) | undefined

  const folding = createFolding(first)
  let newest = first
  let invalid = 0

  const identity = url != null && isShareable(url, first) ? streamKey(url, first) : undefined
  const member: Member | undefined =
    url == null ? undefined : { url, options, onChunk: renew, onMessage: deliver, onChange: change }
  let source = member && createSource(member)
  let leave: (() => void) | undefined

  const shot = (from = source): Snapshot<Data> => ({
    ...(from?.state ?? { status: 'idle' }),
    data: folding.show(),
    lastEventId: from?.lastEventId ?? '',
    invalidCount: invalid,
    open,
    close,
  })
  const initial = shot()
  let snapshot = others() ? shot(others()) : initial

  function renew(): ((message: Message) => UntilResult) | undefined {
    newest = options()
    guard(folding.renew, newest)
    const { until } = newest
    const own = folding.until
    return until && own ? (message) => until(message) || own(message) : (until ?? own)
  }

  // No closure and no list is made for a message: that would cost more than to parse it.
  function deliver(raw: Message): PromiseLike<unknown> | undefined {
    const message = take(raw)
    // Who has left hears nothing more; one who comes back in time finds nothing missing from the data.
    if (!message || stay) return undefined
    let hold = newest.onMessage && tell(newest.onMessage, message)
    for (const reader of readers.now) {
      const more = tell(reader, message)
      if (more) hold = hold ? Promise.all([hold, more]) : more
    }
    return hold
  }

  /** Folds a message, as `events` describe it; `undefined` for one that is not delivered. */
  function take(raw: Message): MessageOf<Events> | undefined {
    const message = newest.events ? read(raw, newest.events, newest.onInvalid) : raw
    if (!message) return undefined
    folding.add(message)
    notice()
    return message as MessageOf<Events>
  }

  function read(
    raw: Message,
    events: Schemas,
    onInvalid: EventStreamOptions['onInvalid'],
  ): AnyMessage | undefined {
    try {
      return decode(raw, events)
    } catch (thrown) {
      const error = thrown as SseError
      invalid++
      notice()
      // One tells what is wrong; a thousand would hide everything else.
      if (!onInvalid && invalid === 1) report(error)
      if (guard(() => onInvalid?.(error, raw)) === 'fail') source?.fail(error)
      return undefined
    }
  }

  function tell(
    reader: (message: MessageOf<Events>) => unknown,
    message: MessageOf<Events>,
  ): PromiseLike<unknown> | undefined {
    // A reader that closes the stream is the last to see the message.
    if (snapshot.status !== 'open') return undefined
    const result = guard(reader, message)
    return result instanceof Promise ? result.catch(report) : undefined
  }

  function notice(): void {
    if (cancelNotice) return
    const { notify = 'frame' } = options()
    if (notify === 'sync') publish()
    else cancelNotice = schedule(publish, notify, clock, page, unref)
  }

  function change(state: ConnectionState): void {
    publish()
    if (state.status === 'open' && state.continuity !== 'fresh' && !stay)
      guard(() => options().onReconnect?.(state))
    if (state.status === 'closed' && users === 0) leave?.()
  }

  /** The snapshot changes here and nowhere else, so that no view sees a newer one than it was told of. */
  function publish(): void {
    cancelNotice?.()
    cancelNotice = undefined
    snapshot = shot()
    for (const listener of listeners.now) guard(listener)
  }

  /** The source that others in the scope hold for the same stream. One that is over brings a late comer nothing. */
  function others(): Source | undefined {
    const shared = identity === undefined ? undefined : scope.get(identity)
    return shared && shared.state.status !== 'closed' && shared.suits(first) ? shared : undefined
  }

  function join(): void {
    if (!source || !member || leave) return
    const joined = (source = others() ?? source)
    if (identity !== undefined) scope.set(identity, joined)
    renew()
    if (joined.last && folding.wantsLast) take(joined.last)
    const before = snapshot
    const end = joined.join(member)
    leave = () => {
      leave = undefined
      end()
      if (joined.members === 0 && identity !== undefined && scope.get(identity) === joined)
        scope.delete(identity)
    }
    if (snapshot === before) publish()
  }

  function use<Listener>(set: Listeners<Listener>, listener: Listener): () => void {
    stay?.()
    stay = undefined
    const remove = add(set, listener)
    // What was closed by hand, has ended or has failed is opened by hand alone.
    if (users++ === 0 && source?.state.status !== 'closed') join()
    return once(() => {
      remove()
      if (--users > 0) return
      stay = clock.timer(
        () => {
          stay = undefined
          leave?.()
        },
        closeDelayMs,
        unref,
      )
    })
  }

  function open(): void {
    join()
    source?.open()
  }

  function close(): void {
    source?.close()
    // Without a connection to tell of it. From within a listener, the close is yet to be dealt with, and told then.
    if (!leave && source?.state.status !== snapshot.status) publish()
  }

  const stream: EventStream<Data, MessageOf<Events>> = {
    subscribe: (listener) => use(listeners, () => listener()),
    observe: (listener) => add(listeners, () => listener()),
    getSnapshot: () => snapshot,
    getServerSnapshot: () => initial,
    onMessage: (listener) => use(readers, (message) => listener(message)),
    open,
    close,
    [Symbol.asyncIterator]: () => iterateMessages(stream, queueLimit),
  }
  const seen = first.select ? select(stream, (shown) => options().select?.(shown)) : stream
  return seen as EventStream<Folded<Data, Events>, MessageOf<Events>>
}

/** Reads anew for as long as it is allowed, and gives what was read last after. */
function keep<Value>(read: () => Value, allowed: () => boolean): () => Value {
  let last = read()
  return () => (allowed() ? (last = read()) : last)
}

function once(callback: () => void): () => void {
  let due = true
  return () => {
    if (due) callback()
    due = false
  }
}
