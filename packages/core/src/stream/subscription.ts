import type { SharedConnectionOptions } from '../options.ts'
import type { Clock } from '../platform/clock.ts'
import { createMembership, type Membership } from './membership.ts'
import type { StreamIdentity } from './registry.ts'
import type { Scope } from './scope.ts'
import type { Subscriber } from './shared-connection.ts'
import type { SwitchLimiter } from './switch-limiter.ts'

/** Views that show a stream, and the lifetime of its connection. */
export interface Subscription extends Pick<Membership, 'connection' | 'findShared'> {
  /** True while the connection outlives its last subscriber. */
  readonly isClosing: boolean
  /** Counts a subscriber and joins the connection for the first one. Returns a function that counts it off again. */
  retain(): () => void
  /** Counts a view that shows the stream without opening it. Returns a function that counts it off again. */
  observe(): () => void
  /** Leaves a connection that is over, if there are no subscribers. */
  leaveIfUnused(): void
  open(): void
  close(): void
}

/** Creates a subscription. Does nothing until it is retained or opened. */
export function createSubscription(
  subscriber: Subscriber,
  scope: Scope,
  identity: SharedConnectionOptions & StreamIdentity & { readonly autoConnect?: boolean },
  clock: Clock,
  closeDelayMs: number,
  /** Limiter of the hook that owns the stream. Such a stream is open only while a view shows it. */
  switches?: SwitchLimiter,
): Subscription {
  const membership = createMembership(subscriber, scope, identity, cancelTimers)
  let refCount = 0
  let observerCount = 0
  /** True after `open()` without a view: the first view opens the stream. */
  let opensLater = false
  /** Cancels a join that waits for the limiter. */
  let cancelJoin: (() => void) | undefined
  /** Cancels the timer that runs while the connection outlives its last subscriber. */
  let cancelClose: (() => void) | undefined

  function cancelTimers(): void {
    cancelJoin?.()
    cancelClose?.()
    cancelJoin = cancelClose = undefined
  }

  function close(): void {
    cancelTimers()
    membership.leave()
  }

  function closeLater(): void {
    cancelTimers()
    if (membership.isJoined) cancelClose = clock.timer(close, closeDelayMs, identity.unref)
  }

  function open(): void {
    opensLater = switches !== undefined && refCount + observerCount === 0
    if (opensLater) return
    cancelTimers()
    membership.join()
    membership.connection.send({ type: 'open' })
  }

  return {
    get connection() {
      return membership.connection
    },
    get isClosing() {
      return cancelClose !== undefined
    },
    findShared: membership.findShared,
    retain() {
      cancelClose?.()
      cancelClose = undefined
      const { isJoined, connection, join } = membership
      // A stream that was closed, has ended or has failed is reopened by open() only.
      const canJoin = !isJoined && connection.state.status !== 'closed'
      if (refCount++ === 0 && canJoin && identity.autoConnect !== false)
        cancelJoin = switches ? switches.admit(subscriber.url, clock, join) : void join()
      if (opensLater) open()
      return once(() => --refCount === 0 && closeLater())
    },
    observe() {
      observerCount++
      if (opensLater) open()
      return once(() => --observerCount + refCount === 0 && closeLater())
    },
    leaveIfUnused() {
      if (refCount === 0) membership.leave()
    },
    open,
    close() {
      opensLater = false
      cancelJoin?.()
      membership.close()
    },
  }
}

function once(callback: () => void): () => void {
  let pending = true
  return () => {
    if (pending) callback()
    pending = false
  }
}
