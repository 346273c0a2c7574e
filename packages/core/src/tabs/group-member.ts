import type { Role, RoleReason } from '../connection/relay.ts'
import type { Entry, Join } from './protocol.ts'

/** Answer to a tab that asks for what follows an id: entries, or the reason for which it needs a socket, if there is one. */
export type Answer = Join | RoleReason | undefined

/** Tab, as its group sees it. */
export interface GroupMember {
  /** Returns true while the tab has an open socket. */
  hasSocket(): boolean
  onRole(role: Role, reason?: RoleReason): void
  /** Called with each batch of the leader that the tab follows. */
  onEntries(entries: readonly Entry[]): void
  /** Called when a leader shows that it is there. */
  onLeaderHeard(): void
  /** Called when the leader that the tab follows is gone, and another one may be there. */
  onLeaderGone(): void
  /** Called when the socket of the leader that the tab follows has failed. */
  onLeaderFailed(): void
  /** Called when the tab needs a socket of its own: it is the next leader, or it cannot follow the leader, for this reason. */
  onDirect(reason?: RoleReason): void
  /** Called if the browser refuses locks or channels. */
  onBlocked(): void
}
