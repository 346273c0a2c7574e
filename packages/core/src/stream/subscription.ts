import type { SharedConnectionOptions } from '../options.ts'
import type { Clock } from '../platform/clock.ts'
import { isShareable, type Scope, type StreamIdentity, streamKey } from './registry.ts'
import { createSharedConnection, type SharedConnection, type Subscriber } from './shared-connection.ts'

/** Membership of a stream in a shared connection. */
export interface Subscription {
  /** Connection of the stream: its own until it joins a shared one; `undefined` without a URL. */
  readonly connection: SharedConnection | undefined
  /** Returns the shared connection that the stream would join now, if there is one. */
  findShared(): SharedConnection | undefined
  /** True while the connection outlives its last subscriber. */
  readonly isClosing: boolean
  /** Counts a subscriber and joins the connection for the first one. Returns a function that counts it off again. */
  retain(): () => void
  /** Leaves a connection that is over, if there are no subscribers. */
  leaveIfUnused(): void
  open(): void
  close(): void
}

/** Options of a subscription, fixed when it is created. */
export interface SubscriptionOptions {
  readonly scope: Scope
  readonly clock: Clock
  readonly closeDelayMs: number
  readonly unref: boolean | undefined
  /** Called before the stream joins a connection, with that connection. */
  beforeJoin(connection: SharedConnection): void
  /** Called after the stream has joined a connection, or has closed one without joining it. */
  onUpdate(): void
}

/** Creates a subscription. Does nothing until it is retained or opened. */
export function createSubscription(
  subscriber: Subscriber | undefined,
  identity: SharedConnectionOptions & StreamIdentity,
  { scope, clock, closeDelayMs, unref, beforeJoin, onUpdate }: SubscriptionOptions,
): Subscription {
  const key =
    subscriber && isShareable(subscriber.url, identity) ? streamKey(subscriber.url, identity) : undefined
  let connection = subscriber && createSharedConnection(subscriber)
  let refCount = 0
  let leave: (() => void) | undefined
  /** Cancels the timer that runs while the connection outlives its last subscriber. */
  let cancelClose: (() => void) | undefined

  /** Finds a connection for the same stream in the scope. One that is closed would bring a late subscriber nothing. */
  function findShared(): SharedConnection | undefined {
    const shared = key === undefined ? undefined : scope.get(key)
    return shared && shared.state.status !== 'closed' && shared.isCompatible(identity) ? shared : undefined
  }

  function join(): void {
    if (!subscriber || !connection || leave) return
    const joined = (connection = findShared() ?? connection)
    if (key !== undefined) scope.set(key, joined)
    beforeJoin(joined)
    const leaveConnection = joined.join(subscriber)
    leave = () => {
      leave = undefined
      leaveConnection()
      if (joined.refCount === 0 && key !== undefined && scope.get(key) === joined) scope.delete(key)
    }
    onUpdate()
  }

  function release(): void {
    if (--refCount > 0) return
    cancelClose = clock.timer(
      () => {
        cancelClose = undefined
        leave?.()
      },
      closeDelayMs,
      unref,
    )
  }

  return {
    get connection() {
      return connection
    },
    findShared,
    get isClosing() {
      return cancelClose !== undefined
    },
    retain() {
      cancelClose?.()
      cancelClose = undefined
      // A stream that was closed, has ended or has failed is reopened by open() only.
      if (refCount++ === 0 && connection?.state.status !== 'closed') join()
      return once(release)
    },
    leaveIfUnused() {
      if (refCount === 0) leave?.()
    },
    open() {
      join()
      connection?.open()
    },
    close() {
      connection?.close()
      // A connection that was not joined does not report its state.
      if (!leave) onUpdate()
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
