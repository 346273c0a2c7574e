import { connection, crossing } from './connection-checks.ts'
import { format, ids } from './format-checks.ts'
import { construction, events } from './interface-checks.ts'
import type { Check } from './listen.ts'

/** What browsers are held to for `EventSource`. */
export const checks: readonly Check[] = [
  ...format,
  ...ids,
  ...construction,
  ...events,
  ...connection,
  ...crossing,
]
