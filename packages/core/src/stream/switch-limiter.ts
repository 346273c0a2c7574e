import type { StreamUrl } from '../options.ts'
import type { Clock } from '../platform/clock.ts'
import { warnOnce } from '../development.ts'

declare const process: { readonly env: { readonly NODE_ENV?: string } }

/** Limits the number of streams that one hook opens, if its URL changes again and again. */
export interface SwitchLimiter {
  /** Joins now, or once the limit allows it. Returns a function that cancels a join that waits. */
  admit(url: StreamUrl, clock: Clock, join: () => void): () => void
}

/** Hook that a limiter is for, as its warning names it. */
export interface LimitedHook {
  readonly name: string
  /** Returns the name of the component, if it is known. */
  component?(): string | undefined
  /** Means of the view library that keep a value, for instance `useMemo`. */
  readonly remedy: string
}

const MAX_JOINS = 4
const PERIOD_MS = 1_000

/**
 * Creates a limiter, one for each use of a hook. At most 4 streams are opened within a second, and a further one waits. Warns once
 * for each component.
 *
 * @example
 * ```ts
 * import { bindEventStream, createScope, createSwitchLimiter } from '@headwater/core'
 *
 * const switches = createSwitchLimiter({ name: 'useStream', remedy: 'a memo' })
 * const open = (url: string) => bindEventStream(() => url, () => ({}), { scope: createScope(), switches })
 * ```
 */
export function createSwitchLimiter(hook: LimitedHook): SwitchLimiter {
  /** Times of the latest joins, oldest first. */
  let joins: readonly number[] = []
  let previous: StreamUrl | undefined
  return {
    admit(url, clock, join) {
      let cancel: (() => void) | undefined
      const attempt = () => {
        const now = clock.monotonic()
        const [oldest = 0] = joins
        const waitMs = joins.length < MAX_JOINS ? 0 : oldest + PERIOD_MS - now
        if (waitMs > 0) {
          warnOften(hook, previous, url)
          cancel = clock.timer(attempt, waitMs)
          return
        }
        joins = [...joins, now].slice(-MAX_JOINS)
        previous = url
        join()
      }
      attempt()
      return () => cancel?.()
    },
  }
}

/** Warns about streams that are opened again and again. Does nothing in production: see development.ts. */
function warnOften(hook: LimitedHook, previous: StreamUrl | undefined, url: StreamUrl): void {
  try {
    if (process.env.NODE_ENV !== 'production') warn(hook, previous, url)
  } catch {
    warn(hook, previous, url)
  }
}

function warn(
  { name, component, remedy }: LimitedHook,
  previous: StreamUrl | undefined,
  url: StreamUrl,
): void {
  const owner = component?.()
  const place = owner ? `${name} in ${owner}` : name
  const [before, after] = [previous, url].map((each) => (typeof each === 'function' ? '' : String(each)))
  const change =
    before && after && before !== after
      ? `its URL changes again and again: from ${redact(before, after)} to ${redact(after, before)}`
      : 'its method, body or key changes again and again'
  warnOnce(
    `switches ${place}`,
    `${place} opened ${MAX_JOINS} streams within a second, because ${change}. Each is a new stream without data; further ones wait. Keep the URL the same between renders: build it outside of rendering, or with ${remedy}. If only the next attempt needs a new value, pass a function as the URL; it is called before each attempt. Its stream is identified by \`key\`.`,
  )
}

/** Returns a URL without credentials, and without the query values that both URLs have, which may be secret. */
function redact(url: string, other: string): string {
  const common = other.split(/[?&#]/)
  return url
    .replace(/\/\/[^/?#]*@/, '//')
    .replaceAll(/([^?&#=]+=)[^&#]+/g, (pair, name: string) => (common.includes(pair) ? `${name}…` : pair))
}
