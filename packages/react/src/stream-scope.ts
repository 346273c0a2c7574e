'use client'

import { createScope, type Scope } from '@headwater/core'
import {
  type Context,
  createContext,
  createElement,
  type ReactElement,
  type ReactNode,
  useState,
} from 'react'

/** Defaults to one scope for the page. A scope stores only connected streams, so on a server it stays empty. */
export const ScopeContext: Context<Scope> = /* @__PURE__ */ createContext(/* @__PURE__ */ createScope())

/**
 * Limits connection sharing to the components below it. Without a `StreamScope`, all components of a page share their
 * connections. Wrap each rendered test in its own scope to isolate tests from each other.
 *
 * @example
 * ```tsx
 * import { StreamScope } from '@headwater/react'
 *
 * const App = () => <StreamScope>{'everything that shares its connections'}</StreamScope>
 * ```
 */
export function StreamScope({ children }: { children?: ReactNode }): ReactElement {
  const [value] = useState(createScope)
  return createElement(ScopeContext.Provider, { value }, children)
}
