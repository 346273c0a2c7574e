import { toByteString } from './body.ts'

/**
 * Relation of an open stream to the messages before it.
 *
 * - `fresh`: the first connection, without an id to resume from.
 * - `resumed`: the last event id was sent, and the server has said that it continues after it.
 * - `gap`: the server has said that messages are missing, when it answered or later.
 * - `unverified`: the last event id was sent, and the server has not said what it makes of it. It may continue after it, start
 *   again, or leave messages out.
 * - `restarted`: there was no id to send, so messages may be missing, or come again.
 *
 * A server says so with the response header `SSE-Resume: complete` or `gap`, a Mercure hub with `Mercure-Last-Event-ID`, and with a
 * message of the type `headwater.gap`: see the option `onGap`. A page of another origin sees a header only if
 * `Access-Control-Expose-Headers` names it.
 */
export type Continuity = 'fresh' | 'resumed' | 'gap' | 'unverified' | 'restarted'

/** Type of the message by which a server tells a gap. It is not delivered as a message. */
export const GAP = 'headwater.gap'

/** Messages that a server could not send, because it does not have them any more. */
export interface Gap {
  /** Id after which messages are missing; `null` if the server did not name one. */
  readonly from: string | null
  /** Id up to which messages are missing; `null` if the server does not know it. */
  readonly to: string | null
}

/** Parses the data of a gap message. Data that is not as expected is still a gap, with `null` for what it does not tell. */
export function parseGap(data: string): Gap {
  let gap: { readonly from?: unknown; readonly to?: unknown } | null = null
  try {
    gap = JSON.parse(data)
  } catch {
    // Something is missing, whatever it is.
  }
  const idOf = (value: unknown) => (typeof value === 'string' ? value : null)
  return { from: idOf(gap?.from), to: idOf(gap?.to) }
}

/**
 * Returns the server's answer to the id that was sent, from the headers of its response: `SSE-Resume`, or the header of a Mercure hub,
 * which names the id that it continues after.
 */
export function continuityOf(headers: Headers, sentId: string): Continuity | undefined {
  const hubId = headers.get('mercure-last-event-id')
  const answer = headers.get('sse-resume') ?? (hubId === toByteString(sentId) ? 'complete' : hubId && 'gap')
  return answer === 'complete' ? 'resumed' : answer === 'gap' ? answer : undefined
}
