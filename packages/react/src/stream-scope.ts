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

/** Holds nothing unless something is mounted in a browser, so that it leaks nothing between the requests of a server. */
export const ScopeContext: Context<Scope> = /* @__PURE__ */ createContext(/* @__PURE__ */ createScope())

/**
 * Gives the components below it a scope of their own: connections are shared within it, and not beyond. Without one, all
 * components of a page share theirs. A test that renders into its own scope meets no connection of the test before.
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
