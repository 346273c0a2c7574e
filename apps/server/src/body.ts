import type { IncomingMessage } from 'node:http'
import { HttpError } from './reply.ts'

const maxBytes = 1024 * 1024
const maxDiscardedBytes = 8 * maxBytes

/** Reads the JSON object in a request's body. Throws an `HttpError` if the body is anything else. */
export async function readObject(req: IncomingMessage): Promise<Record<string, unknown>> {
  const type = req.headers['content-type']?.split(';')[0]?.trim().toLowerCase()
  const bytes = await readAll(req)
  if (type !== 'application/json') {
    throw new HttpError(
      415,
      'wrong_content_type',
      'Send the body as JSON, with Content-Type: application/json.',
    )
  }
  let value: unknown
  try {
    value = JSON.parse(bytes.toString('utf8'))
  } catch {
    throw new HttpError(400, 'bad_json', 'The body is not valid JSON.')
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new HttpError(400, 'bad_json', 'The body must be a JSON object.')
  }
  return value as Record<string, unknown>
}

async function readAll(req: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  // Keeps reading a body that is too large, and discards it, up to a limit: a client that is disconnected while it sends
  // may never see the 413.
  for await (const chunk of req as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size <= maxBytes) chunks.push(chunk)
    if (size > maxDiscardedBytes) break
  }
  if (size > maxBytes)
    throw new HttpError(413, 'body_too_large', `The body is larger than ${maxBytes} bytes.`)
  return Buffer.concat(chunks)
}
