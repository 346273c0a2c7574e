import type { RoleReason, TabSharing } from '../connection/relay.ts'
import type { TransportRequest } from '../connection/transport.ts'
import type { TabsPlatform } from '../platform/tabs.ts'

/** Request with the options of its stream. */
export type StreamRequest = TransportRequest & {
  readonly share?: TabSharing
  readonly maxMessageLength?: number
}

/** Returns the reason for which a stream cannot be relayed, if there is one. */
export function findObstacle(
  { fetch, body, share }: StreamRequest,
  { locks, openChannel }: TabsPlatform,
): RoleReason | undefined {
  if (share?.user === undefined) return 'not-shared'
  if (fetch) return 'own-fetch'
  if (!locks) return 'no-web-locks'
  if (!openChannel) return 'no-broadcast-channel'
  return body == null || typeof body === 'string' ? undefined : 'binary-body'
}
