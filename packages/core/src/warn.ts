declare const process: { readonly env: { readonly NODE_ENV?: string } }

/** Keys of the warnings that were shown. */
export const shownWarnings: Set<string> = /* @__PURE__ */ new Set()

/** Writes a warning for developers to the console, once per `key`. Does nothing if `NODE_ENV` is `production`. */
export function warnOnce(key: string, message: string): void {
  if (shownWarnings.has(key) || isProduction()) return
  shownWarnings.add(key)
  console.warn(message)
}

function isProduction(): boolean {
  try {
    // Bundlers replace this expression. It stays as it is, so that they find it.
    return process.env.NODE_ENV === 'production'
  } catch {
    // A page without a bundler has no `process`.
    return false
  }
}
