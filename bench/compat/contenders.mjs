// The original clients and the drop-ins, in Node and in a page. Each passes the data of a stream's messages to `sink` until
// `total` messages are delivered.
import { upTo } from '../client/contenders.mjs'

const events = (EventSource, url, total, sink) =>
  upTo(total, sink, (onData, fail) => {
    const source = new EventSource(url)
    source.onmessage = (event) => onData(event.data)
    source.onerror = (event) => fail(new Error(event.message ?? 'the stream failed'))
    return () => source.close()
  })

const fetching = (fetchEventSource, url, total, sink) =>
  upTo(total, sink, (onData, fail) => {
    const controller = new AbortController()
    fetchEventSource(url, {
      signal: controller.signal,
      openWhenHidden: true,
      onmessage: (message) => onData(message.data),
    }).catch(fail)
    return () => controller.abort()
  })

const inPage = typeof document === 'object'

export const OURS = {
  EventSource: 'EventSource',
  EventSourcePolyfill: 'EventSourcePolyfill',
  fetchEventSource: 'fetchEventSource',
}

/** Pairs of a drop-in and its original. `most` is the target: the largest acceptable ratio of CPU time. */
export const PAIRS = [
  { ours: OURS.EventSource, peer: 'eventsource', most: 0.6 },
  { ours: OURS.EventSource, peer: 'undici', most: 0.6, only: 'Node' },
  { ours: OURS.EventSource, peer: 'the browser’s own', only: 'Chromium' },
  { ours: OURS.EventSourcePolyfill, peer: 'event-source-polyfill' },
  { ours: OURS.fetchEventSource, peer: '@microsoft/fetch-event-source', most: 0.5 },
]

export const contenders = {
  async [OURS.EventSource]() {
    const { EventSource } = await import('@headwater/compat/event-source')
    return (...args) => events(EventSource, ...args)
  },
  async [OURS.EventSourcePolyfill]() {
    const { EventSourcePolyfill } = await import('@headwater/compat/event-source-polyfill')
    return (...args) => events(EventSourcePolyfill, ...args)
  },
  async [OURS.fetchEventSource]() {
    const { fetchEventSource } = await import('@headwater/compat/fetch-event-source')
    return (...args) => fetching(fetchEventSource, ...args)
  },
  async eventsource() {
    const { EventSource } = await import('eventsource')
    return (...args) => events(EventSource, ...args)
  },
  async 'event-source-polyfill'() {
    const { EventSourcePolyfill } = (await import('event-source-polyfill')).default
    return (...args) => events(EventSourcePolyfill, ...args)
  },
  async '@microsoft/fetch-event-source'() {
    // It is made for pages and uses these globals when it closes.
    if (!inPage) Object.assign(globalThis, { window: globalThis, document: new EventTarget() })
    const { fetchEventSource } = await import('@microsoft/fetch-event-source')
    return (...args) => fetching(fetchEventSource, ...args)
  },
  ...(inPage
    ? {
        async 'the browser’s own'() {
          return (...args) => events(globalThis.EventSource, ...args)
        },
      }
    : {
        async undici() {
          const { EventSource } = await import(/* @vite-ignore */ 'undici')
          return (...args) => events(EventSource, ...args)
        },
      }),
}
