import type { IncomingMessage, ServerResponse } from 'node:http'
import { type BaseServer, createBaseServer } from '../connection/base-server.ts'

/** A request as the server receives it. */
export interface ReceivedRequest {
  readonly method: string | undefined
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

/** A server on loopback that records its requests. */
export interface ModelServer extends BaseServer {
  readonly received: readonly ReceivedRequest[]
}

export async function createModelServer(
  respond: (response: ServerResponse, request: ReceivedRequest) => void,
): Promise<ModelServer> {
  const received: ReceivedRequest[] = []
  const base = await createBaseServer(async (request, response) => {
    let body = ''
    for await (const part of request.setEncoding('utf8')) body += part as string
    const { method, headers } = request
    received.push({ method, headers, body })
    respond(response, { method, headers, body })
  })
  return Object.defineProperties(base, { received: { get: () => received } }) as ModelServer
}

/** Sends the head of an event stream and a first chunk. */
export function startStream(response: ServerResponse, text = ''): void {
  response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' })
  response.write(text)
}
