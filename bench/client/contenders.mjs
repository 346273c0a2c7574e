// Each carries a stream's messages to `sink`, and is done once `total` have come. What it needs is loaded when it is asked for,
// as each runs in a process of its own.

/** Counts to `total`, closes, and is done. */
export function upTo(total, sink, begin) {
  return new Promise((resolve, reject) => {
    let left = total
    const close = begin((data) => {
      sink(data)
      if (--left > 0) return
      // Some call back before they have returned what closes them.
      queueMicrotask(() => {
        close()
        resolve()
      })
    }, reject)
  })
}

async function chunks(url, each) {
  const response = await fetch(url)
  const reader = response.body.getReader()
  for (;;) {
    const { value } = await reader.read()
    if (!value) return
    each(value)
  }
}

async function events(EventSource, url, total, sink) {
  await upTo(total, sink, (take, fail) => {
    const source = new EventSource(url)
    source.addEventListener('message', (event) => take(event.data))
    source.addEventListener('error', (event) => fail(new Error(event.message ?? 'the stream broke off')))
    return () => source.close()
  })
}

export const FLOOR = 'floor: fetch and a reader'
export const OURS = 'headwater'

export const contenders = {
  [FLOOR]: async () => (url) => chunks(url, () => {}),
  async 'fetch and the parser alone'() {
    const { createParser } = await import('@headwater/core/parser')
    return (url, _, sink) => {
      const parser = createParser({ onMessage: (message) => sink(message.data) })
      return chunks(url, (bytes) => parser.feed(bytes))
    }
  },
  async [OURS]() {
    const { createEventStream } = await import('@headwater/core')
    return (url, total, sink) =>
      upTo(total, sink, (take) => {
        const stream = createEventStream(url)
        stream.onMessage((message) => take(message.data))
        stream.subscribe(() => {})
        return stream.close
      })
  },
  async 'headwater, for await'() {
    const { createEventStream } = await import('@headwater/core')
    return async (url, total, sink) => {
      let left = total
      for await (const message of createEventStream(url)) {
        sink(message.data)
        if (--left === 0) return
      }
    }
  },
  async 'eventsource-client'() {
    const { createEventSource } = await import('eventsource-client')
    return (url, total, sink) =>
      upTo(total, sink, (take) => {
        const source = createEventSource({ url, onMessage: (message) => take(message.data) })
        return () => source.close()
      })
  },
  async '@microsoft/fetch-event-source'() {
    // It was made for pages, and asks for one when it closes.
    Object.assign(globalThis, { window: globalThis, document: new EventTarget() })
    const { fetchEventSource } = await import('@microsoft/fetch-event-source')
    return (url, total, sink) =>
      upTo(total, sink, (take, fail) => {
        const controller = new AbortController()
        fetchEventSource(url, {
          fetch,
          signal: controller.signal,
          openWhenHidden: true,
          onmessage: (message) => take(message.data),
        }).catch(fail)
        return () => controller.abort()
      })
  },
  async eventsource() {
    const { EventSource } = await import('eventsource')
    return (url, total, sink) => events(EventSource, url, total, sink)
  },
  async undici() {
    const { EventSource } = await import('undici')
    return (url, total, sink) => events(EventSource, url, total, sink)
  },
}
