import type { AnyMessage } from '../decode.ts'
import type { Fold } from './fold.ts'

/**
 * The last message of each key, in the order in which the keys first came. Adding costs no copy; a notification costs one.
 *
 * @param key What to keep a message under; a message for which it gives `undefined` is left out.
 * @param options `remove` tells which messages take their key out of the map. Default: none does.
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
    stateKey: 'keyed',
  }
}

interface Keyed<Key, Each> {
  readonly map: Map<Key, Each>
  /** What was shown last, unless the map has changed since. */
  shown: ReadonlyMap<Key, Each> | undefined
}
