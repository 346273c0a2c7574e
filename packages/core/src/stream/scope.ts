import type { SharedConnectionOptions } from '../options.ts'
import type { EventStreamOptions } from './contract.ts'
import type { SharedConnection } from './shared-connection.ts'

/**
 * Options that a scope gives to all its streams. A stream's own option takes precedence. Options that identify a stream or decide
 * the type of its data cannot have a default.
 */
export interface StreamDefaults
  extends
    Omit<SharedConnectionOptions, 'method' | 'body' | 'initialLastEventId' | 'lastEventIdStore' | 'until'>,
    Pick<
      EventStreamOptions,
      | 'autoConnect'
      | 'closeDelayMs'
      | 'notify'
      | 'onGap'
      | 'onInvalid'
      | 'onReconnect'
      | 'queueLimit'
      | 'share'
    > {}

/**
 * Streams that share connections and defaults: streams with the same identity in one scope share a connection. Contains only
 * streams with subscribers, so rendering on a server leaves nothing in it.
 */
export interface Scope {
  /** Shared connections by stream key. */
  readonly connections: Map<string, SharedConnection>
  /** Latest defaults, together with those of the outer scope; `undefined` if there are none. */
  readonly defaults: StreamDefaults | undefined
  /** Functions that close a connected stream and forget its data. `resetScope` of `@headwater/core/testing` calls them. */
  readonly resets: Set<() => void>
}

/**
 * Creates a scope.
 *
 * @param defaults Options for all streams of the scope, or a function that returns them whenever they are used. Default: none.
 * @param outer Scope whose defaults apply where `defaults` has none. Connections are not shared with it.
 * @example
 * ```ts
 * import { createEventStream, createScope } from '@headwater/core'
 *
 * const scope = createScope({ headers: { authorization: 'Bearer …' } })
 * const one = createEventStream('https://example.com/news', {}, scope)
 * const two = createEventStream('https://example.com/news', {}, scope) // one connection for both
 * ```
 */
export function createScope(
  defaults?: StreamDefaults | (() => StreamDefaults | undefined),
  outer?: Scope,
): Scope {
  return {
    connections: new Map(),
    get defaults() {
      const own = typeof defaults === 'function' ? defaults() : defaults
      return own ? withDefaults(own, outer?.defaults) : outer?.defaults
    },
    resets: new Set(),
  }
}

/** Returns the options, with the defaults for those that are absent or `undefined`. The same object if there are no defaults. */
export function withDefaults<Options extends object>(
  options: Options,
  defaults: StreamDefaults | undefined,
): Options {
  if (!defaults) return options
  const merged: Record<string, unknown> = { ...defaults, ...options }
  for (const [name, value] of Object.entries(defaults)) if (merged[name] === undefined) merged[name] = value
  return merged as Options
}
