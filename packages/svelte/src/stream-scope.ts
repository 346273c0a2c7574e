import { createScope, type Scope } from '@headwater/core'
import { getContext, setContext } from 'svelte'

const KEY = Symbol('headwater')

/** Holds nothing unless something is mounted in a browser, so that it leaks nothing between the requests of a server. */
const ofThePage = createScope()

/**
 * Gives this component and those below it a scope of their own: connections are shared within it, and not beyond. Without
 * one, all components of a page share theirs. Call it while the component initialises.
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

/** The nearest scope above; outside components, where there is no context to ask, that of the page. */
export function nearestScope(): Scope {
  try {
    return getContext<Scope | undefined>(KEY) ?? ofThePage
  } catch {
    return ofThePage
  }
}
