import type { Snapshot } from '@headwater/core'
import type { Ask } from './adapter.ts'

/** What a component shows of a stream: the same text in every view library. */
export function show({ seen }: Ask, snapshot: Snapshot<unknown>): string {
  seen?.(snapshot)
  const { status, data, lastEventId } = snapshot
  const cause = 'error' in snapshot && snapshot.error?.code
  return [
    status,
    typeof data === 'object' ? JSON.stringify(data) : data,
    lastEventId && `#${lastEventId}`,
    cause,
  ]
    .filter((part) => part !== undefined && part !== '' && part !== false)
    .join(' ')
}
