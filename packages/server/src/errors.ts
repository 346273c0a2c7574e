/**
 * Code of a {@link ServerError}.
 *
 * | code | meaning |
 * |---|---|
 * | `invalid-option` | an option has an invalid value or an unknown name |
 * | `invalid-message` | an event name or data that the event stream format cannot carry, or that JSON cannot |
 * | `reader-required` | the channel has a `filter`, and the call names no `reader` |
 */
export type ServerErrorCode = 'invalid-option' | 'invalid-message' | 'reader-required'

/** Thrown when a call is wrong. */
export class ServerError extends Error {
  override readonly name = 'ServerError'
  readonly code: ServerErrorCode
  constructor(code: ServerErrorCode, message: string) {
    super(message)
    this.code = code
  }
}
