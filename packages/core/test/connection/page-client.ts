// A stream in a page or a worker, and a record of its ids and states for tests.
import type { EventStream, EventStreamOptions } from '../../src/stream/contract.ts'
import { createEventStream } from '../../src/stream/event-stream.ts'
import { sessionStore } from '../../src/platform/session-store.ts'

export const ids: string[] = []
export const states: string[] = []
export const reconnects: string[] = []
let stream: EventStream | undefined

/** Opens the stream. With a `storeKey` its last event id survives a reload. */
export function open(url: string, options: EventStreamOptions = {}, storeKey?: string): void {
  stream = createEventStream(url, {
    ...options,
    ...(storeKey ? { lastEventIdStore: sessionStore(storeKey) } : {}),
    onReconnect: ({ continuity }) => reconnects.push(continuity),
  })
  const recordState = () => {
    const state = stream!.getSnapshot()
    const name = 'reason' in state ? `${state.status} ${state.reason}` : state.status
    const code = 'error' in state && state.error ? `: ${state.error.code}` : ''
    if (states.at(-1) !== name + code) states.push(name + code)
  }
  stream.subscribe(recordState)
  stream.onMessage(({ id }) => void ids.push(id))
}

export function close(): void {
  stream?.close()
}

/** Returns the message of the error that the stream failed with. */
export function errorMessage(): string {
  const state = stream!.getSnapshot()
  return state.status === 'closed' ? (state.error?.message ?? '') : ''
}

/** Returns the ids around the first gap; `''` if the ids count up without one. */
export function findGap(): string {
  const index = ids.findIndex((id, position) => Number(id) !== Number(ids[0]) + position)
  return index < 0 ? '' : ids.slice(Math.max(0, index - 1), index + 2).join(' ')
}

// In a worker this module reads a few messages and posts the result.
if (typeof document !== 'object') {
  addEventListener('message', ({ data }: MessageEvent<string>) => {
    open(data)
    const timer = setInterval(() => {
      if (ids.length < 5) return
      clearInterval(timer)
      close()
      postMessage({ messages: ids.length, gap: findGap() })
    }, 10)
  })
}
