import { createScope, type Scope, type StreamDefaults } from '@headwater/core'
import { hasInjectionContext, inject, type InjectionKey, type MaybeRefOrGetter, provide, toValue } from 'vue'

const KEY: InjectionKey<Scope> = Symbol('headwater')

/** Default for the page. A scope stores only connected streams, so on a server it stays empty. */
export const pageScope: Scope = /* @__PURE__ */ createScope()

/**
 * Limits connection sharing to the components below this one, and gives their streams default options. Without it, all
 * components of a page share their connections.
 *
 * @param defaults Options for all streams below that do not give them themselves, for instance `fetch`, `headers` or `retry`; or
 * a ref or getter of them. A nested scope inherits them. Default: those of the scope above.
 * @example
 * ```ts
 * import { provideStreamScope } from '@headwater/vue'
 * import { defineComponent } from 'vue'
 *
 * const Panel = defineComponent({
 *   setup(_, { slots }) {
 *     provideStreamScope({ retry: { maxMs: 10_000 } })
 *     return () => slots['default']?.()
 *   },
 * })
 * ```
 */
export function provideStreamScope(defaults?: MaybeRefOrGetter<StreamDefaults | undefined>): void {
  provide(
    KEY,
    createScope(() => toValue(defaults), injectStreamScope()),
  )
}

/** Returns the nearest scope above, or the scope of the page. */
export function injectStreamScope(): Scope {
  return hasInjectionContext() ? inject(KEY, pageScope) : pageScope
}
