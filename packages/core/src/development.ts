/** Keys of the warnings that were shown. */
export const shownWarnings: Set<string> = /* @__PURE__ */ new Set()

/**
 * Writes a warning for developers to the console, once per `key`.
 *
 * To be called only where `process.env.NODE_ENV` is not `production`. Bundlers replace that expression, and drop a `try` with nothing
 * else in it, together with its `catch`. So a function for developers has this form, and is empty in a production bundle:
 *
 *     try {
 *       if (process.env.NODE_ENV !== 'production') warn()
 *     } catch {
 *       warn() // a page without a bundler has no `process`
 *     }
 */
export function warnOnce(key: string, message: string): void {
  if (shownWarnings.has(key)) return
  shownWarnings.add(key)
  console.warn(message)
}
