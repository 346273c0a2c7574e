import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface RecordedRequest {
  readonly method: string
  readonly path: string
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

/** A server with one scripted response for each request. The last one answers all further requests. */
export interface ScriptedServer {
  readonly url: string
  readonly requests: readonly RecordedRequest[]
  /** Number of open responses. */
  readonly openResponses: number
  /** Waits until the server has received `count` requests. */
  waitForRequests(count: number): Promise<void>
  close(): Promise<void>
}

export interface ScriptedResponse {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  readonly text?: string
  /** Keeps the response open after the text. */
  readonly staysOpen?: boolean
  /** Breaks the connection after the text. */
  readonly breaks?: boolean
}

async function readBody(request: IncomingMessage): Promise<string> {
  let body = ''
  for await (const chunk of request) body += String(chunk)
  return body
}

export async function startScriptedServer(
  ...responses: readonly ScriptedResponse[]
): Promise<ScriptedServer> {
  const requests: RecordedRequest[] = []
  const open = new Set<ServerResponse>()
  let notify = (): void => undefined
  const server = createServer(async (request, response) => {
    response.on('error', () => undefined)
    const { method = '', url = '', headers } = request
    const body = await readBody(request)
    const {
      status = 200,
      headers: extra,
      text = '',
      staysOpen,
      breaks,
    } = responses[Math.min(requests.length, responses.length - 1)]!
    requests.push({ method, path: url, headers, body })
    notify()
    open.add(response)
    response.on('close', () => {
      open.delete(response)
      notify()
    })
    response.writeHead(status, { 'content-type': 'text/event-stream', ...extra })
    response.flushHeaders()
    if (staysOpen || breaks) response.write(text, () => breaks && response.destroy())
    else response.end(text)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    get openResponses() {
      return open.size
    },
    async waitForRequests(count) {
      while (requests.length < count) await new Promise<void>((resolve) => (notify = resolve))
    },
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

export const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/** Returns the value of a promise, or `'timeout'` if it is not fulfilled within `ms` milliseconds. */
export const withTimeout = <Value>(promise: Promise<Value>, ms = 500): Promise<Value | 'timeout'> =>
  Promise.race([promise, sleep(ms).then(() => 'timeout' as const)])
