import type { TabSharing } from '../connection/relay.ts'
import { refuse } from '../errors.ts'
import type { TabsPlatform } from '../platform/tabs.ts'
import { TabRelay } from './tab-relay.ts'

/** Creates the value of `acrossTabs` with the means of a platform. */
export function createTabSharing(
  options: { readonly user: string | null },
  platform: TabsPlatform,
): TabSharing {
  const user: unknown = (options as { readonly user?: unknown } | undefined)?.user
  if (user !== null && (typeof user !== 'string' || user === ''))
    refuse('share.user', `must be the user's id, or null for a public stream, not ${JSON.stringify(user)}`)
  return { user, createRelay: (connection) => new TabRelay(platform, connection) }
}
