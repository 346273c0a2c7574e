import type { TabSharing } from '../connection/relay.ts'
import type { ConnectionOptions, StreamUrl } from '../options.ts'

/** Options that identify a stream: together with the URL they decide which streams share a connection. */
export interface StreamIdentity extends Pick<ConnectionOptions, 'method' | 'body'> {
  /**
   * Additional part of the identity. Distinguishes streams, or identifies a stream whose URL is a function or whose body is not
   * text, which cannot be compared.
   */
  readonly key?: string | number
  /**
   * Shares the connection with other streams of the scope that have the same identity. Default `true`. A later subscriber gets the
   * current state and the data of another one with the same fold immediately, and the messages from then on; see `stateKey` of
   * a fold. The options of the oldest subscriber configure the connection, and `close()` closes it for all.
   *
   * `acrossTabs({ user })` of `@headwater/core/tabs` also shares it with the other tabs of the browser; `role` of the snapshot tells
   * whether this tab has the connection.
   */
  readonly share?: boolean | TabSharing
}

/** Returns the key under which streams with the same identity share a connection. */
export function streamKey(
  url: StreamUrl | null | undefined,
  { method, body, key, share }: StreamIdentity,
): string {
  const user = (share as TabSharing | undefined)?.user
  const identity = [comparable(url), method?.toUpperCase(), comparable(body), key]
  return JSON.stringify(user === undefined ? identity : [...identity, [user]])
}

/** Returns true if equal stream keys mean equal streams: URL and body can be compared, or a `key` is given. */
export function isShareable(url: StreamUrl, { body, key, share }: StreamIdentity): boolean {
  return share !== false && (key !== undefined || ![url, body].some((value) => comparable(value) === true))
}

/** Returns the text of a value, `null` for none, and `true` for a value that has no text to compare. */
function comparable(value: unknown): string | true | null {
  if (value == null) return null
  return typeof value === 'string' || value instanceof URL ? String(value) : true
}
