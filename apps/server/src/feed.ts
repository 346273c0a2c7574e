import type { IncomingMessage, ServerResponse } from 'node:http'
import { setImmediate as nextLoopTurn } from 'node:timers/promises'
import {
  createChannel,
  createEventBuffer,
  type DefaultChannelState,
  type EventBuffer,
  type Session,
} from 'better-sse'
import { lastEventIdOf } from './last-event-id.ts'
import type { Stream, Streams } from './streams.ts'
import type { StreamKind, Visitor } from './visitors.ts'

/**
 * Options of an endless feed. Message n is a pure function of n, and due at `n * intervalMs` of the wall clock. Nothing
 * is stored, so a restarted server continues with the same messages under the same ids.
 */
export interface FeedOptions {
  kind: StreamKind
  /** Time between two messages, in milliseconds. */
  intervalMs: number
  /** Interval of the timer that sends due messages to all readers, in milliseconds. */
  flushMs: number
  /** Number of past messages that a reconnecting client can still receive. */
  replayLimit: number
  /** Number of past messages that a new client receives immediately. */
  initialMessages: number
  /** Appends message n to a batch. */
  write(batch: EventBuffer, n: number): void
}

export interface Feed {
  /** Opens a stream for a visitor and sends it the messages that are due. */
  join(req: IncomingMessage, res: ServerResponse, visitor: Visitor): Promise<void>
  /** Sends due messages now instead of at the next timer tick. */
  flush(): void
}

/** Number of readers that are served before the event loop gets a turn. */
const readersPerTurn = 50

export function createFeed(options: FeedOptions, streams: Streams): Feed {
  const { kind, intervalMs, flushMs, replayLimit, initialMessages, write } = options
  // The channel only tracks the readers. It cannot broadcast: after a silence, or with an old id, readers are at different
  // positions.
  const channel = createChannel<DefaultChannelState, Stream>()
  let timer: NodeJS.Timeout | undefined
  channel.on('session-registered', () => {
    timer ??= setInterval(() => void flushAll(), flushMs)
  })
  channel.on('session-deregistered', () => {
    if (channel.sessionCount > 0) return
    clearInterval(timer)
    timer = undefined
  })

  const latest = () => Math.floor(Date.now() / intervalMs)

  let flushing = false
  async function flushAll() {
    if (flushing) return
    flushing = true
    await sendDue(channel.activeSessions)
    flushing = false
  }

  async function sendDue(sessions: Iterable<Session<Stream>>) {
    const last = latest()
    // Almost all readers are at the same position and share one batch.
    const batches = new Map<string, ReturnType<typeof batchFrom>>()
    let served = 0
    for (const { state: stream } of sessions) {
      // Node accepts new connections only between turns of the event loop. With thousands of readers, serving all of them
      // in one turn would make new clients wait too long.
      if (++served % readersPerTurn === 0) await nextLoopTurn()
      const { next } = stream
      const capacity = next > last ? 0 : stream.capacity()
      if (capacity === 0) continue
      const key = `${next} ${capacity}`
      const due = batches.get(key) ?? batchFrom(next, capacity, last)
      batches.set(key, due)
      stream.next = due.next
      stream.send(due.batch, due.messages)
    }
  }

  function batchFrom(start: number, capacity: number, last: number) {
    const batch = createEventBuffer()
    const first = Math.max(start, last - replayLimit + 1)
    const next = Math.min(last + 1, first + capacity)
    const hasGap = first > start
    if (hasGap) batch.push({ from: start, to: first - 1 }, 'gap', String(first - 1))
    for (let n = first; n < next; n++) write(batch, n)
    return { batch, messages: next - first + (hasGap ? 1 : 0), next }
  }

  function preview(n: number) {
    const batch = createEventBuffer()
    write(batch, n)
    return batch.read()
  }

  return {
    flush: () => void sendDue(channel.activeSessions),
    async join(req, res, visitor) {
      const next = positionAfter(lastEventIdOf(req), latest()) ?? latest() - initialMessages + 1
      const session = await streams.open(req, res, { kind, visitor, next, preview })
      if (!session) return
      channel.register(session)
      await sendDue([session])
    },
  }
}

/** Returns the number of the message after the given id, or `undefined` if the id is not a number or in the future. */
function positionAfter(lastEventId: string, latest: number): number | undefined {
  if (!/^\d{1,15}$/.test(lastEventId)) return undefined
  const n = Number(lastEventId)
  return n <= latest ? n + 1 : undefined
}
