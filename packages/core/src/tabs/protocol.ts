import type { TransportRequest } from '../connection/transport.ts'

/** Version of the messages between tabs. Tabs of another version have other names, so they never meet. */
const PROTOCOL = 1

/** Part of an event stream: whole lines, and the id after them; `''` if they do not change it. */
export type Entry = readonly [id: string, text: string]

/** Term of a leader. Of two leaders, the one with the later term is right. */
export type Term = readonly [counter: number, tab: string]

/** Message of a leader, to all tabs or to one. */
export type LeaderMessage = { readonly term: Term } & (
  | { readonly type: 'here' }
  | { readonly type: 'batch'; readonly ordinal: number; readonly entries: readonly Entry[] }
  /** The leader leaves; `failed` if its connection has failed, so that a new attempt should wait. */
  | { readonly type: 'bye'; readonly failed: boolean }
  /** Answer to `ask`. Without entries, the leader does not have the id. */
  | (Omit<Join, 'entries'> & { readonly to: string; readonly entries: readonly Entry[] | undefined })
  /** The follower has not acknowledged enough, and is not served any more. */
  | { readonly type: 'drop'; readonly to: string }
)

/** Entries after the id that a tab asked for. The batches from `ordinal` + 1 follow. */
export interface Join {
  readonly type: 'join'
  readonly after: string
  readonly term: Term
  readonly ordinal: number
  readonly entries: readonly Entry[]
}

/** Message to the leader. `seen` is the latest term that the tab has seen. */
export type TabMessage = { readonly from: string; readonly seen: Term } &
  /** Asks for what follows an id, or, without one, if the leader is alive. */
  (
    | { readonly type: 'ask'; readonly after: string | undefined }
    | { readonly type: 'ack'; readonly length: number }
  )

export type Mail = LeaderMessage | TabMessage

/** Returns true unless the data comes from other code of the origin, which may send anything. */
export function isMail(data: unknown): data is Mail {
  const { term, seen } = Object(data) as { readonly term?: unknown; readonly seen?: unknown }
  return Array.isArray(term ?? seen)
}

/** Returns true if a term is later than another one. */
export function isLater([counter, tab]: Term, [otherCounter, otherTab]: Term): boolean {
  return counter > otherCounter || (counter === otherCounter && tab > otherTab)
}

/** Returns the length of entries, in UTF-16 code units. */
export function lengthOf(entries: readonly Entry[]): number {
  return entries.reduce((length, [, text]) => length + text.length, 0)
}

/** Returns the name under which tabs with the same request and the same user find each other. */
export function nameOf(
  { url, method = 'GET', body, credentials = 'same-origin' }: TransportRequest,
  user: string | null | undefined,
): string {
  return JSON.stringify(['headwater', PROTOCOL, url, method.toUpperCase(), body, credentials, { user }])
}
