import type { IncomingMessage, ServerResponse } from 'node:http'
import { type BaseServer, createBaseServer } from '../connection/base-server.ts'

/** A request as a model's server sees it. */
export interface Asked {
  readonly method: string | undefined
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

/** A server on loopback that answers what it is told to, and keeps what it was asked. */
export interface ModelServer extends BaseServer {
  readonly asked: readonly Asked[]
}

export async function createModelServer(
  answer: (response: ServerResponse, asked: Asked) => void,
): Promise<ModelServer> {
  const asked: Asked[] = []
  const base = await createBaseServer(async (request, response) => {
    let body = ''
    for await (const part of request.setEncoding('utf8')) body += part as string
    const { method, headers } = request
    asked.push({ method, headers, body })
    answer(response, { method, headers, body })
  })
  return Object.defineProperties(base, { asked: { get: () => asked } }) as ModelServer
}

/** Begins an event stream. */
export function stream(response: ServerResponse, text = ''): void {
  response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' })
  response.write(text)
}
