import { type Clock, systemClock } from '../../src/platform/clock.ts'
import { createEventStream } from '../../src/stream/event-stream.ts'

/** What a client saw of a stream of numbered messages. */
export interface Soaked {
  /** The first message that was not the one that had to come, in words; `''` if all came once and in order. */
  readonly wrong: string
  readonly messages: number
  readonly connections: number
  readonly attempts: number
  /** The most requests that were under way or open at a time. */
  readonly most: number
  /** Requests that were neither finished nor given up at the end. */
  readonly left: number
  readonly reason: string
}

/** The clock on the wall, faster: waits are shorter, and everything else is as it is. */
export function createFastClock(scale: number, random: () => number = Math.random): Clock {
  const begin = Date.now()
  return {
    ...systemClock,
    now: () => begin + (Date.now() - begin) * scale,
    random,
    timer: (callback, ms, unref) => systemClock.timer(callback, ms / scale, unref),
  }
}

/** Reads numbered messages until the server says that there are no more. Runs in Node and in a page. */
export async function soak(url: string, scale: number, withinMs: number): Promise<Soaked> {
  let messages = 0
  let wrong = ''
  let connections = 0
  let attempts = 0
  let most = 0
  const held = new Set<Promise<unknown>>()
  const stream = createEventStream(url, {
    clock: createFastClock(scale),
    // Fresh after a 401, and stale again with each connection.
    headers: async ({ error }) => ({ authorization: error?.status === 401 ? 'fresh' : 'stale' }),
    async fetch(input, init) {
      attempts++
      const gone = new Promise<void>((resolve) => init!.signal!.addEventListener('abort', () => resolve()))
      held.add(gone)
      void gone.then(() => held.delete(gone))
      most = Math.max(most, held.size)
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
    if (!wrong && (number !== messages || !id.endsWith(String(number))))
      wrong = `message ${messages} was ${JSON.stringify(data)} with id ${id}`
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
  return { wrong, messages, connections, attempts, most, left: held.size, reason }
}
