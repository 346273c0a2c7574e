import { createScope, type Scope } from '@headwater/core'
import { type Context, createComponent, createContext, type JSX } from 'solid-js'

/** Defaults to one scope for the page. A scope stores only connected streams, so on a server it stays empty. */
export const ScopeContext: Context<Scope> = /* @__PURE__ */ createContext(/* @__PURE__ */ createScope())

/**
 * Limits connection sharing to the components below it. Without a `StreamScope`, all components of a page share their
 * connections.
 *
 * @example
 * ```ts
 * import { StreamScope } from '@headwater/solid'
 * import { createComponent } from 'solid-js'
 *
 * const App = () => createComponent(StreamScope, { children: 'everything that shares its connections' })
 * ```
 */
export function StreamScope(props: { children?: JSX.Element }): JSX.Element {
  return createComponent(ScopeContext.Provider, {
    value: createScope(),
    get children() {
      return props.children
    },
  })
}
