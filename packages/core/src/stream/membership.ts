import type { SharedConnectionOptions } from '../options.ts'
import { isShareable, type StreamIdentity, streamKey } from './registry.ts'
import type { Scope } from './scope.ts'
import { createSharedConnection, type SharedConnection, type Subscriber } from './shared-connection.ts'

/** Membership of a stream in a shared connection of its scope. */
export interface Membership {
  /** Connection of the stream: its own until it joins a shared one. */
  readonly connection: SharedConnection
  /** True from `join()` to `leave()`. */
  readonly isJoined: boolean
  /** Returns the shared connection that the stream would join now, if there is one. */
  findShared(): SharedConnection | undefined
  join(): void
  leave(): void
  close(): void
}

/**
 * Creates a membership.
 *
 * @param onReset Called when the scope is reset, before the stream forgets its connection and data.
 */
export function createMembership(
  subscriber: Subscriber,
  scope: Scope,
  identity: SharedConnectionOptions & StreamIdentity,
  onReset: () => void,
): Membership {
  const { connections, resets } = scope
  const key = isShareable(subscriber.url, identity) ? streamKey(subscriber.url, identity) : undefined
  let connection = createSharedConnection(subscriber)
  let leaveConnection: (() => void) | undefined

  function findShared(): SharedConnection | undefined {
    const shared = key === undefined ? undefined : connections.get(key)
    // A closed connection would bring a late subscriber nothing.
    return shared && shared.state.status !== 'closed' && shared.isCompatible(identity) ? shared : undefined
  }

  function leave(): void {
    const leaveJoined = leaveConnection
    leaveConnection = undefined
    resets.delete(reset)
    leaveJoined?.()
    if (!connection.subscribers().length && key !== undefined && connections.get(key) === connection)
      connections.delete(key)
  }

  /** Closes the connection and forgets it, without notifying a view. */
  function reset(): void {
    onReset()
    connection.abandon()
    leave()
    connection = createSharedConnection(subscriber)
    subscriber.onReset()
  }

  return {
    get connection() {
      return connection
    },
    get isJoined() {
      return leaveConnection !== undefined
    },
    findShared,
    join() {
      if (leaveConnection) return
      connection = findShared() ?? connection
      if (key !== undefined) connections.set(key, connection)
      resets.add(reset)
      subscriber.onJoin(connection)
      leaveConnection = connection.join(subscriber)
      subscriber.onUpdate(connection.state)
    },
    leave,
    close() {
      const { state } = connection
      connection.send({ type: 'close' })
      // A connection that was not joined reports no change.
      if (!leaveConnection && state !== connection.state) subscriber.onUpdate(connection.state)
    },
  }
}
