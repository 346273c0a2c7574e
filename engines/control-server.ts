import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { pathToFileURL } from 'node:url'
import type { Page } from '../packages/conformance/src/adapter.ts'
import type { LoopbackServer } from '../packages/conformance/src/remote-server.ts'
import { renderOnServer, startLoopbackServer } from '../packages/conformance/src/server.ts'
import type { TestProject } from 'vitest/node'

/** Starts the control server before the tests of a project, and closes it after them. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const loopbacks: LoopbackServer[] = []
  const server = createServer((request, response) => {
    response.setHeader('access-control-allow-origin', '*')
    void answer(project, loopbacks, request, response).catch((error) =>
      response.writeHead(500).end(String(error)),
    )
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  project.provide('control', `http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  return async () => {
    server.close()
    server.closeAllConnections()
    await Promise.all(loopbacks.map((loopback) => loopback.close()))
  }
}

async function answer(
  { config }: TestProject,
  loopbacks: LoopbackServer[],
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { pathname, searchParams } = new URL(request.url!, 'http://localhost')
  if (pathname === '/chunks') return sendChunks(searchParams.getAll('chunk'), response)
  const body = await readJson(request)
  const [, route, id] = pathname.split('/')
  if (route === 'render') {
    const { path, page } = body as { path: string; page: Page }
    // Vite serves the folder of the project as the root, and test files by their whole path.
    const file = path.startsWith(config.root) ? path : config.root + path
    return sendJson(response, await renderOnServer(pathToFileURL(file).href, page))
  }
  if (id === undefined) {
    const loopback = await startLoopbackServer((body as { isSilent: boolean }).isSilent)
    return sendJson(response, { id: loopbacks.push(loopback) - 1, url: loopback.url })
  }
  return sendJson(response, (await use(loopbacks[Number(id)]!, body)) ?? null)
}

/** Calls a method of a loopback server, or reads its state. */
function use(loopback: LoopbackServer, body: object): unknown {
  if ('publish' in body) return loopback.publish(...(body.publish as string[]))
  if ('refuseNext' in body) return loopback.refuseNext()
  if ('close' in body) return loopback.close()
  return loopback[(body as { read: 'requests' | 'connections' }).read]
}

/** Sends an event stream in the given chunks, which are base64. Each is written in its own turn. */
async function sendChunks(chunks: readonly string[], response: ServerResponse): Promise<void> {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
  for (const chunk of chunks) {
    response.write(Buffer.from(chunk, 'base64'))
    await new Promise((resolve) => setImmediate(resolve))
  }
  response.end()
}

async function readJson(request: IncomingMessage): Promise<object> {
  let text = ''
  for await (const chunk of request) text += String(chunk)
  return JSON.parse(text) as object
}

function sendJson(response: ServerResponse, value: unknown): void {
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(value))
}
