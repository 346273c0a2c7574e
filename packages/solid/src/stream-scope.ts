import { createScope, type Scope, type StreamDefaults } from '@headwater/core'
import { type Context, createComponent, createContext, type JSX, untrack, useContext } from 'solid-js'

/** Default for the page. A scope stores only connected streams, so on a server it stays empty. */
export const pageScope: Scope = /* @__PURE__ */ createScope()

export const ScopeContext: Context<Scope> = /* @__PURE__ */ createContext(pageScope)

/** Props of {@link StreamScope}. */
export interface StreamScopeProps {
  readonly children?: JSX.Element
  /**
   * Options for all streams below that do not give them themselves, for instance `fetch`, `headers` or `retry`. A nested scope
   * inherits them. Default: those of the scope above.
   */
  readonly defaults?: StreamDefaults
}

/**
 * Limits connection sharing to the components below it, and gives their streams default options. Without a `StreamScope`, all
 * components of a page share their connections.
 *
 * @example
 * ```ts
 * import { StreamScope } from '@headwater/solid'
 * import { createComponent } from 'solid-js'
 *
 * const App = () => createComponent(StreamScope, { defaults: { retry: { maxMs: 10_000 } }, children: 'the app' })
 * ```
 */
export function StreamScope(props: StreamScopeProps): JSX.Element {
  const outer = useContext(ScopeContext)
  return createComponent(ScopeContext.Provider, {
    value: createScope(() => untrack(() => props.defaults), outer),
    get children() {
      return props.children
    },
  })
}
