import type { IncomingMessage } from 'node:http'

const maxLength = 256

/** Returns the `Last-Event-ID` of a request, '' if it has none. Clients send UTF-8, which Node decodes as Latin-1. */
export function lastEventIdOf({ headers }: IncomingMessage): string {
  const value = headers['last-event-id']
  return Buffer.from(typeof value === 'string' ? value : '', 'latin1')
    .toString('utf8')
    .slice(0, maxLength)
}
