import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Asked {
  readonly method: string
  readonly path: string
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

/** A server that answers by a script: what comes first gets the first answer, and so on; the last answers all that follow. */
export interface ScriptedServer {
  readonly url: string
  readonly asked: readonly Asked[]
  /** Answers that are open now. */
  readonly open: number
  /** Waits until so many requests have come. */
  requests(count: number): Promise<void>
  close(): Promise<void>
}

export interface Answer {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  readonly text?: string
  /** Left open after the text. */
  readonly stays?: boolean
  /** Broken off after the text. */
  readonly breaks?: boolean
}

async function readBody(request: IncomingMessage): Promise<string> {
  let body = ''
  for await (const chunk of request) body += String(chunk)
  return body
}

export async function startScriptedServer(...answers: readonly Answer[]): Promise<ScriptedServer> {
  const asked: Asked[] = []
  const open = new Set<ServerResponse>()
  let tell = (): void => undefined
  const server = createServer(async (request, response) => {
    response.on('error', () => undefined)
    const { method = '', url = '', headers } = request
    const body = await readBody(request)
    const {
      status = 200,
      headers: extra,
      text = '',
      stays,
      breaks,
    } = answers[Math.min(asked.length, answers.length - 1)]!
    asked.push({ method, path: url, headers, body })
    tell()
    open.add(response)
    response.on('close', () => {
      open.delete(response)
      tell()
    })
    response.writeHead(status, { 'content-type': 'text/event-stream', ...extra })
    response.flushHeaders()
    if (stays || breaks) response.write(text, () => breaks && response.destroy())
    else response.end(text)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    get open() {
      return open.size
    },
    async requests(count) {
      while (asked.length < count) await new Promise<void>((resolve) => (tell = resolve))
    },
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

export const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/** What a promise comes to, or that it comes to nothing while another thing would have come long ago. */
export const soon = <Value>(promise: Promise<Value>, ms = 500): Promise<Value | 'nothing'> =>
  Promise.race([promise, sleep(ms).then(() => 'nothing' as const)])
