import type { IncomingMessage, ServerResponse } from 'node:http'
import { createEventBuffer, createSession, type EventBuffer, type Session } from 'better-sse'
import type { Log } from './log.ts'
import { isSilent, isSlow, labelOf, type StreamKind, type Visitor } from './visitors.ts'

/** One open response. It is the state of its better-sse session, so a channel's sessions lead to it. */
export interface Stream {
  readonly kind: StreamKind
  readonly visitor: Visitor
  /** Number of the next message to send. */
  next: number
  /** True if the client closed the stream, false if the server did, `undefined` while it is open. */
  readonly clientLeft: boolean | undefined
  /** Returns the number of messages that may be written now. 0 during a silence and while unsent bytes are pending. */
  capacity(): number
  /** Writes a batch that contains the given number of messages. */
  send(batch: EventBuffer, messages: number): void
  /** Ends the response properly. */
  end(reason: string): void
  /** Destroys the socket in the middle of a message. */
  cut(reason: string): void
}

interface StreamOptions {
  kind: StreamKind
  visitor: Visitor
  next: number
  /** Returns the text of a message, of which `cut` writes the first half. */
  preview(next: number): string
}

export interface Streams {
  /** Opens a stream. Resolves with `undefined` if the client disconnected before the stream was open. */
  open(
    req: IncomingMessage,
    res: ServerResponse,
    options: StreamOptions,
  ): Promise<Session<Stream> | undefined>
  of(visitor: Visitor): Stream[]
  isFull(): boolean
  endAll(reason: string): void
}

export interface StreamLimits {
  heartbeatMs: number
  maxStreams: number
  maxBufferedBytes: number
  slowReaderTimeoutMs: number
  log: Log
}

/** Largest number of messages in one batch. */
const maxBatch = 500
/** Time between two messages of a slowed stream, in milliseconds. */
const slowIntervalMs = 100

export function createStreams(limits: StreamLimits): Streams {
  const { heartbeatMs, maxStreams, maxBufferedBytes, slowReaderTimeoutMs, log } = limits
  const streams = new Set<Stream & { heartbeat(comment: EventBuffer): void }>()
  let heartbeatTimer: NodeJS.Timeout | undefined

  // One timer for all streams instead of better-sse's keep-alive per session: that one cannot be stopped during a silence,
  // and it leaks if the client disconnects before the session is ready.
  function sendHeartbeats() {
    const comment = createEventBuffer().comment('heartbeat').dispatch()
    for (const stream of streams) stream.heartbeat(comment)
  }

  async function open(req: IncomingMessage, res: ServerResponse, options: StreamOptions) {
    const { kind, visitor } = options
    const label = `${kind} ${labelOf(visitor)}`
    const openedAt = Date.now()
    let messages = 0
    let sentAt = 0
    let backpressureSince: number | undefined
    let closeReason: string | undefined
    let clientLeft: boolean | undefined

    const stream = {
      kind,
      visitor,
      next: options.next,
      get clientLeft() {
        return clientLeft
      },
      capacity() {
        if (isSilent(visitor) || backpressureSince !== undefined) return 0
        if (!isSlow(visitor)) return maxBatch
        return Date.now() - sentAt < slowIntervalMs ? 0 : 1
      },
      send(batch: EventBuffer, count: number) {
        if (closeReason !== undefined || res.destroyed) return
        messages += count
        sentAt = Date.now()
        void session.batch(batch)
        if (res.writableLength > maxBufferedBytes) backpressureSince ??= sentAt
      },
      heartbeat(comment: EventBuffer) {
        if (stream.capacity() > 0) stream.send(comment, 0)
        if (backpressureSince === undefined || Date.now() - backpressureSince < slowReaderTimeoutMs) return
        closeReason ??= `too slow, ${res.writableLength} bytes waiting for it`
        res.destroy()
      },
      end(reason: string) {
        if (closeReason !== undefined) return
        closeReason = reason
        res.end(() => res.socket?.destroySoon())
      },
      cut(reason: string) {
        if (closeReason !== undefined) return
        closeReason = reason
        if (res.writableNeedDrain || isSilent(visitor)) return void res.destroy()
        const text = options.preview(stream.next)
        res.write(text.slice(0, Math.ceil(text.length / 2)))
        // Wait one turn: the operating system then has the half message and delivers it before the connection closes.
        setImmediate(() => res.destroy())
      },
    }

    res.on('drain', () => {
      backpressureSince = undefined
    })
    res.on('error', () => {}) // a client that disconnects during a write; 'close' follows and is handled below
    const session = await createSession<Stream>(req, res, {
      state: stream,
      keepAlive: null,
      retry: null, // the client's own retry delay applies
      trustClientEventId: false, // the header is parsed and validated in feed.ts; an id in the query is ignored
      headers: { 'Cache-Control': 'no-store', 'X-Accel-Buffering': 'no' },
      serializer: (data) => (typeof data === 'string' ? data : JSON.stringify(data)),
    })
    if (res.destroyed) {
      log(`${label} disconnected before the stream was open`)
      return undefined
    }

    streams.add(stream)
    visitor.open[kind]++
    visitor.opened[kind]++
    heartbeatTimer ??= setInterval(sendHeartbeats, heartbeatMs)
    log(`${label} open, ${streams.size} in total`)
    session.once('disconnected', () => {
      clientLeft = closeReason === undefined
      streams.delete(stream)
      visitor.open[kind]--
      visitor.seenAt = Date.now()
      if (streams.size === 0) {
        clearInterval(heartbeatTimer)
        heartbeatTimer = undefined
      }
      const seconds = ((Date.now() - openedAt) / 1000).toFixed(1)
      log(
        `${label} closed: ${closeReason ?? 'the client disconnected'}; ${messages} messages in ${seconds} s`,
      )
    })
    return session
  }

  return {
    open,
    of: (visitor) => [...streams].filter((stream) => stream.visitor === visitor),
    isFull: () => streams.size >= maxStreams,
    endAll(reason) {
      for (const stream of streams) stream.end(reason)
    },
  }
}
