import type { ConnectionState } from './state.ts'
import type { Transport, TransportRequest } from './transport.ts'
import type { Clock } from '../platform/clock.ts'

/**
 * Part that a tab plays among the tabs of a stream whose option `share` is `acrossTabs(…)`.
 *
 * - `leader`: its connection serves the other tabs, too.
 * - `follower`: it has no connection. The leader relays what the server sends.
 * - `direct`: it has a connection of its own, which serves no other tab. See {@link RoleReason}.
 */
export type Role = 'leader' | 'follower' | 'direct'

/**
 * Reason for which a tab is `direct`. A tab that has only just connected has none yet.
 *
 * | reason | meaning | ends |
 * |---|---|---|
 * | `no-web-locks` | no Web Locks: plain HTTP on another host than `localhost`, or no page | never |
 * | `no-broadcast-channel` | no `BroadcastChannel` | never |
 * | `blocked` | the browser refuses both: an opaque origin, such as a sandboxed frame, or blocked storage | never |
 * | `not-shared` | the option `share` was `acrossTabs(…)` when the stream was created, and is not any more | never |
 * | `own-fetch` | the option `fetch` is set | never |
 * | `binary-body` | the request has a body that is not text, so it cannot be compared | never |
 * | `no-id` | the server has sent no id yet, or messages without an id of their own | with the first id, if each message has one |
 * | `catching-up` | the leader no longer has, or does not have yet, what follows this tab's last event id | soon |
 * | `missed-batch` | a relayed batch did not arrive | soon |
 * | `leader-silent` | the leader has not answered for 2 s, for instance because the browser has frozen it | soon |
 * | `too-slow` | the listeners of this tab are more than 1 MiB behind | 10 s later, at the earliest |
 */
export type RoleReason =
  | 'no-web-locks'
  | 'no-broadcast-channel'
  | 'blocked'
  | 'not-shared'
  | 'own-fetch'
  | 'binary-body'
  | 'no-id'
  | 'catching-up'
  | 'missed-batch'
  | 'leader-silent'
  | 'too-slow'

/** Role of a tab, with the reason for which it is `direct`. */
export interface RoleState {
  readonly role: Role
  readonly roleReason?: RoleReason | undefined
}

/**
 * Sharing of one connection by all tabs of a browser, for the option `share`. Created by `acrossTabs` of `@headwater/core/tabs`.
 */
export interface TabSharing {
  /** User whose messages the tabs share; `null` for a public stream. Part of the identity of the stream. */
  readonly user: string | null
  /** Creates the relay of one connection. Called by core. */
  createRelay(connection: RelayedConnection): Relay
}

/** Connection, as its relay sees it. */
export interface RelayedConnection {
  /** Ends the current attempt and begins the next one immediately. Does nothing without a current attempt. */
  reconnect(): void
  /** Called after each change of `relay.role`. */
  onRoleChange(role: RoleState): void
}

/** Second transport of a connection: instead of a socket, another tab that has one. */
export interface Relay {
  readonly role: RoleState
  /** Opens the transport of one attempt, with a socket or without. Fails as `openTransport` does. */
  open(request: TransportRequest, signal: AbortSignal, clock: Clock): Promise<RelayTransport>
  /** Called after each event, with the state of the connection. */
  onStep(state: ConnectionState): void
}

/** Transport whose content may be text: whole blocks of an event stream. */
export interface RelayTransport {
  readonly response: Pick<Transport['response'], 'headers'>
  readonly read: () => Promise<Uint8Array | string | undefined>
}
