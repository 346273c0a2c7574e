import type { TabSharing } from '../connection/relay.ts'
import { systemTabs } from '../platform/tabs.ts'
import { createTabSharing } from './sharing.ts'

export type { Role, RoleReason, RoleState, TabSharing } from '../connection/relay.ts'

/** Options of {@link acrossTabs}. */
export interface AcrossTabsOptions {
  /**
   * User whose messages the tabs share, for instance the user's id; `null` for a public stream, which is the same for everybody. Only
   * tabs with the same user share a connection. Required, and not empty: after another login, a tab must not get the messages of the last
   * user.
   */
  readonly user: string | null
}

/**
 * Creates a value for the option `share` of a stream: one connection for all tabs of the browser.
 *
 * Tabs share a connection if their streams have the same URL, method, body (a text or none), `credentials` and user. Headers are not
 * compared, so they must not decide what the server sends. One tab, the leader, has the connection, and relays what the server sends; `role` of the
 * snapshot tells whether this tab does. Everything else is as without: each tab has its own last event id, folds, `until`
 * and `close()`. A tab that cannot follow a leader has a connection of its own; `roleReason` tells why. When the leader is closed,
 * frozen or slow, another tab takes its place, and nothing is lost.
 *
 * The server must send an id with each message. Until the first id, and for a stream without ids, each tab has its own connection. The
 * promise is one connection for each partition of the browser's storage: a private window, a frame of another site and another version of this
 * protocol have their own. Up to 1 MiB is read ahead of slow listeners.
 *
 * @throws {SseError} `invalid-option`, with the name `share.user`, unless `user` is `null` or a text that is not empty.
 * @example
 * ```ts
 * import { createEventStream } from '@headwater/core'
 * import { acrossTabs } from '@headwater/core/tabs'
 *
 * const stream = createEventStream('/notices', { share: acrossTabs({ user: 'ada' }) })
 * stream.subscribe(() => console.log(stream.getSnapshot().role)) // 'leader', 'follower' or 'direct'
 * ```
 */
export function acrossTabs(options: AcrossTabsOptions): TabSharing {
  return createTabSharing(options, systemTabs)
}
