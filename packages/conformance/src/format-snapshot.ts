import type { Snapshot } from '@headwater/core'
import type { ViewProps } from './adapter.ts'

/**
 * Returns the text that a component of the test page renders for a snapshot, for instance `open 12 #1`: the status, the
 * data, the last event id and the error code. Calls `onRender` first.
 */
export function formatSnapshot(snapshot: Snapshot<unknown>, { onRender }: ViewProps): string {
  onRender?.(snapshot)
  const { status, data, lastEventId } = snapshot
  const errorCode = 'error' in snapshot && snapshot.error?.code
  return [
    status,
    typeof data === 'object' ? JSON.stringify(data) : data,
    lastEventId && `#${lastEventId}`,
    errorCode,
  ]
    .filter((part) => part !== undefined && part !== '' && part !== false)
    .join(' ')
}
