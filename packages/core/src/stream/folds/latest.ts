import type { AnyMessage } from '../decode.ts'
import type { Fold } from './fold.ts'

/**
 * Keeps the data of the last message; `undefined` before the first one. This is the default fold.
 *
 * @example
 * ```ts
 * import { createEventStream, latest } from '@headwater/core'
 *
 * const stream = createEventStream('https://example.com/price', { fold: latest() })
 * stream.getSnapshot().data // string | undefined
 * ```
 */
// oxlint-disable-next-line typescript/no-explicit-any
export function latest<Each extends AnyMessage = AnyMessage>(): Fold<Each['data'] | undefined, any, Each> {
  return {
    initial: (initialData) => initialData,
    add: (_, message) => message.data,
    view: (data) => data,
    stateKey: 'latest',
    replayLast: true,
  }
}
