import { createScope, type Scope } from '@headwater/core'
import { hasInjectionContext, inject, type InjectionKey, provide } from 'vue'

const KEY: InjectionKey<Scope> = Symbol('headwater')

/** Holds nothing unless something is mounted in a browser, so that it leaks nothing between the requests of a server. */
const ofThePage = createScope()

/**
 * Gives the components below a scope of their own: connections are shared within it, and not beyond. Without one, all
 * components of a page share theirs.
 *
 * @example
 * ```ts
 * import { provideStreamScope } from '@headwater/vue'
 * import { defineComponent } from 'vue'
 *
 * const Panel = defineComponent({
 *   setup(_, { slots }) {
 *     provideStreamScope()
 *     return () => slots['default']?.()
 *   },
 * })
 * ```
 */
export function provideStreamScope(): void {
  provide(KEY, createScope())
}

/** The nearest scope above; outside components that of the page. */
export function injectStreamScope(): Scope {
  return hasInjectionContext() ? inject(KEY, ofThePage) : ofThePage
}
