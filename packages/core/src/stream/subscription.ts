import type { SharedConnectionOptions } from '../options.ts'
import type { Clock } from '../platform/clock.ts'
import { isShareable, type Scope, type StreamIdentity, streamKey } from './registry.ts'
import { createSharedConnection, type SharedConnection, type Subscriber } from './shared-connection.ts'

/** Membership of a stream in a shared connection. */
export interface Subscription {
  /** Connection of the stream: its own until it joins a shared one. */
  readonly connection: SharedConnection
  /** True while the connection outlives its last subscriber. */
  readonly isClosing: boolean
  /** Returns the shared connection that the stream would join now, if there is one. */
  findShared(): SharedConnection | undefined
  /** Counts a subscriber and joins the connection for the first one. Returns a function that counts it off again. */
  retain(): () => void
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
): Subscription {
  const { url, onJoin, onUpdate } = subscriber
  const { autoConnect = true } = identity
  const key = isShareable(url, identity) ? streamKey(url, identity) : undefined
  let connection = createSharedConnection(subscriber)
  let refCount = 0
  let leave: (() => void) | undefined
  /** Cancels the timer that runs while the connection outlives its last subscriber. */
  let cancelClose: (() => void) | undefined

  function findShared(): SharedConnection | undefined {
    const shared = key === undefined ? undefined : scope.get(key)
    // A closed connection would bring a late subscriber nothing.
    return shared && shared.state.status !== 'closed' && shared.isCompatible(identity) ? shared : undefined
  }

  function join(): void {
    if (leave) return
    const joined = (connection = findShared() ?? connection)
    if (key !== undefined) scope.set(key, joined)
    onJoin(joined)
    const leaveConnection = joined.join(subscriber)
    leave = () => {
      leave = undefined
      leaveConnection()
      if (joined.refCount === 0 && key !== undefined && scope.get(key) === joined) scope.delete(key)
    }
    onUpdate(joined.state)
  }

  function release(): void {
    if (--refCount > 0) return
    const close = () => {
      cancelClose = undefined
      leave?.()
    }
    cancelClose = clock.timer(close, closeDelayMs, identity.unref)
  }

  return {
    get connection() {
      return connection
    },
    get isClosing() {
      return cancelClose !== undefined
    },
    findShared,
    retain() {
      cancelClose?.()
      cancelClose = undefined
      // A stream that was closed, has ended or has failed is reopened by open() only.
      if (refCount++ === 0 && autoConnect && connection.state.status !== 'closed') join()
      return once(release)
    },
    leaveIfUnused() {
      if (refCount === 0) leave?.()
    },
    open() {
      join()
      connection.open()
    },
    close() {
      const { state } = connection
      connection.close()
      // A connection that was not joined reports no change.
      if (!leave && state !== connection.state) onUpdate(connection.state)
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
