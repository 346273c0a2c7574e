import type { IncomingMessage, ServerResponse } from 'node:http'
import { createEventBuffer, createSession, type EventBuffer, type Session } from 'better-sse'
import type { Log } from './log.ts'
import { isSilent, nameOf, type StreamKind, type Visitor } from './visitors.ts'

/** One open response. It is the state of its better-sse session, so a channel's sessions lead to it. */
export interface Stream {
  readonly kind: StreamKind
  readonly visitor: Visitor
  /** The number of the first message that was not sent yet. */
  next: number
  /** Writes a batch of so many messages; drops a reader that is too slow to take it. */
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
  log: Log
}

export function createStreams({ heartbeatMs, maxStreams, maxBufferedBytes, log }: StreamLimits): Streams {
  const streams = new Set<Stream>()
  let heart: NodeJS.Timeout | undefined

  // One timer for all, and not better-sse's keep-alive for each: that one cannot be hushed during a silence, and it
  // is never cleared when the client left before the session was ready.
  function beat() {
    const comment = createEventBuffer().comment('heartbeat').dispatch()
    for (const stream of streams) if (!isSilent(stream.visitor)) stream.send(comment, 0)
  }

  async function open(req: IncomingMessage, res: ServerResponse, plan: StreamPlan) {
    const { kind, visitor } = plan
    const name = `${kind} ${nameOf(visitor)}`
    const openedAt = Date.now()
    let messages = 0
    let leaving: string | undefined

    const stream: Stream = {
      kind,
      visitor,
      next: plan.next,
      send(batch, count) {
        if (leaving !== undefined || res.destroyed) return
        messages += count
        void session.batch(batch)
        if (res.writableLength <= maxBufferedBytes) return
        leaving = `too slow, ${res.writableLength} bytes waiting for it`
        res.destroy()
      },
      end(why) {
        if (leaving !== undefined) return
        leaving = why
        res.end(() => res.socket?.destroySoon())
      },
      cut(why) {
        if (leaving !== undefined) return
        leaving = why
        if (res.writableNeedDrain || isSilent(visitor)) return void res.destroy()
        const text = plan.preview(stream.next)
        res.write(text.slice(0, Math.ceil(text.length / 2)))
        // By then the half message is with the operating system, which delivers it before the end.
        setImmediate(() => res.destroy())
      },
    }

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
