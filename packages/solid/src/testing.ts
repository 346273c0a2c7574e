import { resetScope } from '@headwater/core/testing'
import { pageScope } from './stream-scope.ts'

export * from '@headwater/core/testing'

/**
 * Closes the streams of all components outside a scope of their own and forgets their data, so that the next test starts without
 * them. Called after each test where `afterEach` is a global. Components that are still mounted are not notified.
 *
 * @example
 * ```ts
 * import { resetStreams } from '@headwater/solid/testing'
 * import { afterEach } from 'vitest'
 *
 * afterEach(resetStreams) // only needed without globals
 * ```
 */
export function resetStreams(): void {
  resetScope(pageScope)
}

const { afterEach } = globalThis as { afterEach?: (hook: () => void) => unknown }
afterEach?.(() => resetStreams())
