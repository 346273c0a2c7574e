import { type Clock, systemClock } from '../../src/platform/clock.ts'
import { createEventStream } from '../../src/stream/event-stream.ts'

/** Result of reading a stream of numbered messages. */
export interface SoakResult {
  /** Describes the first message that was lost, repeated or out of order; `''` if there was none. */
  readonly firstError: string
  readonly messages: number
  readonly connections: number
  readonly attempts: number
  /** Highest number of simultaneous requests. */
  readonly maxRequests: number
  /** Number of requests that were not aborted at the end. */
  readonly openRequests: number
  readonly reason: string
}

/** Creates a clock that runs `scale` times as fast as the system clock. */
export function createFastClock(scale: number, random: () => number = Math.random): Clock {
  const begin = Date.now()
  const now = () => begin + (Date.now() - begin) * scale
  return {
    ...systemClock,
    now,
    monotonic: now,
    random,
    timer: (callback, ms, unref) => systemClock.timer(callback, ms / scale, unref),
  }
}

/** Reads numbered messages until the server ends the stream. Runs in Node and in a page. */
export async function soak(url: string, scale: number, withinMs: number): Promise<SoakResult> {
  let messages = 0
  let firstError = ''
  let connections = 0
  let attempts = 0
  let maxRequests = 0
  const requests = new Set<Promise<unknown>>()
  const stream = createEventStream(url, {
    clock: createFastClock(scale),
    // A fresh token after a 401, a stale one for every other attempt.
    headers: async ({ error }) => ({ authorization: error?.status === 401 ? 'fresh' : 'stale' }),
    async fetch(input, init) {
      attempts++
      const aborted = new Promise<void>((resolve) => init!.signal!.addEventListener('abort', () => resolve()))
      requests.add(aborted)
      void aborted.then(() => requests.delete(aborted))
      maxRequests = Math.max(maxRequests, requests.size)
      return fetch(input, init)
    },
  })
  let open = false
  stream.subscribe(() => {
    const { status } = stream.getSnapshot()
    if (status === 'open' && !open) connections++
    open = status === 'open'
  })
  stream.onMessage(({ data, id }) => {
    messages++
    const number = Number(data.split('\n')[0])
    if (!firstError && (number !== messages || !id.endsWith(String(number))))
      firstError = `message ${messages} was ${JSON.stringify(data)} with id ${id}`
  })
  const end = Date.now() + withinMs
  while (stream.getSnapshot().status !== 'closed' && Date.now() < end)
    await new Promise((resolve) => setTimeout(resolve, 10))
  const state = stream.getSnapshot()
  stream.close()
  await new Promise((resolve) => setTimeout(resolve, 50))
  const reason =
    state.status === 'closed'
      ? state.reason + (state.reason === 'failed' ? `: ${state.error}` : '')
      : state.status
  return { firstError, messages, connections, attempts, maxRequests, openRequests: requests.size, reason }
}
