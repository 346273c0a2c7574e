// A stream that tabs share, and a record of its ids for tests.
import { createEventStream } from '../../src/stream/event-stream.ts'
import { acrossTabs } from '../../src/tabs/index.ts'

export const ids: number[] = []
const stream = createEventStream('/stream', { share: acrossTabs({ user: 'ada' }) })

export function open(): void {
  stream.subscribe(() => undefined)
  stream.onMessage(({ id }) => void ids.push(Number(id)))
}

/** Returns the role of this tab; `undefined` before it has one. */
export const role = (): string | undefined => stream.getSnapshot().role

/** True if the ids count up without a gap. */
export const isGapless = (): boolean => ids.every((id, index) => id === ids[0]! + index)
