import type { Check } from './listen.ts'

// Checks that need a page: frames, `document`, and `window.stop()`.

/** Creates a frame with the same script as the page, so that the class belongs to the realm of the frame. */
async function createFrame(): Promise<Window & typeof globalThis> {
  const frame = document.createElement('iframe')
  frame.src = `/frames/page${location.search}`
  const loaded = new Promise((resolve) => frame.addEventListener('load', resolve))
  document.body.append(frame)
  await loaded
  return frame.contentWindow as Window & typeof globalThis
}

/** Shows the first event of a type, and closes the source. */
const first = (source: EventSource, type: string, show: (event: MessageEvent) => unknown) =>
  new Promise<string[]>((resolve) => {
    source.addEventListener(type, (event) => {
      resolve([String(show(event))])
      source.close()
    })
  })

export const windowChecks: readonly Check[] = [
  {
    title: 'resolves a URL relative to the frame in a frame',
    scopes: ['window'],
    expected: ['true 1'],
    async run({ home }) {
      const frame = await createFrame()
      const source = new frame.EventSource('stream')
      return first(source, 'open', () => `${source.url === `${home}/frames/stream`} ${source.readyState}`)
    },
  },
  {
    title: 'dispatches a MessageEvent of the frame’s realm in a frame',
    scopes: ['window'],
    expected: ['true'],
    async run() {
      const frame = await createFrame()
      return first(
        new frame.EventSource('stream'),
        'message',
        (event) => event.constructor === frame.MessageEvent,
      )
    },
  },
  {
    title: 'connects in a page that has set document.domain',
    scopes: ['window'],
    expected: ['1'],
    async run() {
      try {
        document.domain = String(document.domain)
      } catch {
        // Some browsers do not allow it.
      }
      const source = new EventSource('/stream')
      return first(source, 'open', () => source.readyState)
    },
  },
  {
    title: 'resolves a URL relative to the base URL of the document',
    scopes: ['window'],
    expected: ['true'],
    run({ home }) {
      const base = document.createElement('base')
      base.href = '/elsewhere/'
      document.head.append(base)
      const source = new EventSource('stream')
      base.remove()
      source.close()
      return [String(source.url === `${home}/elsewhere/stream`)]
    },
  },
  {
    title: 'fails permanently when the page is stopped while connecting',
    scopes: ['window'],
    expected: ['error 2'],
    run: () =>
      new Promise((resolve) => {
        const source = new EventSource('/no-response')
        source.onopen = () => resolve(['open'])
        source.onerror = () => resolve([`error ${source.readyState}`])
        setTimeout(() => window.stop(), 100)
      }),
  },
  {
    title: 'fails permanently when the page is stopped while open',
    scopes: ['window'],
    expected: ['error 2'],
    run: () =>
      new Promise((resolve) => {
        const source = new EventSource('/open-stream')
        source.onmessage = () => window.stop()
        source.onerror = () => resolve([`error ${source.readyState}`])
      }),
  },
  {
    title: 'is CONNECTING after construction in a worker',
    scopes: ['dedicated'],
    expected: ['0'],
    run: () => {
      const source = new EventSource('/stream')
      return [String(source.readyState)]
    },
  },
]
