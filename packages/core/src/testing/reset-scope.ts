import type { Scope } from '../stream/scope.ts'

/**
 * Closes all streams of a scope and forgets their data, also those that outlive their last subscriber. Does not notify the views
 * that still show them.
 *
 * @example
 * ```ts
 * import { createEventStream, createScope } from '@headwater/core'
 * import { resetScope } from '@headwater/core/testing'
 *
 * const scope = createScope()
 * createEventStream('https://example.com/news', {}, scope).onMessage(console.log)
 * resetScope(scope)
 * ```
 */
export function resetScope({ resets }: Scope): void {
  for (const reset of [...resets]) reset()
}
