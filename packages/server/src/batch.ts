import type { Clock } from './clock.ts'
import { concat } from './encode.ts'
import type { Item } from './ring.ts'

/** Options that decide what one write takes. */
export interface BatchOptions {
  readonly clock: Pick<Clock, 'now'>
  readonly maxBufferedBytes: number
  /** Returns true if a reader is sent a message. `undefined`: it is sent all. */
  readonly passes: ((item: Item, reader: unknown) => boolean) | undefined
}

/** Items that one write takes. */
export interface Batch {
  /** `undefined` if the reader sees none of them. */
  readonly bytes: Uint8Array | undefined
  /** Number of items, including those that the reader does not see. */
  readonly count: number
  /** Id of the last item that the reader sees. */
  readonly sent: string | undefined
}

/** Returns the items from an index on that one write to a reader takes: at least one, and none after a gap. */
export const takeBatch = (
  items: readonly Item[],
  index: number,
  reader: unknown,
  { passes, maxBufferedBytes, clock }: BatchOptions,
): Batch => {
  const chunks: Uint8Array[] = []
  let length = 0
  let sent: string | undefined
  let at = index
  for (; at < items.length; at++) {
    const item = items[at]!
    const { expiresAt, id } = item.entry
    if (item.broken && at > index) break
    if ((expiresAt !== undefined && expiresAt <= clock.now()) || passes?.(item, reader) === false) continue
    length += item.bytes.length
    if (length > maxBufferedBytes && chunks.length > 0) break
    chunks.push(item.bytes)
    sent = id
  }
  return { bytes: chunks.length > 0 ? concat(chunks) : undefined, count: at - index, sent }
}
