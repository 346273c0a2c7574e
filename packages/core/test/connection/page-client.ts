// A stream in a page, and what a test wants to know of it.
import type { EventStream, EventStreamOptions } from '../../src/stream/contract.ts'
import { createEventStream } from '../../src/stream/event-stream.ts'
import { sessionStore } from '../../src/platform/session-store.ts'

export const seen: string[] = []
export const states: string[] = []
export const openings: string[] = []
let stream: EventStream | undefined

/** Opens the stream; `storeKey` keeps its id over a reload. */
export function open(url: string, options: EventStreamOptions = {}, storeKey?: string): void {
  stream = createEventStream(url, {
    ...options,
    ...(storeKey ? { lastEventIdStore: sessionStore(storeKey) } : {}),
    onReconnect: ({ continuity }) => openings.push(continuity),
  })
  const look = () => {
    const state = stream!.getSnapshot()
    const word = 'reason' in state ? `${state.status} ${state.reason}` : state.status
    const cause = 'error' in state && state.error ? `: ${state.error.code}` : ''
    if (states.at(-1) !== word + cause) states.push(word + cause)
  }
  stream.subscribe(look)
  stream.onMessage(({ id }) => void seen.push(id))
}

export function close(): void {
  stream?.close()
}

/** The message of the error that the stream ended with. */
export function failure(): string {
  const state = stream!.getSnapshot()
  return state.status === 'closed' ? (state.error?.message ?? '') : ''
}

/** What is wrong with the ids seen so far, which must count up from the first. */
export function gap(): string {
  const wrong = seen.findIndex((id, index) => Number(id) !== Number(seen[0]) + index)
  return wrong < 0 ? '' : seen.slice(Math.max(0, wrong - 1), wrong + 2).join(' ')
}

// The module is the worker's, too: there it reads a little and tells what came.
if (typeof document !== 'object') {
  addEventListener('message', ({ data }: MessageEvent<string>) => {
    open(data)
    const timer = setInterval(() => {
      if (seen.length < 5) return
      clearInterval(timer)
      close()
      postMessage({ seen: seen.length, gap: gap() })
    }, 10)
  })
}
