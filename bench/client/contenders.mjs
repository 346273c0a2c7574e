// Clients that pass the data of a stream's messages to `sink` and resolve after `total` messages. Each one imports its
// package when it is created, because each runs in its own process.

/** Runs a client until it has delivered `total` messages, then closes it. */
export function upTo(total, sink, start) {
  return new Promise((resolve, reject) => {
    let left = total
    const close = start((data) => {
      sink(data)
      if (--left > 0) return
      // Some clients call back before `start` has returned the function that closes them.
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
  await upTo(total, sink, (onData, fail) => {
    const source = new EventSource(url)
    source.addEventListener('message', (event) => onData(event.data))
    source.addEventListener('error', (event) => fail(new Error(event.message ?? 'the stream failed')))
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
      upTo(total, sink, (onData) => {
        const stream = createEventStream(url)
        stream.onMessage((message) => onData(message.data))
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
      upTo(total, sink, (onData) => {
        const source = createEventSource({ url, onMessage: (message) => onData(message.data) })
        return () => source.close()
      })
  },
  async '@microsoft/fetch-event-source'() {
    // It is made for pages and uses these globals when it closes.
    Object.assign(globalThis, { window: globalThis, document: new EventTarget() })
    const { fetchEventSource } = await import('@microsoft/fetch-event-source')
    return (url, total, sink) =>
      upTo(total, sink, (onData, fail) => {
        const controller = new AbortController()
        fetchEventSource(url, {
          fetch,
          signal: controller.signal,
          openWhenHidden: true,
          onmessage: (message) => onData(message.data),
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
