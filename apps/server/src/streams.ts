import type { IncomingMessage, ServerResponse } from 'node:http'
import { createEventBuffer, createSession, type EventBuffer, type Session } from 'better-sse'
import type { Log } from './log.ts'
import { isSilent, isSlow, nameOf, type StreamKind, type Visitor } from './visitors.ts'

/** One open response. It is the state of its better-sse session, so a channel's sessions lead to it. */
export interface Stream {
  readonly kind: StreamKind
  readonly visitor: Visitor
  /** The number of the first message that was not sent yet. */
  next: number
  /** Whether the client went away by itself; `undefined` while it is there. */
  readonly left: boolean | undefined
  /** How many messages may be written now: none during a silence, or before the reader has taken what it was sent. */
  room(): number
  /** Writes a batch of so many messages. */
  send(batch: EventBuffer, messages: number): void
  /** Ends the response as HTTP does it. */
  end(why: string): void
  /** Destroys the socket in the middle of a message. */
  cut(why: string): void
}

interface StreamPlan {
  kind: StreamKind
  visitor: Visitor
  next: number
  /** The text of the message that comes next: `cut` writes half of it. */
  preview(next: number): string
}

export interface Streams {
  /** Opens a stream; nothing when the client left before it was open. */
  open(req: IncomingMessage, res: ServerResponse, plan: StreamPlan): Promise<Session<Stream> | undefined>
  of(visitor: Visitor): Stream[]
  isFull(): boolean
  endAll(why: string): void
}

export interface StreamLimits {
  heartbeatMs: number
  maxStreams: number
  maxBufferedBytes: number
  patienceMs: number
  log: Log
}

/** The most that a stream is given at once, so that no batch is large. */
const mostAtOnce = 500
/** What a stream that is slowed is given is one message, and so rarely. */
const slowMs = 100

export function createStreams(limits: StreamLimits): Streams {
  const { heartbeatMs, maxStreams, maxBufferedBytes, patienceMs, log } = limits
  const streams = new Set<Stream & { beat(comment: EventBuffer): void }>()
  let heart: NodeJS.Timeout | undefined

  // One timer for all, and not better-sse's keep-alive for each: that one cannot be hushed during a silence, and it
  // is never cleared when the client left before the session was ready.
  function beat() {
    const comment = createEventBuffer().comment('heartbeat').dispatch()
    for (const stream of streams) stream.beat(comment)
  }

  async function open(req: IncomingMessage, res: ServerResponse, plan: StreamPlan) {
    const { kind, visitor } = plan
    const name = `${kind} ${nameOf(visitor)}`
    const openedAt = Date.now()
    let messages = 0
    let sentAt = 0
    let behindSince: number | undefined
    let leaving: string | undefined
    let left: boolean | undefined

    const stream = {
      kind,
      visitor,
      next: plan.next,
      get left() {
        return left
      },
      room() {
        if (isSilent(visitor) || behindSince !== undefined) return 0
        if (!isSlow(visitor)) return mostAtOnce
        return Date.now() - sentAt < slowMs ? 0 : 1
      },
      send(batch: EventBuffer, count: number) {
        if (leaving !== undefined || res.destroyed) return
        messages += count
        sentAt = Date.now()
        void session.batch(batch)
        if (res.writableLength > maxBufferedBytes) behindSince ??= sentAt
      },
      beat(comment: EventBuffer) {
        if (stream.room() > 0) stream.send(comment, 0)
        if (behindSince === undefined || Date.now() - behindSince < patienceMs) return
        leaving ??= `too slow, ${res.writableLength} bytes waiting for it`
        res.destroy()
      },
      end(why: string) {
        if (leaving !== undefined) return
        leaving = why
        res.end(() => res.socket?.destroySoon())
      },
      cut(why: string) {
        if (leaving !== undefined) return
        leaving = why
        if (res.writableNeedDrain || isSilent(visitor)) return void res.destroy()
        const text = plan.preview(stream.next)
        res.write(text.slice(0, Math.ceil(text.length / 2)))
        // By then the half message is with the operating system, which delivers it before the end.
        setImmediate(() => res.destroy())
      },
    }

    res.on('drain', () => {
      behindSince = undefined
    })
    res.on('error', () => {}) // a client that goes away in the middle of a write; 'close' follows and is told there
    const session = await createSession<Stream>(req, res, {
      state: stream,
      keepAlive: null,
      retry: null, // the client's own rule holds
      trustClientEventId: false, // we read and check the header ourselves, and take no id from the query
      headers: { 'Cache-Control': 'no-store', 'X-Accel-Buffering': 'no' },
      serializer: (data) => (typeof data === 'string' ? data : JSON.stringify(data)),
    })
    if (res.destroyed) {
      log(`${name} left before it was open`)
      return undefined
    }

    streams.add(stream)
    visitor.open[kind]++
    visitor.opened[kind]++
    heart ??= setInterval(beat, heartbeatMs)
    log(`${name} open, ${streams.size} in all`)
    session.once('disconnected', () => {
      left = leaving === undefined
      streams.delete(stream)
      visitor.open[kind]--
      visitor.seenAt = Date.now()
      if (streams.size === 0) {
        clearInterval(heart)
        heart = undefined
      }
      const seconds = ((Date.now() - openedAt) / 1000).toFixed(1)
      log(`${name} closed: ${leaving ?? 'the client left'}; ${messages} messages in ${seconds} s`)
    })
    return session
  }

  return {
    open,
    of: (visitor) => [...streams].filter((stream) => stream.visitor === visitor),
    isFull: () => streams.size >= maxStreams,
    endAll(why) {
      for (const stream of streams) stream.end(why)
    },
  }
}
