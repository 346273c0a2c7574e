import { type AttemptContext, type PerAttempt, resolveOption } from '../options.ts'
import { isUnauthorized } from './retry-policy.ts'

type Headers = HeadersInit | undefined
type Refresh = Promise<Headers>

// Per `headers` function: the latest refresh started, and the latest one settled.
const pendingRefreshes = new WeakMap<object, Refresh>()
const settledRefreshes = new WeakMap<object, Refresh>()

/**
 * Creates the function that resolves the option `headers` for each attempt of one connection. After a 401 or 403 the option is
 * called once for all connections that were given the same function and whose rejected headers are older than the result.
 */
export function createHeaderResolver(): (headers: PerAttempt<Headers>, context: AttemptContext) => Refresh {
  /** Refresh that produced the current attempt's headers, or preceded them. */
  let known: Refresh | undefined
  return (headers, context) => {
    const resolve = () => resolveOption('headers', headers, context)
    if (typeof headers !== 'function') return resolve()
    if (!isUnauthorized(context.error)) {
      known = settledRefreshes.get(headers)
      return resolve()
    }
    let refresh = pendingRefreshes.get(headers)
    if (!refresh || refresh === known) {
      const started = (refresh = resolve())
      const settle = () => void settledRefreshes.set(headers, started)
      started.then(settle, settle)
      pendingRefreshes.set(headers, started)
    }
    return (known = refresh)
  }
}
