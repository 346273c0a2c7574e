// The originals and the drop-ins, each carrying a stream's messages to `sink` until `total` have come: in Node, and in a page.
import { upTo } from '../client/contenders.mjs'

const events = (EventSource, url, total, sink) =>
  upTo(total, sink, (take, fail) => {
    const source = new EventSource(url)
    source.onmessage = (event) => take(event.data)
    source.onerror = (event) => fail(new Error(event.message ?? 'the stream broke off'))
    return () => source.close()
  })

const fetching = (fetchEventSource, url, total, sink) =>
  upTo(total, sink, (take, fail) => {
    const controller = new AbortController()
    fetchEventSource(url, {
      signal: controller.signal,
      openWhenHidden: true,
      onmessage: (message) => take(message.data),
    }).catch(fail)
    return () => controller.abort()
  })

const inPage = typeof document === 'object'

export const OURS = {
  EventSource: 'EventSource',
  EventSourcePolyfill: 'EventSourcePolyfill',
  fetchEventSource: 'fetchEventSource',
}

/** What ours are held against, and the most of its time that they may take. */
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
    return (...all) => events(EventSource, ...all)
  },
  async [OURS.EventSourcePolyfill]() {
    const { EventSourcePolyfill } = await import('@headwater/compat/event-source-polyfill')
    return (...all) => events(EventSourcePolyfill, ...all)
  },
  async [OURS.fetchEventSource]() {
    const { fetchEventSource } = await import('@headwater/compat/fetch-event-source')
    return (...all) => fetching(fetchEventSource, ...all)
  },
  async eventsource() {
    const { EventSource } = await import('eventsource')
    return (...all) => events(EventSource, ...all)
  },
  async 'event-source-polyfill'() {
    const { EventSourcePolyfill } = (await import('event-source-polyfill')).default
    return (...all) => events(EventSourcePolyfill, ...all)
  },
  async '@microsoft/fetch-event-source'() {
    // It was made for pages, and asks for one when it closes.
    if (!inPage) Object.assign(globalThis, { window: globalThis, document: new EventTarget() })
    const { fetchEventSource } = await import('@microsoft/fetch-event-source')
    return (...all) => fetching(fetchEventSource, ...all)
  },
  ...(inPage
    ? {
        async 'the browser’s own'() {
          return (...all) => events(globalThis.EventSource, ...all)
        },
      }
    : {
        async undici() {
          const { EventSource } = await import(/* @vite-ignore */ 'undici')
          return (...all) => events(EventSource, ...all)
        },
      }),
}
