import type { OutgoingHttpHeaders, ServerResponse } from 'node:http'

/** Answers with JSON. A client that is gone by then is no error. */
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

/** An error that is an answer: what happened, and what to do. */
export class Refusal extends Error {
  readonly status: number
  readonly code: string
  readonly headers: OutgoingHttpHeaders

  constructor(status: number, code: string, message: string, headers: OutgoingHttpHeaders = {}) {
    super(message)
    this.name = 'Refusal'
    this.status = status
    this.code = code
    this.headers = headers
  }
}

/** The shape that OpenAI's servers use for errors, here for all endpoints. */
export function replyRefusal(res: ServerResponse, { status, code, message, headers }: Refusal): void {
  const type =
    status === 401 ? 'authentication_error' : status < 500 ? 'invalid_request_error' : 'server_error'
  reply(res, status, { error: { message, type, param: null, code } }, headers)
}
