import type { fetchEventSource } from '../../src/fetch-event-source.ts'
import type { Behaviour } from './behaviour.ts'
import { type ScriptedServer, sleep, withTimeout } from './scripted-server.ts'

export type FetchClient = typeof fetchEventSource

/** A simulated document, installed as the global `document` for both clients. */
export const page = Object.assign(new EventTarget(), { hidden: false, visibilityState: 'visible' })

function setVisible(visible: boolean): void {
  page.hidden = !visible
  page.visibilityState = visible ? 'visible' : 'hidden'
  page.dispatchEvent(new Event('visibilitychange'))
}

const keepOpen = { openWhenHidden: true }
const openStream = { text: 'data: two\n\n', staysOpen: true }
const completeStream = { text: 'id: 7\nretry: 20\ndata: one\n\n' }
const withoutRetry = {
  onerror(error: unknown) {
    throw error
  },
}
const outcome = (promise: Promise<void>) =>
  promise.then(
    () => 'fulfilled',
    (error: Error) => `rejected with ${error.message}`,
  )

export const fetchBehaviours: readonly Behaviour<FetchClient>[] = [
  {
    title: 'method, headers and body of the request',
    responses: [completeStream],
    async run(client, { url, requests }) {
      const headers = { 'Content-Type': 'application/json', Authorization: 'Bearer demo' }
      await client(url, { ...keepOpen, method: 'POST', headers, body: '{"a":1}' })
      const { method, headers: sent, body } = requests[0]!
      return `${method} ${sent['content-type']} ${sent.authorization} ${sent.accept} ${body}`
    },
  },
  {
    title: 'order of onopen, onmessage and onclose',
    responses: [
      { text: 'event: greeting\nid: 1\ndata: a\ndata: b\n\ndata: c\n\nevent: message\ndata: d\n\n' },
    ],
    async run(client, { url }) {
      const log: string[] = []
      await client(url, {
        ...keepOpen,
        async onopen(response) {
          log.push(`open ${response.status}`)
        },
        onmessage: ({ event, data }) => void log.push(`${event}:${data}`),
        onclose: () => void log.push('close'),
      })
      return JSON.stringify(log)
    },
  },
  {
    title: '`id` of a message without an ID, after a message with ID 1',
    responses: [{ text: 'id: 1\ndata: a\n\ndata: b\n\n' }],
    async run(client, { url }) {
      let last = ''
      await client(url, { ...keepOpen, onmessage: ({ id }) => void (last = id) })
      return last || 'empty'
    },
  },
  {
    title: 'onerror throws',
    responses: [{ headers: { 'content-type': 'text/html' } }],
    run: (client, { url }) =>
      outcome(
        client(url, {
          ...keepOpen,
          onerror() {
            throw new Error('stop')
          },
        }),
      ),
  },
  {
    title: 'onerror returns a delay',
    responses: [{ ...completeStream, breaks: true }, completeStream],
    async run(client, { url, requests }) {
      await client(url, { ...keepOpen, onerror: () => 1 })
      return `${requests.length} requests, ${requests[1]!.headers['last-event-id']}`
    },
  },
  ...[NaN, Promise.resolve()].map((result) => ({
    title: `onerror returns ${typeof result === 'number' ? 'NaN' : 'a promise'}`,
    responses: [{ text: '', breaks: true }],
    async run(client: FetchClient, server: ScriptedServer) {
      const controller = new AbortController()
      const { signal } = controller
      void client(server.url, { ...keepOpen, signal, onerror: () => result as never })
      const outcome = await withTimeout(server.waitForRequests(10), 900)
      controller.abort()
      return outcome === 'timeout' ? 'waits for the default delay' : 'reconnects without delay'
    },
  })),
  {
    title: '`retry: 0`, with a connection that breaks at once',
    responses: [{ text: 'retry: 0\n\n', breaks: true }],
    async run(client, server) {
      const controller = new AbortController()
      void client(server.url, { ...keepOpen, signal: controller.signal })
      const outcome = await withTimeout(server.waitForRequests(20), 1_500)
      controller.abort()
      return outcome === 'timeout' ? 'waits 100 ms after three short connections' : 'reconnects without delay'
    },
  },
  {
    title: '`retry` of the server',
    responses: [{ ...completeStream, breaks: true }, completeStream],
    async run(client, { url, requests }) {
      await client(url, keepOpen)
      return `${requests.length} requests`
    },
  },
  {
    title: 'onclose throws',
    responses: [completeStream],
    async run(client, { url, requests }) {
      const errors: string[] = []
      await client(url, {
        ...keepOpen,
        onclose() {
          if (requests.length < 2) throw new Error('again')
        },
        onerror: (error: Error) => void errors.push(error.message),
      })
      return `${errors.join()}, ${requests.length} requests`
    },
  },
  {
    title: 'onopen throws',
    responses: [{ status: 403 }],
    run: (client, { url }) =>
      outcome(
        client(url, {
          ...keepOpen,
          ...withoutRetry,
          async onopen({ status }) {
            throw new Error(`refused ${status}`)
          },
        }),
      ),
  },
  {
    title: 'onopen accepts another content type',
    responses: [{ headers: { 'content-type': 'application/x-stream' }, text: 'data: x\n\n' }],
    async run(client, { url }) {
      let seen = ''
      await client(url, { ...keepOpen, async onopen() {}, onmessage: ({ data }) => void (seen = data) })
      return seen
    },
  },
  {
    title: 'onmessage throws',
    responses: [{ text: 'data: a\n\n', staysOpen: true }],
    run: (client, { url }) =>
      outcome(
        client(url, {
          ...keepOpen,
          ...withoutRetry,
          onmessage({ data }) {
            throw new Error(`bad ${data}`)
          },
        }),
      ),
  },
  {
    title: 'open connections after onmessage has thrown twice',
    responses: [openStream],
    async run(client, server) {
      const controller = new AbortController()
      void client(server.url, {
        ...keepOpen,
        signal: controller.signal,
        onmessage() {
          if (server.requests.length < 3) throw new Error('bad')
        },
        onerror: () => 1,
      })
      await server.waitForRequests(3)
      await sleep(100)
      const count = server.openResponses
      controller.abort()
      return String(count)
    },
  },
  {
    title: 'promise after an abort',
    responses: [openStream],
    run: (client, { url }) => {
      const controller = new AbortController()
      return outcome(
        client(url, { ...keepOpen, signal: controller.signal, onmessage: () => controller.abort() }),
      )
    },
  },
  {
    title: 'messages of the same chunk after an abort',
    responses: [{ text: 'data: 1\n\ndata: 2\n\ndata: 3\n\n', staysOpen: true }],
    async run(client, { url }) {
      const controller = new AbortController()
      const seen: string[] = []
      await client(url, {
        ...keepOpen,
        signal: controller.signal,
        onmessage({ data }) {
          seen.push(data)
          controller.abort()
        },
      })
      await sleep(50)
      return seen.length === 1 ? 'not delivered' : 'delivered'
    },
  },
  {
    title: 'signal that is already aborted',
    responses: [openStream],
    async run(client, { url, requests }) {
      void client(url, { ...keepOpen, signal: AbortSignal.abort() }).catch(() => undefined)
      await sleep(100)
      return requests.length === 0 ? 'no request is sent' : 'ignored'
    },
  },
  {
    title: 'abort in onerror',
    responses: [{ text: '', breaks: true }],
    async run(client, { url, requests }) {
      const controller = new AbortController()
      await client(url, {
        ...keepOpen,
        signal: controller.signal,
        onerror() {
          controller.abort()
          return 1
        },
      })
      await sleep(150)
      return requests.length === 1 ? 'stops' : 'the promise fulfils, but requests continue'
    },
  },
  {
    title: 'comments and blank lines',
    responses: [{ text: ': hello\n\n\n\ndata: x\n\n\n' }],
    async run(client, { url }) {
      let calls = 0
      await client(url, { ...keepOpen, onmessage: () => void calls++ })
      return calls === 1 ? 'ignored' : 'onmessage gets an empty message'
    },
  },
  {
    title: 'field without a colon',
    responses: [{ text: 'data\n\n' }],
    async run(client, { url }) {
      let calls = 0
      await client(url, { ...keepOpen, onmessage: () => void calls++ })
      return calls === 1 ? 'empty value' : 'ignored'
    },
  },
  {
    title: 'U+FEFF at the start of a value',
    responses: [{ text: 'data:\uFEFFx\n\n' }],
    async run(client, { url }) {
      let seen = ''
      await client(url, { ...keepOpen, onmessage: ({ data }) => void (seen = data) })
      return seen.length === 2 ? 'kept' : 'removed'
    },
  },
  {
    title: 'status 204 (stop reconnecting)',
    responses: [{ status: 204 }],
    async run(client, { url }) {
      const controller = new AbortController()
      const promise = client(url, { ...keepOpen, signal: controller.signal, onerror: () => 1 }).then(
        () => 'the promise fulfils',
      )
      const result = await withTimeout(promise)
      controller.abort()
      return result === 'timeout' ? 'reconnects forever' : result
    },
  },
  {
    title: 'status 500 with the content type of an event stream, without onopen',
    responses: [{ status: 500, text: 'data: x\n\n' }],
    async run(client, { url }) {
      const result = await outcome(client(url, { ...keepOpen, ...withoutRetry }))
      return result === 'fulfilled' ? 'read as a stream' : 'error'
    },
  },
  {
    title: 'GET when the page is hidden and shown again',
    responses: [{ text: 'id: 7\ndata: x\n\n', staysOpen: true }],
    async run(client, server) {
      const controller = new AbortController()
      void client(server.url, { signal: controller.signal })
      await server.waitForRequests(1)
      await sleep(50)
      setVisible(false)
      await sleep(50)
      const hidden = server.openResponses
      setVisible(true)
      await server.waitForRequests(2)
      controller.abort()
      return `${hidden} open while hidden, then a request with Last-Event-ID ${server.requests[1]!.headers['last-event-id']}`
    },
  },
  {
    title: 'POST without an ID when the page is hidden and shown again',
    responses: [openStream],
    async run(client, server) {
      const controller = new AbortController()
      void client(server.url, { method: 'POST', body: 'x', signal: controller.signal })
      await server.waitForRequests(1)
      await sleep(50)
      setVisible(false)
      await sleep(50)
      setVisible(true)
      const resent = await withTimeout(server.waitForRequests(2), 200)
      controller.abort()
      return resent === 'timeout' ? 'stays open' : 'sent again'
    },
  },
  {
    title: 'open connections after the page is hidden and shown during a retry delay',
    responses: [{ text: '', breaks: true }, openStream],
    async run(client, server) {
      const controller = new AbortController()
      void client(server.url, { signal: controller.signal, onerror: () => 150 })
      await server.waitForRequests(1)
      await sleep(50)
      setVisible(false)
      setVisible(true)
      await sleep(300)
      const count = server.openResponses
      controller.abort()
      return String(count)
    },
  },
  {
    title: 'retry of a `Request` with a body',
    responses: [{ text: 'id: 1\n\n', breaks: true }, completeStream],
    async run(client, { url }) {
      let failures = 0
      const controller = new AbortController()
      const promise = client(new Request(url, { method: 'POST', body: 'x' }), {
        ...keepOpen,
        signal: controller.signal,
        onerror: () => (++failures > 5 ? controller.abort() : undefined, 1),
      })
      await promise
      return failures === 1 ? 'sent again' : 'fails forever: the body is used up'
    },
  },
  {
    title: 'without a document, as in a worker',
    responses: [completeStream],
    async run(client, { url }) {
      const { document } = globalThis
      delete (globalThis as { document?: unknown }).document
      const result = await outcome(client(url, withoutRetry))
      globalThis.document = document
      return result === 'fulfilled' ? 'works' : 'fails'
    },
  },
]
