import { expect, test } from 'vitest'
import { EventSource, type EventSourceError } from '../src/event-source.ts'

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
