import { guard } from '../errors.ts'
import { checkOptions, type StreamUrl } from '../options.ts'
import { systemClock } from '../platform/clock.ts'
import { systemPage } from '../platform/page.ts'
import type { EventStream, EventStreamOptions, NoEvents } from './contract.ts'
import type { MessageOf } from './decode.ts'
import type { Folded } from './folds/fold.ts'
import { iterateMessages } from './iterator.ts'
import { latest, latestUrl } from './latest-options.ts'
import { checkNotify } from './notify-scheduler.ts'
import { createPipeline } from './pipeline.ts'
import { createScope, type Scope } from './registry.ts'
import { select } from './select.ts'
import { createSnapshotStore } from './snapshot-store.ts'
import { createSubscription } from './subscription.ts'
import type { Subscriber } from './shared-connection.ts'

/**
 * Creates an event stream for a binding: like {@link createEventStream}, but without a URL it stays idle.
 *
 * @param readUrl Returns the latest URL. Called once, and before each attempt if that is a function.
 * @param readOptions Returns the latest options. Called whenever they are used.
 * @param scope Scope in which streams with the same identity share a connection. Default: a new one.
 * @param isCurrent Returns false once the component has switched to another stream; the last known URL and options are kept.
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
  scope: Scope = createScope(),
  isCurrent: () => boolean = () => true,
): EventStream<Folded<Data, Events>, MessageOf<Events>> {
  const options = latest(readOptions, isCurrent)
  const first = options()
  const url = latestUrl(latest(readUrl, isCurrent))
  if (url != null) checkOptions(url, first)
  checkNotify(first.notify)
  const { clock = systemClock, page = systemPage, closeDelayMs = 200, queueLimit = 1_024, unref } = first

  const pipeline = createPipeline(options, {
    isOpen: () => subscription.connection?.state.status === 'open',
    isClosing: () => subscription.isClosing,
    onChange: () => store.schedulePublish(options().notify),
  })
  const subscriber: Subscriber | undefined =
    url == null
      ? undefined
      : {
          url,
          options,
          refreshOptions: pipeline.refreshOptions,
          until: pipeline.until,
          deliver: pipeline.deliver,
          onStateChange(state) {
            store.publish()
            if (state.status === 'open' && state.continuity !== 'fresh' && !subscription.isClosing)
              guard(() => options().onReconnect?.(state))
            if (state.status === 'closed') subscription.leaveIfUnused()
          },
        }
  const subscription = createSubscription(subscriber, first, {
    scope,
    clock,
    closeDelayMs,
    unref,
    beforeJoin(connection) {
      pipeline.refreshOptions()
      const { ended, error } = pipeline.replayLast(connection.lastMessage)
      if (ended) connection.terminate(error)
    },
    onUpdate: () => store.publishIfStale(),
  })
  const store = createSnapshotStore(
    {
      initialConnection: subscription.connection,
      firstConnection: subscription.findShared,
      connection: () => subscription.connection,
      pipeline,
      commands: { open: subscription.open, close: subscription.close },
    },
    { clock, page, unref },
  )

  /** Adds a listener that keeps the stream open. */
  const retain = (removeListener: () => void): (() => void) => {
    const release = subscription.retain()
    return () => {
      removeListener()
      release()
    }
  }
  const stream: EventStream<Data, MessageOf<Events>> = {
    subscribe: (listener) => retain(store.observe(listener)),
    observe: store.observe,
    getSnapshot: () => store.snapshot,
    getServerSnapshot: () => store.initial,
    onMessage: (listener) => retain(pipeline.onMessage(listener)),
    open: subscription.open,
    close: subscription.close,
    [Symbol.asyncIterator]: () => iterateMessages(stream, queueLimit),
  }
  const selected = first.select ? select(stream, (data) => options().select?.(data)) : stream
  return selected as EventStream<Folded<Data, Events>, MessageOf<Events>>
}
