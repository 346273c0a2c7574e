import type { Bench, BenchOptions } from './harness.ts'

/** Each callback that a user can give, closing the stream from within. */
export const callbacks: Record<string, (bench: () => Bench, stop: () => void) => BenchOptions> = {
  url: (_, stop) => ({
    at: () => {
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
  fetch: (bench, stop) => ({
    fetch: (input, init) => {
      stop()
      return bench().server.fetch(input, init)
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
  'inspect, at the first step': (_, stop) => ({ inspect: stop }),
  'inspect, when a chunk came': (_, stop) => ({
    inspect: ({ event }) => void (event.type === 'received' && stop()),
  }),
  'inspect, when it was lost': (_, stop) => ({
    inspect: ({ event }) => void (event.type === 'attempt-failed' && stop()),
  }),
  'store.get': (_, stop) => ({
    lastEventIdStore: {
      get() {
        stop()
        return ''
      },
      set: () => undefined,
    },
  }),
  'store.set': (_, stop) => ({ lastEventIdStore: { get: () => '', set: stop } }),
}
