import type { ConnectionEventBody, ConnectionState } from '../connection/state.ts'
import { guard } from '../errors.ts'
import { checkOptions, type StreamUrl } from '../options.ts'
import { systemClock } from '../platform/clock.ts'
import { systemPage } from '../platform/page.ts'
import type { EventStream, EventStreamOptions, NoEvents, Snapshot } from './contract.ts'
import type { MessageOf } from './decode.ts'
import type { Folded } from './folds/fold.ts'
import type { FoldData } from './folds/fold-runner.ts'
import type { Gate } from './dispatcher.ts'
import { iterateMessages } from './iterator.ts'
import { latest, latestUrl } from './latest-options.ts'
import { hold } from './listeners.ts'
import { scheduleNotification } from './notify-scheduler.ts'
import { createPipeline } from './pipeline.ts'
import { createScope, type Scope, withDefaults } from './scope.ts'
import { select } from './select.ts'
import type { SharedConnection } from './shared-connection.ts'
import { createSnapshotStore } from './snapshot-store.ts'
import { createSubscription, type Subscription } from './subscription.ts'
import type { SwitchLimiter } from './switch-limiter.ts'

/** Component that a stream is created for. */
export interface StreamOwner {
  /** Scope in which streams with the same identity share a connection. Default: a new one. */
  readonly scope?: Scope | undefined
  /** Returns false once the component has switched to another stream; the last known URL and options are kept. Default: true. */
  readonly isCurrent?: () => boolean
  /** Limiter of the hook. With one, `open()` opens the stream only while a view shows it. Default: none. */
  readonly switches?: SwitchLimiter
}

/**
 * Creates an event stream for a binding: like {@link createEventStream}, but without a URL it stays idle.
 *
 * @param readUrl Returns the latest URL. Called once, and before each attempt if that is a function.
 * @param readOptions Returns the latest options. Called whenever they are used.
 * @param owner Component that the stream is created for.
 * @throws {SseError} `invalid-option`, immediately, with the name of the option.
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
  readUrl: () => StreamUrl | null | undefined | '',
  readOptions: () => EventStreamOptions<Data, Events>,
  { scope = createScope(), isCurrent = () => true, switches }: StreamOwner = {},
): EventStream<Folded<Data, Events>, MessageOf<Events>> {
  const options = latest(() => withDefaults(readOptions(), scope.defaults), isCurrent)
  const first = options()
  const url = latestUrl(latest(readUrl, isCurrent))
  if (url) checkOptions(url, first)
  const { clock = systemClock, page = systemPage, closeDelayMs = 200, queueLimit = 1_024, unref } = first

  // A copy of the state, because it is read several times per message.
  const gate: Gate = { isOpen: false }
  const store = createSnapshotStore(
    () => createSnapshot(),
    (publish) => scheduleNotification(publish, options().notify, clock, page, unref),
  )
  const isClosing = (): boolean => subscription?.isClosing === true
  const pipeline = createPipeline(options, gate, isClosing, store.schedulePublish)
  const subscriber = {
    options,
    pipeline,
    onJoin(connection: SharedConnection) {
      pipeline.refreshOptions()
      pipeline.folds.join(connection)
      const { ended, error } = pipeline.replayLast(connection.lastMessage())
      if (ended) connection.send({ type: 'terminated', error })
    },
    onStateChange(state: ConnectionState, event: ConnectionEventBody) {
      gate.isOpen = state.status === 'open'
      if (startsAgain(state)) pipeline.folds.restart()
      store.publish()
      if (!isClosing()) callCallbacks(state, event, options(), pipeline.folds)
      if (state.status === 'closed') subscription?.leaveIfUnused()
    },
    onUpdate(state: ConnectionState) {
      gate.isOpen = state.status === 'open'
      store.publish()
    },
    onReset() {
      gate.isOpen = false
      pipeline.reset()
      store.reset()
    },
  }
  const subscription: Subscription | undefined =
    url === undefined
      ? undefined
      : createSubscription({ ...subscriber, url }, scope, first, clock, closeDelayMs, switches)
  const commands = { open: () => subscription?.open(), close: () => subscription?.close() }
  const createSnapshot = (connection = subscription?.connection): Snapshot<Data> => ({
    ...(connection?.state ?? { status: 'idle' }),
    data: pipeline.folds.data,
    lastEventId: connection?.lastEventId ?? '',
    lastEventType: pipeline.folds.lastType,
    invalidCount: pipeline.invalidCount,
    ...connection?.relay?.role,
    ...commands,
  })
  const initial = createSnapshot()
  const shared = subscription?.findShared()
  // The first rendering of a late subscriber shows what the others have. A server and a page that hydrates show `initial`.
  if (shared) pipeline.folds.join(shared)
  store.reset(shared ? createSnapshot(shared) : initial)

  const stream: EventStream<Data, MessageOf<Events>> = {
    subscribe: (listener) => hold(store.observe(listener), subscription?.retain()),
    observe: switches ? (listener) => hold(store.observe(listener), subscription?.observe()) : store.observe,
    getSnapshot: () => store.snapshot,
    getServerSnapshot: () => initial,
    onMessage: (listener) => hold(pipeline.onMessage(listener), subscription?.retain()),
    ...commands,
    [Symbol.asyncIterator]: () => iterateMessages(stream, queueLimit),
  }
  const selected = first.select ? select(stream, (data) => options().select?.(data)) : stream
  return selected as EventStream<Folded<Data, Events>, MessageOf<Events>>
}

/** Returns true if messages do not follow those before. Unless the server says otherwise, they follow the id that was sent. */
function startsAgain(state: ConnectionState): boolean {
  return state.status === 'open' && !['resumed', 'unverified'].includes(state.continuity)
}

/** Calls the callback for a new state, if it has one. */
function callCallbacks<Data>(
  state: ConnectionState,
  event: ConnectionEventBody,
  { onReconnect, onGap, onClose }: Pick<EventStreamOptions<Data>, 'onReconnect' | 'onGap' | 'onClose'>,
  { data }: FoldData<Data>,
): void {
  if (event.type === 'gap') guard(() => onGap?.(event.gap))
  else if (event.type === 'accepted' && state.status === 'open' && state.continuity !== 'fresh')
    guard(() => onReconnect?.(state))
  if (state.status === 'closed') guard(() => onClose?.({ reason: state.reason, error: state.error, data }))
}
