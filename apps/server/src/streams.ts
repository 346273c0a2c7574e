import type { ServerResponse } from 'node:http'
import type { NodeResponse } from '@headwater/server'
import type { Log } from './log.ts'
import { isSilent, isSlow, labelOf, type StreamKind, type Visitor } from './visitors.ts'

/** One response. A channel or an answer writes to it as to that of `node:http`, and the weather decides when it is sent. */
export interface Stream extends NodeResponse {
  readonly kind: StreamKind
  readonly visitor: Visitor
  /** Time at which the response began, in milliseconds since 1970. */
  readonly openedAt: number
  /** True if the client closed the stream, false if the server did, `undefined` while it is open. */
  readonly clientLeft: boolean | undefined
  /** Ends the response properly. */
  stop(reason: string): void
  /** Destroys the socket in the middle of a message. */
  cut(reason: string): void
}

export interface Streams {
  /** Wraps a response. It counts as a stream once it begins with status 200. */
  create(kind: StreamKind, visitor: Visitor, response: ServerResponse): Stream
  of(visitor: Visitor): Stream[]
  isFull(): boolean
  endAll(reason: string): void
}

/** Time between two messages of a slowed stream, and between two looks at the weather, in milliseconds. */
const intervalMs = 100

export function createStreams(maxStreams: number, log: Log): Streams {
  const streams = new Set<FaultyStream>()
  return {
    create: (kind, visitor, response) => new FaultyStream(kind, visitor, response, streams, log),
    of: (visitor) => [...streams].filter((stream) => stream.visitor === visitor),
    isFull: () => streams.size >= maxStreams,
    endAll(reason) {
      for (const stream of streams) stream.stop(reason)
    },
  }
}

class FaultyStream implements Stream {
  readonly kind: StreamKind
  readonly visitor: Visitor
  openedAt = 0
  clientLeft: boolean | undefined
  readonly #response: ServerResponse
  readonly #streams: Set<FaultyStream>
  readonly #log: Log
  /** Bytes that the weather holds back. */
  #held: Uint8Array = new Uint8Array()
  /** Chunk that was sent last. `cut` sends a part of it again. */
  #last: Uint8Array = new Uint8Array()
  #sentAt = 0
  #bytes = 0
  #timer: NodeJS.Timeout | undefined
  #closeReason: string | undefined
  readonly #onDrain: (() => void)[] = []

  constructor(
    kind: StreamKind,
    visitor: Visitor,
    response: ServerResponse,
    streams: Set<FaultyStream>,
    log: Log,
  ) {
    this.kind = kind
    this.visitor = visitor
    this.#response = response
    this.#streams = streams
    this.#log = log
    response.on('error', () => {}) // a client that disconnects during a write; 'close' follows
    response.on('close', () => this.#closed())
    response.on('drain', () => this.#release())
  }

  get writableEnded(): boolean {
    return this.#response.writableEnded
  }

  get #label(): string {
    return `${this.kind} ${labelOf(this.visitor)}`
  }

  writeHead(status: number, headers: Record<string, string>): void {
    this.#response.writeHead(status, headers)
    if (status !== 200) {
      if (status === 503) this.visitor.answered503[this.kind]++
      this.#log(`${this.#label} answered with ${status}`)
      return
    }
    // The first message may be held back. The client learns of the connection now.
    this.#response.flushHeaders()
    this.openedAt = Date.now()
    this.#streams.add(this)
    this.visitor.open[this.kind]++
    this.visitor.opened[this.kind]++
    this.#log(`${this.#label} open, ${this.#streams.size} in total`)
  }

  write(chunk: Uint8Array): boolean {
    if (this.#closeReason !== undefined) return false
    const wasHeld = this.#held.length > 0
    if (!wasHeld && !isSilent(this.visitor) && !isSlow(this.visitor)) return this.#send(chunk)
    this.#held = wasHeld ? Buffer.concat([this.#held, chunk]) : chunk
    if (!wasHeld) this.#sendHeld()
    return this.#held.length === 0 && !this.#response.writableNeedDrain
  }

  end(chunk?: Uint8Array): void {
    this.stop('the server has ended it', chunk)
  }

  /** Called if the client takes nothing. */
  destroy(): void {
    this.#closeReason ??= `it took nothing, ${this.#response.writableLength + this.#held.length} bytes waiting`
    this.#response.destroy()
  }

  on(event: 'close' | 'drain' | 'error', listener: () => void): void {
    if (event === 'drain') this.#onDrain.push(listener)
    else this.#response.on(event, listener)
  }

  /** Sends what was held back, as far as the weather allows, and asks for more if nothing is left. */
  #release(): void {
    if (this.#held.length > 0) this.#sendHeld()
    if (this.#held.length > 0 || this.#response.writableNeedDrain) return
    for (const listener of this.#onDrain) listener()
  }

  stop(reason: string, chunk?: Uint8Array): void {
    if (this.#closeReason !== undefined) return
    this.#closeReason = reason
    this.#response.end(chunk, () => this.#response.socket?.destroySoon())
  }

  cut(reason: string): void {
    if (this.#closeReason !== undefined) return
    this.#closeReason = reason
    if (this.#response.writableNeedDrain || isSilent(this.visitor)) return void this.#response.destroy()
    this.#response.write(halfOfMessage(this.#held.length > 0 ? this.#held : this.#last))
    // Wait one turn: the operating system then has the half message and delivers it before the connection closes.
    setImmediate(() => this.#response.destroy())
  }

  /** Sends held messages: none during a silence, one each tenth of a second while the stream is slow, otherwise all. */
  #sendHeld(): void {
    const { visitor } = this
    clearTimeout(this.#timer)
    if (this.#closeReason !== undefined || this.#response.destroyed) return
    if (!isSilent(visitor)) {
      const isDue = Date.now() - this.#sentAt >= intervalMs
      const end = isSlow(visitor) ? (isDue ? endOfBlock(this.#held) : 0) : this.#held.length
      if (end > 0) this.#send(this.#held.subarray(0, end))
      this.#held = this.#held.subarray(end)
    }
    if (this.#held.length > 0) this.#timer = setTimeout(() => this.#release(), intervalMs)
  }

  #send(chunk: Uint8Array): boolean {
    this.#sentAt = Date.now()
    this.#bytes += chunk.length
    this.#last = chunk
    return this.#response.write(chunk)
  }

  #closed(): void {
    clearTimeout(this.#timer)
    if (!this.#streams.delete(this)) {
      if (!this.#response.headersSent) this.#log(`${this.#label} disconnected before the stream was open`)
      return
    }
    this.clientLeft = this.#closeReason === undefined
    this.visitor.open[this.kind]--
    this.visitor.seenAt = Date.now()
    const seconds = ((Date.now() - this.openedAt) / 1000).toFixed(1)
    const reason = this.#closeReason ?? 'the client disconnected'
    this.#log(`${this.#label} closed: ${reason}; ${this.#bytes} bytes in ${seconds} s`)
  }
}

/** Returns the index after the first complete block, or the length if there is none. */
function endOfBlock(bytes: Uint8Array): number {
  const end = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).indexOf('\n\n')
  return end < 0 ? bytes.length : end + 2
}

/** Returns the first half of the last message in a chunk. */
function halfOfMessage(chunk: Uint8Array): string {
  const blocks = Buffer.from(chunk).toString().split('\n\n')
  const message = blocks.findLast((block) => block.includes('data: ')) ?? 'data: {"symbol":'
  return message.slice(0, Math.ceil(message.length / 2))
}
