import { inject } from 'vitest'
import type { Page } from './adapter.ts'
import type { LoopbackServer } from './loopback-server.ts'

export type { LoopbackServer } from './loopback-server.ts'

// Stands in for `server.ts` in the page of a browser: the same functions, over HTTP. See `engines/control-server.ts`.

/** Starts a server in the process that runs the tests. Its state is read synchronously, as if it were in this one. */
export async function startLoopbackServer(isSilent = false): Promise<LoopbackServer> {
  const { id, url } = await send('/loopback', { isSilent })
  const call = (body: object) => sendSync(`/loopback/${id}`, body)
  return {
    url,
    get requests() {
      return call({ read: 'requests' })
    },
    get connections() {
      return call({ read: 'connections' })
    },
    publish: (...data) => call({ publish: data }),
    refuseNext: () => call({ refuseNext: true }),
    close: async () => void (await send(`/loopback/${id}`, { close: true })),
  }
}

/** Renders a page on a server, like its namesake in `server.ts`. */
export async function renderOnServer(url: string, page: Page): Promise<string> {
  return await send('/render', { path: new URL(url).pathname, page })
}

const control = inject('control')
// Tests replace the global one.
const { fetch } = globalThis

async function send(path: string, body: object = {}) {
  const response = await fetch(control + path, { method: 'POST', body: JSON.stringify(body) })
  if (!response.ok) throw new Error(await response.text())
  return await response.json()
}

function sendSync(path: string, body: object) {
  const request = new XMLHttpRequest()
  request.open('POST', control + path, false)
  request.send(JSON.stringify(body))
  return JSON.parse(request.responseText)
}
