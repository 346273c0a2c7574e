import type { Harness, HarnessOptions } from './harness.ts'

/** For each callback option, options with a callback that calls `stop`. */
export const callbacks: Record<string, (harness: () => Harness, stop: () => void) => HarnessOptions> = {
  url: (_, stop) => ({
    url: () => {
      stop()
      return 'https://example.com/'
    },
  }),
  headers: (_, stop) => ({
    headers: () => {
      stop()
      return {}
    },
  }),
  body: (_, stop) => ({
    method: 'POST',
    body: () => {
      stop()
      return 'x'
    },
  }),
  fetch: (harness, stop) => ({
    fetch: (input, init) => {
      stop()
      return harness().server.fetch(input, init)
    },
  }),
  onMessage: (_, stop) => ({ onMessage: stop }),
  'fold.add': (_, stop) => ({
    fold: {
      initial: () => undefined,
      add(_, message) {
        stop()
        return message.data
      },
      view: String,
    },
  }),
  onComment: (_, stop) => ({ onComment: stop }),
  onGap: (_, stop) => ({ onGap: stop }),
  onReconnect: (_, stop) => ({ initialLastEventId: '1', onReconnect: stop }),
  until: (_, stop) => ({
    until: () => {
      stop()
      return false
    },
  }),
  retry: (_, stop) => ({
    retry: () => {
      stop()
      return 1_000
    },
  }),
  'retry.when': (_, stop) => ({
    retry: {
      when: () => {
        stop()
        return true
      },
    },
  }),
  'inspect, on the first event': (_, stop) => ({ inspect: stop }),
  'inspect, on a chunk': (_, stop) => ({
    inspect: ({ event }) => void (event.type === 'received' && stop()),
  }),
  'inspect, on a failed attempt': (_, stop) => ({
    inspect: ({ event }) => void (event.type === 'attempt-failed' && stop()),
  }),
  'lastEventIdStore.get': (_, stop) => ({
    lastEventIdStore: {
      get() {
        stop()
        return ''
      },
      set: () => undefined,
    },
  }),
  'lastEventIdStore.set': (_, stop) => ({ lastEventIdStore: { get: () => '', set: stop } }),
}
