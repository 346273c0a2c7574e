import type { AnyMessage } from '../decode.ts'
import type { Fold } from './fold.ts'

/**
 * Keeps the last message of each key, in the order in which the keys first appeared. Adding a message copies nothing; a notification
 * copies the map once.
 *
 * Streams of one connection with the same `key`, compared by its source text, have the same data.
 *
 * @param key Returns the key of a message. A message whose key is `undefined` is ignored.
 * @param options `remove` returns true for a message that removes its key. Default: none does.
 * @example
 * ```ts
 * import { createEventStream, keyed } from '@headwater/core'
 *
 * const users = createEventStream('https://example.com/presence', {
 *   fold: keyed((message) => message.id, { remove: (message) => message.type === 'left' }),
 * })
 * users.getSnapshot().data.get('ann')?.data
 * ```
 */
export function keyed<Key, Each = AnyMessage>(
  key: (message: Each) => Key | undefined,
  options: { readonly remove?: (message: Each) => boolean } = {},
): Fold<ReadonlyMap<Key, Each>, Keyed<Key, Each>, Each> {
  return {
    initial: (initialData) => ({ map: new Map(initialData), shown: undefined }),
    add(state, message) {
      const at = key(message)
      if (at === undefined) return state
      const removes = options.remove?.(message)
      if (removes ? state.map.delete(at) : state.map.set(at, message)) state.shown = undefined
      return state
    },
    view: (state) => (state.shown ??= new Map(state.map)),
    stateKey: `keyed ${key}`,
  }
}

interface Keyed<Key, Each> {
  readonly map: Map<Key, Each>
  /** Last copy of the map that was shown; `undefined` once the map has changed. */
  shown: ReadonlyMap<Key, Each> | undefined
}
