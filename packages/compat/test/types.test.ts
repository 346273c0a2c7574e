import { EventSourcePolyfill } from '../src/event-source-polyfill.ts'
import { EventSource, type EventSourceError, type EventSourceInit } from '../src/event-source.ts'
import type { EventSourceInit as OriginalInit, FetchLike } from 'eventsource'
import { expect, test } from 'vitest'

test('the class is assignable to the type of the platform’s EventSource', () => {
  const Class: typeof globalThis.EventSource = EventSource
  const source: globalThis.EventSource = new EventSource('http://localhost:1/')
  source.close()
  const constants: [0, 1, 2] = [Class.CONNECTING, EventSource.OPEN, source.CLOSED]
  expect(constants).toEqual([0, 1, 2])
})

test('listeners and handlers have the type of their event', () => {
  const source = new EventSource(new URL('http://localhost:1/'), { withCredentials: true })
  source.addEventListener('message', (event) => event.lastEventId satisfies string)
  source.addEventListener('halt', (event) => event.origin satisfies string)
  source.addEventListener('error', (event) => event.error.code satisfies string)
  source.addEventListener('open', { handleEvent: (event: Event) => event.type })
  source.onmessage = function (event) {
    this.close()
    event.data satisfies string
  }
  source.onerror = (event) => (event as EventSourceError).message satisfies string
  // @ts-expect-error: readyState is read-only
  expect(() => (source.readyState = 1)).toThrow(TypeError)
  // @ts-expect-error: the option is misspelt
  new EventSource('http://localhost:1/', { withCredential: true }).close()
  source.close()
})

test('the option fetch accepts the FetchLike of eventsource, and the global fetch', async () => {
  const seen: string[] = []
  const custom: FetchLike = async (url, init) => {
    seen.push(`${String(url)} ${init.headers.Accept} ${init.mode} ${init.cache} ${init.redirect}`)
    const body = new ReadableStream<Uint8Array<ArrayBufferLike>>()
    const headers = new Headers({ 'content-type': 'text/event-stream' })
    return { body, headers, status: 200, redirected: false, url: String(url) }
  }
  const original: OriginalInit = { fetch: custom, withCredentials: true }
  const init: EventSourceInit = { ...original, fetch: custom } satisfies EventSourceInit
  const spreads: EventSourceInit = {
    fetch: (input, init) => fetch(input, { ...init, headers: { ...init.headers, 'x-custom': '1' } }),
  }
  const globals: EventSourceInit[] = [{ fetch }, { fetch: globalThis.fetch }, spreads]
  expect(globals.length).toBe(3)
  new EventSourcePolyfill('http://localhost:1/', { fetch }).close()
  const source = new EventSource('http://localhost:1/', init)
  await new Promise((resolve) => source.addEventListener('open', resolve))
  source.close()
  expect(seen).toEqual(['http://localhost:1/ text/event-stream cors no-store follow'])
})
