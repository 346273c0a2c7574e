import type { Fold } from './fold.ts'

/**
 * Counts the messages.
 *
 * @example
 * ```ts
 * import { count, createEventStream } from '@headwater/core'
 *
 * createEventStream('https://example.com/visits', { fold: count() }).getSnapshot().data // 0
 * ```
 */
export function count(): Fold<number, number> {
  return {
    initial: (initialData) => initialData ?? 0,
    add: (before) => before + 1,
    view: (now) => now,
    stateKey: 'count',
  }
}
