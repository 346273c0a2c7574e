'use client'

import { createScope, type Scope, type StreamDefaults } from '@headwater/core'
import {
  type Context,
  createContext,
  createElement,
  type ReactElement,
  type ReactNode,
  useContext,
  useInsertionEffect,
  useState,
} from 'react'

/** Default for the page. A scope stores only connected streams, so on a server it stays empty. */
export const pageScope: Scope = /* @__PURE__ */ createScope()

export const ScopeContext: Context<Scope> = /* @__PURE__ */ createContext(pageScope)

/** Props of {@link StreamScope}. */
export interface StreamScopeProps {
  readonly children?: ReactNode
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
 * ```tsx
 * import { StreamScope } from '@headwater/react'
 *
 * const defaults = { headers: { authorization: 'Bearer …' }, retry: { maxMs: 10_000 } }
 * const App = () => <StreamScope defaults={defaults}>{'everything that shares its connections'}</StreamScope>
 * ```
 */
export function StreamScope({ children, defaults }: StreamScopeProps): ReactElement {
  const outer = useContext(ScopeContext)
  const [latest] = useState({ defaults })
  const [value] = useState(() => createScope(() => latest.defaults, outer))
  useInsertionEffect(() => void Object.assign(latest, { defaults }))
  return createElement(ScopeContext.Provider, { value }, children)
}
