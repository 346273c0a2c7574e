import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { Refusal } from './reply.ts'

const limit = 1024 * 1024
const patience = 8 * limit

/** The JSON object in a request's body. Throws a `Refusal` for anything else. */
export async function readObject(req: IncomingMessage): Promise<Record<string, unknown>> {
  const type = req.headers['content-type']?.split(';')[0]?.trim().toLowerCase()
  const bytes = await readAll(req)
  if (type !== 'application/json') {
    throw new Refusal(
      415,
      'wrong_content_type',
      'Send the body as JSON, with Content-Type: application/json.',
    )
  }
  let value: unknown
  try {
    value = JSON.parse(bytes.toString('utf8'))
  } catch {
    throw new Refusal(400, 'bad_json', 'The body is not valid JSON.')
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Refusal(400, 'bad_json', 'The body must be a JSON object.')
  }
  return value as Record<string, unknown>
}

async function readAll(req: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  // What is too much is read on and thrown away, up to a point: a client that is cut off while it sends may never
  // see the answer.
  for await (const chunk of req as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size <= limit) chunks.push(chunk)
    if (size > patience) break
  }
  // Node says 'close' once the body has been read, which better-sse would take for a client that left.
  if (!req.closed) await once(req, 'close')
  if (size > limit) throw new Refusal(413, 'body_too_large', `The body is larger than ${limit} bytes.`)
  return Buffer.concat(chunks)
}
