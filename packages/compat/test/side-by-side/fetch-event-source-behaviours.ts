import type { fetchEventSource } from '../../src/fetch-event-source.ts'
import type { Behaviour } from './behaviour.ts'
import { sleep, soon } from './scripted-server.ts'

export type FetchClient = typeof fetchEventSource

/** The page that both believe to be in. */
export const page = Object.assign(new EventTarget(), { hidden: false, visibilityState: 'visible' })

function show(visible: boolean): void {
  page.hidden = !visible
  page.visibilityState = visible ? 'visible' : 'hidden'
  page.dispatchEvent(new Event('visibilitychange'))
}

const open = { openWhenHidden: true }
const stays = { text: 'data: two\n\n', stays: true }
const ends = { text: 'id: 7\nretry: 20\ndata: one\n\n' }
/** Sent once. */
const strict = {
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
    title: 'method, headers and body are sent',
    answers: [ends],
    async run(client, { url, asked }) {
      const headers = { 'Content-Type': 'application/json', Authorization: 'Bearer demo' }
      await client(url, { ...open, method: 'POST', headers, body: '{"a":1}' })
      const { method, headers: sent, body } = asked[0]!
      return `${method} ${sent['content-type']} ${sent.authorization} ${sent.accept} ${body}`
    },
  },
  {
    title: 'messages, the end and the promise',
    answers: [{ text: 'event: greeting\nid: 1\ndata: a\ndata: b\n\ndata: c\n\nevent: message\ndata: d\n\n' }],
    async run(client, { url }) {
      const log: string[] = []
      await client(url, {
        ...open,
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
    title: 'the id of a message without one, after one that had one',
    answers: [{ text: 'id: 1\ndata: a\n\ndata: b\n\n' }],
    async run(client, { url }) {
      let last = ''
      await client(url, { ...open, onmessage: ({ id }) => void (last = id) })
      return last || 'empty'
    },
  },
  {
    title: 'what onerror throws rejects the promise',
    answers: [{ headers: { 'content-type': 'text/html' } }],
    run: (client, { url }) =>
      outcome(
        client(url, {
          ...open,
          onerror() {
            throw new Error('enough')
          },
        }),
      ),
  },
  {
    title: 'what onerror returns is waited for, and the id is sent',
    answers: [{ ...ends, breaks: true }, ends],
    async run(client, { url, asked }) {
      await client(url, { ...open, onerror: () => 1 })
      return `${asked.length} requests, ${asked[1]!.headers['last-event-id']}`
    },
  },
  {
    title: 'the server’s retry is waited for',
    answers: [{ ...ends, breaks: true }, ends],
    async run(client, { url, asked }) {
      await client(url, open)
      return `${asked.length} requests`
    },
  },
  {
    title: 'what onclose throws goes to onerror',
    answers: [ends],
    async run(client, { url, asked }) {
      const errors: string[] = []
      await client(url, {
        ...open,
        onclose() {
          if (asked.length < 2) throw new Error('again')
        },
        onerror: (error: Error) => void errors.push(error.message),
      })
      return `${errors.join()}, ${asked.length} requests`
    },
  },
  {
    title: 'what onopen throws goes to onerror',
    answers: [{ status: 403 }],
    run: (client, { url }) =>
      outcome(
        client(url, {
          ...open,
          ...strict,
          async onopen({ status }) {
            throw new Error(`refused ${status}`)
          },
        }),
      ),
  },
  {
    title: 'onopen may accept another content type',
    answers: [{ headers: { 'content-type': 'application/x-stream' }, text: 'data: x\n\n' }],
    async run(client, { url }) {
      let seen = ''
      await client(url, { ...open, async onopen() {}, onmessage: ({ data }) => void (seen = data) })
      return seen
    },
  },
  {
    title: 'what onmessage throws goes to onerror',
    answers: [{ text: 'data: a\n\n', stays: true }],
    run: (client, { url }) =>
      outcome(
        client(url, {
          ...open,
          ...strict,
          onmessage({ data }) {
            throw new Error(`bad ${data}`)
          },
        }),
      ),
  },
  {
    title: 'the answers that are open when onmessage has thrown, and it has asked again',
    answers: [stays],
    async run(client, server) {
      const controller = new AbortController()
      void client(server.url, {
        ...open,
        signal: controller.signal,
        onmessage() {
          if (server.asked.length < 3) throw new Error('bad')
        },
        onerror: () => 1,
      })
      await server.requests(3)
      await sleep(100)
      const count = server.open
      controller.abort()
      return String(count)
    },
  },
  {
    title: 'an aborted signal fulfils the promise',
    answers: [stays],
    run: (client, { url }) => {
      const controller = new AbortController()
      return outcome(client(url, { ...open, signal: controller.signal, onmessage: () => controller.abort() }))
    },
  },
  {
    title: 'messages after an abort, from the same chunk',
    answers: [{ text: 'data: 1\n\ndata: 2\n\ndata: 3\n\n', stays: true }],
    async run(client, { url }) {
      const controller = new AbortController()
      const seen: string[] = []
      await client(url, {
        ...open,
        signal: controller.signal,
        onmessage({ data }) {
          seen.push(data)
          controller.abort()
        },
      })
      await sleep(50)
      return seen.length === 1 ? 'are not delivered' : 'are delivered'
    },
  },
  {
    title: 'a signal that was aborted before',
    answers: [stays],
    async run(client, { url, asked }) {
      void client(url, { ...open, signal: AbortSignal.abort() }).catch(() => undefined)
      await sleep(100)
      return asked.length === 0 ? 'nothing is sent' : 'is ignored'
    },
  },
  {
    title: 'an abort within onerror',
    answers: [{ text: '', breaks: true }],
    async run(client, { url, asked }) {
      const controller = new AbortController()
      await client(url, {
        ...open,
        signal: controller.signal,
        onerror() {
          controller.abort()
          return 1
        },
      })
      await sleep(150)
      return asked.length === 1 ? 'ends it' : 'fulfils the promise, and it goes on'
    },
  },
  {
    title: 'calls of onmessage for comments and blank lines',
    answers: [{ text: ': hello\n\n\n\ndata: x\n\n\n' }],
    async run(client, { url }) {
      let calls = 0
      await client(url, { ...open, onmessage: () => void calls++ })
      return calls === 1 ? 'none' : 'with an empty message'
    },
  },
  {
    title: 'a field without a colon',
    answers: [{ text: 'data\n\n' }],
    async run(client, { url }) {
      let calls = 0
      await client(url, { ...open, onmessage: () => void calls++ })
      return calls === 1 ? 'has the empty value' : 'is ignored'
    },
  },
  {
    title: 'a U+FEFF that begins a value',
    answers: [{ text: 'data:\uFEFFx\n\n' }],
    async run(client, { url }) {
      let seen = ''
      await client(url, { ...open, onmessage: ({ data }) => void (seen = data) })
      return seen.length === 2 ? 'is kept' : 'is lost'
    },
  },
  {
    title: 'status 204, which means: no more',
    answers: [{ status: 204 }],
    async run(client, { url }) {
      const controller = new AbortController()
      const promise = client(url, { ...open, signal: controller.signal, onerror: () => 1 }).then(
        () => 'fulfils the promise',
      )
      const result = await soon(promise)
      controller.abort()
      return result === 'nothing' ? 'is asked again and again' : result
    },
  },
  {
    title: 'status 500 with the right content type, without onopen',
    answers: [{ status: 500, text: 'data: x\n\n' }],
    async run(client, { url }) {
      const result = await outcome(client(url, { ...open, ...strict }))
      return result === 'fulfilled' ? 'is read as a stream' : 'is an error'
    },
  },
  {
    title: 'a GET whose page is hidden and shown',
    answers: [{ text: 'id: 7\ndata: x\n\n', stays: true }],
    async run(client, server) {
      const controller = new AbortController()
      void client(server.url, { signal: controller.signal })
      await server.requests(1)
      await sleep(50)
      show(false)
      await sleep(50)
      const hidden = server.open
      show(true)
      await server.requests(2)
      controller.abort()
      return `${hidden} open while hidden, then another with ${server.asked[1]!.headers['last-event-id']}`
    },
  },
  {
    title: 'a POST without an id whose page is hidden and shown',
    answers: [stays],
    async run(client, server) {
      const controller = new AbortController()
      void client(server.url, { method: 'POST', body: 'x', signal: controller.signal })
      await server.requests(1)
      await sleep(50)
      show(false)
      await sleep(50)
      show(true)
      const again = await soon(server.requests(2), 200)
      controller.abort()
      return again === 'nothing' ? 'is kept' : 'is sent again'
    },
  },
  {
    title: 'the answers that are open when a page was hidden and shown while it waited to ask again',
    answers: [{ text: '', breaks: true }, stays],
    async run(client, server) {
      const controller = new AbortController()
      void client(server.url, { signal: controller.signal, onerror: () => 150 })
      await server.requests(1)
      await sleep(50)
      show(false)
      show(true)
      await sleep(300)
      const count = server.open
      controller.abort()
      return String(count)
    },
  },
  {
    title: 'a Request with a body that has to be sent again',
    answers: [{ text: 'id: 1\n\n', breaks: true }, ends],
    async run(client, { url }) {
      let failures = 0
      const controller = new AbortController()
      const promise = client(new Request(url, { method: 'POST', body: 'x' }), {
        ...open,
        signal: controller.signal,
        onerror: () => (++failures > 5 ? controller.abort() : undefined, 1),
      })
      await promise
      return failures === 1 ? 'is sent again' : 'fails for ever: its body was read'
    },
  },
  {
    title: 'where there is no document, as in a worker',
    answers: [ends],
    async run(client, { url }) {
      const { document } = globalThis
      delete (globalThis as { document?: unknown }).document
      const result = await outcome(client(url, strict))
      globalThis.document = document
      return result === 'fulfilled' ? 'works' : 'fails'
    },
  },
]
