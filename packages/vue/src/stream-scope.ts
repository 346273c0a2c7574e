import { createScope, type Scope } from '@headwater/core'
import { hasInjectionContext, inject, type InjectionKey, provide } from 'vue'

const KEY: InjectionKey<Scope> = Symbol('headwater')

/** Default for the page. A scope stores only connected streams, so on a server it stays empty. */
const pageScope = createScope()

/**
 * Limits connection sharing to the components below this one. Without it, all components of a page share their
 * connections.
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

/** Returns the nearest scope above, or the scope of the page. */
export function injectStreamScope(): Scope {
  return hasInjectionContext() ? inject(KEY, pageScope) : pageScope
}
