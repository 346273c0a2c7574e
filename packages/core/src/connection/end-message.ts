import { SseError } from '../errors.ts'
import { type DeliveryResult, ENDED } from './delivery.ts'

/** Type of the message by which a server ends a stream. It is not delivered as a message. */
export const END = 'headwater.end'

/** Returns the end that a message tells: `{ error: { code, message } }` makes the stream fail, anything else ends it. */
export function parseEnd(body: string): DeliveryResult {
  let error: { readonly code?: unknown; readonly message?: unknown } | undefined
  try {
    ;({ error } = JSON.parse(body))
  } catch {
    // It is the end, whatever it is.
  }
  if (!error) return ENDED
  const text = `The server reported an error: ${error.message} (${error.code})`
  return { ended: true, error: new SseError('server', text, { body }) }
}
