import type { OutgoingHttpHeaders, ServerResponse } from 'node:http'

/** Sends a JSON response. Does nothing if the client has disconnected. */
export function reply(
  res: ServerResponse,
  status: number,
  body: unknown,
  headers: OutgoingHttpHeaders = {},
): void {
  if (res.headersSent || res.destroyed) return
  const text = `${JSON.stringify(body)}\n`
  res.writeHead(status, {
    'Content-Type': 'application/json; charset=utf-8',
    'Content-Length': Buffer.byteLength(text),
    'Cache-Control': 'no-store',
    ...headers,
  })
  res.end(text)
}

/** An error that becomes the response. Its message says what failed and what to do. */
export class HttpError extends Error {
  readonly status: number
  readonly code: string
  readonly headers: OutgoingHttpHeaders

  constructor(status: number, code: string, message: string, headers: OutgoingHttpHeaders = {}) {
    super(message)
    this.name = 'HttpError'
    this.status = status
    this.code = code
    this.headers = headers
  }
}

/** Sends an error in the format of OpenAI's API, which all endpoints here use. */
export function replyError(res: ServerResponse, { status, code, message, headers }: HttpError): void {
  const type =
    status === 401 ? 'authentication_error' : status < 500 ? 'invalid_request_error' : 'server_error'
  reply(res, status, { error: { message, type, param: null, code } }, headers)
}
