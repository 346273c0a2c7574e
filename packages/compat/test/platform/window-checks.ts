import type { Check } from './listen.ts'

// What only a page can be held to: frames, being stopped, being left and come back to.

/** A frame that has the same class as its page, made anew in the frame's own realm. */
async function makeFrame(): Promise<Window & typeof globalThis> {
  const frame = document.createElement('iframe')
  frame.src = `/frames/page${location.search}`
  const loaded = new Promise((resolve) => frame.addEventListener('load', resolve))
  document.body.append(frame)
  await loaded
  return frame.contentWindow as Window & typeof globalThis
}

/** What an event says once one of the type comes. */
const once = (source: EventSource, type: string, show: (event: MessageEvent) => unknown) =>
  new Promise<string[]>((resolve) => {
    source.addEventListener(type, (event) => {
      resolve([String(show(event))])
      source.close()
    })
  })

export const windowChecks: readonly Check[] = [
  {
    title: 'In a frame the address is relative to the frame',
    scopes: ['window'],
    expected: ['true 1'],
    async run({ home }) {
      const frame = await makeFrame()
      const source = new frame.EventSource('say')
      return once(source, 'open', () => `${source.url === `${home}/frames/say`} ${source.readyState}`)
    },
  },
  {
    title: 'In a frame a message is a MessageEvent of the frame',
    scopes: ['window'],
    expected: ['true'],
    async run() {
      const frame = await makeFrame()
      return once(
        new frame.EventSource('say'),
        'message',
        (event) => event.constructor === frame.MessageEvent,
      )
    },
  },
  {
    title: 'A page that has set its domain is served',
    scopes: ['window'],
    expected: ['1'],
    async run() {
      try {
        document.domain = String(document.domain)
      } catch {
        // A browser may refuse to have it set.
      }
      const source = new EventSource('/say')
      return once(source, 'open', () => source.readyState)
    },
  },
  {
    title: 'The base of the document counts',
    scopes: ['window'],
    expected: ['true'],
    run({ home }) {
      const base = document.createElement('base')
      base.href = '/elsewhere/'
      document.head.append(base)
      const source = new EventSource('say')
      base.remove()
      source.close()
      return [String(source.url === `${home}/elsewhere/say`)]
    },
  },
  {
    title: 'A page that is stopped while it connects fails for good',
    scopes: ['window'],
    expected: ['error 2'],
    run: () =>
      new Promise((resolve) => {
        const source = new EventSource('/silent')
        source.onopen = () => resolve(['open'])
        source.onerror = () => resolve([`error ${source.readyState}`])
        setTimeout(() => window.stop(), 100)
      }),
  },
  {
    title: 'A page that is stopped while it is open fails for good',
    scopes: ['window'],
    expected: ['error 2'],
    run: () =>
      new Promise((resolve) => {
        const source = new EventSource('/stay')
        source.onmessage = () => window.stop()
        source.onerror = () => resolve([`error ${source.readyState}`])
      }),
  },
  {
    title: 'In a worker that closes itself it begins connecting',
    scopes: ['dedicated'],
    expected: ['0'],
    run: () => {
      const source = new EventSource('/say')
      return [String(source.readyState)]
    },
  },
]
