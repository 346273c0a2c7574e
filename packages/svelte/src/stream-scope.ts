import { createScope, type Scope } from '@headwater/core'
import { getContext, setContext } from 'svelte'

const KEY = Symbol('headwater')

/** Default for the page. A scope stores only connected streams, so on a server it stays empty. */
const pageScope = createScope()

/**
 * Limits connection sharing to this component and those below it. Without it, all components of a page share their
 * connections. Call it during component initialisation.
 *
 * @example
 * ```ts
 * import { eventSource, provideStreamScope } from '@headwater/svelte'
 *
 * provideStreamScope()
 * const prices = eventSource('/prices')
 * ```
 */
export function provideStreamScope(): void {
  setContext(KEY, createScope())
}

/** Returns the nearest scope above, or the scope of the page. */
export function nearestScope(): Scope {
  try {
    return getContext<Scope | undefined>(KEY) ?? pageScope
  } catch {
    // getContext throws outside component initialisation.
    return pageScope
  }
}
