import { createScope, type Scope } from '@headwater/core'
import { type Context, createComponent, createContext, type JSX } from 'solid-js'

/** Holds nothing unless something is mounted in a browser, so that it leaks nothing between the requests of a server. */
export const ScopeContext: Context<Scope> = /* @__PURE__ */ createContext(/* @__PURE__ */ createScope())

/**
 * Gives the components below it a scope of their own: connections are shared within it, and not beyond. Without one, all
 * components of a page share theirs.
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
