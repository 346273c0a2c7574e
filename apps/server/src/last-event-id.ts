import type { IncomingMessage } from 'node:http'

const longest = 256

/** The `Last-Event-ID` of a request, '' if it has none. The specification sends UTF-8, which Node reads as Latin-1. */
export function lastEventIdOf({ headers }: IncomingMessage): string {
  const value = headers['last-event-id']
  return Buffer.from(typeof value === 'string' ? value : '', 'latin1')
    .toString('utf8')
    .slice(0, longest)
}
