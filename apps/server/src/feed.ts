import type { IncomingMessage, ServerResponse } from 'node:http'
import { setImmediate as nextTurnOfTheLoop } from 'node:timers/promises'
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
 * An endless feed whose message n is a pure function of n, and due at `n * everyMs` of the wall clock. Nothing is
 * stored, and a server that was killed and started again goes on with the same messages under the same ids.
 */
export interface FeedPlan {
  kind: StreamKind
  everyMs: number
  /** How often the shared timer looks for what is due. */
  turnMs: number
  /** How many messages a client that was away can still get. */
  replay: number
  /** How many of the latest messages a new client gets at once. */
  fresh: number
  write(batch: EventBuffer, n: number): void
}

export interface Feed {
  join(req: IncomingMessage, res: ServerResponse, visitor: Visitor): Promise<void>
  /** Sends what is due, now instead of at the next turn. */
  turn(): void
}

/** How many readers are served before something else is done. */
const slice = 50

export function createFeed(plan: FeedPlan, streams: Streams): Feed {
  const { kind, everyMs, turnMs, replay, fresh } = plan
  // The channel knows who listens; it does not broadcast, since a message is due to each at its own position: after
  // a silence, or with an old id, some are behind.
  const channel = createChannel<DefaultChannelState, Stream>()
  let timer: NodeJS.Timeout | undefined
  channel.on('session-registered', () => {
    timer ??= setInterval(() => void turnOnce(), turnMs)
  })
  channel.on('session-deregistered', () => {
    if (channel.sessionCount > 0) return
    clearInterval(timer)
    timer = undefined
  })

  const latest = () => Math.floor(Date.now() / everyMs)

  let turning = false
  async function turnOnce() {
    if (turning) return
    turning = true
    await turn(channel.activeSessions)
    turning = false
  }

  async function turn(sessions: Iterable<Session<Stream>>) {
    const last = latest()
    // Nearly all are at the same position, and share one batch.
    const batches = new Map<string, ReturnType<typeof batchOf>>()
    let served = 0
    for (const { state: stream } of sessions) {
      // Node accepts one connection between two slices: with thousands of readers, a whole turn is too long to wait.
      if (++served % slice === 0) await nextTurnOfTheLoop()
      const { next } = stream
      const room = next > last ? 0 : stream.room()
      if (room === 0) continue
      const key = `${next} ${room}`
      const due = batches.get(key) ?? batchOf(next, room, last)
      batches.set(key, due)
      stream.next = due.after
      stream.send(due.batch, due.messages)
    }
  }

  function batchOf(next: number, room: number, last: number) {
    const batch = createEventBuffer()
    const first = Math.max(next, last - replay + 1)
    const after = Math.min(last + 1, first + room)
    const gap = first > next
    if (gap) batch.push({ from: next, to: first - 1 }, 'gap', String(first - 1))
    for (let n = first; n < after; n++) plan.write(batch, n)
    return { batch, messages: after - first + (gap ? 1 : 0), after }
  }

  function preview(n: number) {
    const batch = createEventBuffer()
    plan.write(batch, n)
    return batch.read()
  }

  return {
    turn: () => void turn(channel.activeSessions),
    async join(req, res, visitor) {
      const next = positionAfter(lastEventIdOf(req), latest()) ?? latest() - fresh + 1
      const session = await streams.open(req, res, { kind, visitor, next, preview })
      if (!session) return
      channel.register(session)
      await turn([session])
    },
  }
}

/** The message after the one with that id; nothing for what is not an id of ours, or is one from the future. */
function positionAfter(lastEventId: string, latest: number): number | undefined {
  if (!/^\d{1,15}$/.test(lastEventId)) return undefined
  const n = Number(lastEventId)
  return n <= latest ? n + 1 : undefined
}
