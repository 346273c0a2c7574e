import type { ConnectionOptions, StreamUrl } from '../options.ts'
import type { Source } from './shared-connection.ts'

/** What makes a stream the same stream: its url, its method, its body, and a key of your own. */
export interface StreamIdentity extends Pick<ConnectionOptions, 'method' | 'body'> {
  /**
   * Tells streams apart, or names as one what cannot be compared: a url that is a function, a body that is not text.
   */
  readonly key?: string | number
  /**
   * Whether the connection is shared with others in the scope that ask for the same stream. Default `true`. One who comes
   * late has the state at once, and the messages from then on; under `latest()` also the one before. The connection goes by
   * the options of the one who has been there longest, and closing it by hand closes it for all.
   */
  readonly share?: boolean
}

/**
 * Where streams find each other: all that ask for the same stream in one scope share its connection. Holds what is
 * connected now and nothing else, so that rendering on a server leaves nothing in it.
 */
export type Scope = Map<string, Source>

/**
 * Makes a scope.
 *
 * @example
 * ```ts
 * import { createEventStream, createScope } from '@headwater/core'
 *
 * const scope = createScope()
 * const one = createEventStream('https://example.com/news', {}, scope)
 * const two = createEventStream('https://example.com/news', {}, scope) // one connection for both
 * ```
 */
export function createScope(): Scope {
  return new Map()
}

/** The same text for the same stream. */
export function streamKey(url: StreamUrl | null | undefined, { method, body, key }: StreamIdentity): string {
  return JSON.stringify([text(url), method?.toUpperCase(), text(body), key])
}

/** Whether two streams with the same identity must be the same: nothing in it is beyond comparing, or a key answers for it. */
export function isShareable(url: StreamUrl, { body, key, share }: StreamIdentity): boolean {
  return share !== false && (key !== undefined || ![url, body].some((value) => text(value) === true))
}

/** `true` for what cannot be compared by what it says. */
function text(value: unknown): string | true | null {
  if (value == null) return null
  return typeof value === 'string' || value instanceof URL ? String(value) : true
}
