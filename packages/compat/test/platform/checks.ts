import { connection, crossOrigin } from './connection-checks.ts'
import { format, ids } from './format-checks.ts'
import { construction, events } from './interface-checks.ts'
import type { Check } from './listen.ts'

/** Conformance checks for `EventSource` that need no page. */
export const checks: readonly Check[] = [
  ...format,
  ...ids,
  ...construction,
  ...events,
  ...connection,
  ...crossOrigin,
]
