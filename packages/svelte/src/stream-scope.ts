import { createScope, type Scope, type StreamDefaults } from '@headwater/core'
import { getContext, setContext } from 'svelte'

const KEY = Symbol('headwater')

/** Default for the page. A scope stores only connected streams, so on a server it stays empty. */
export const pageScope: Scope = /* @__PURE__ */ createScope()

/**
 * Limits connection sharing to this component and those below it, and gives their streams default options. Without it, all
 * components of a page share their connections. Call it during component initialisation.
 *
 * @param defaults Options for all streams below that do not give them themselves, for instance `fetch`, `headers` or `retry`; or
 * a function that returns them. A nested scope inherits them. Default: those of the scope above.
 * @example
 * ```ts
 * import { eventSource, provideStreamScope } from '@headwater/svelte'
 *
 * provideStreamScope({ retry: { maxMs: 10_000 } })
 * const prices = eventSource('/prices')
 * ```
 */
export function provideStreamScope(defaults?: StreamDefaults | (() => StreamDefaults | undefined)): void {
  setContext(KEY, createScope(defaults, nearestScope()))
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
