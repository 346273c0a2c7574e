import { systemClock, type Clock } from './clock.ts'
import { checkMessage } from './encode.ts'
import { ServerError } from './errors.ts'
import { Feed, type Start } from './feed.ts'
import { nodeHead, SocketReader, type NodeRequest, type NodeResponse } from './handle.ts'
import {
  corsHeaders,
  fetchHead,
  lastEventIdOf,
  mergeHeaders,
  preflight,
  streamHeaders,
  unavailable,
} from './head.ts'
import type { RequestHead, ResponseHead } from './head.ts'
import { PublishError, type Log } from './log.ts'
import { checkOptions, PUBLISH_OPTIONS, RESPONSE_OPTIONS } from './options.ts'
import type { ChannelOptions, CloseOptions, PublishOptions } from './options.ts'
import { PublishQueue } from './publish-queue.ts'
import { registry } from './registry.ts'
import { BEGINNING } from './resume.ts'
import { createBody } from './respond.ts'
import type { Item } from './ring.ts'

/** Options of a channel, of a response, without the types of the user. */
export type AnyOptions = ChannelOptions<Record<string, unknown>, unknown>
interface AnyResponseOptions {
  readonly from?: 'now' | 'start' | number | undefined
  readonly headers?: Readonly<Record<string, string>> | undefined
  readonly reader?: unknown
}

/** Options that have a default. */
interface Defaults {
  readonly clock: Clock
  readonly heartbeatMs: number
  readonly retryMs: number
  readonly stallMs: number
  readonly maxBufferedBytes: number
  readonly onError: (error: unknown) => void
}

const DEFAULTS: Defaults = {
  clock: systemClock,
  heartbeatMs: 8000,
  retryMs: 1000,
  stallMs: 30_000,
  maxBufferedBytes: 65_536,
  onError: (error) => console.error(error),
}

/** Channel over a log. `Channel` is its type for users. */
export class LogChannel {
  readonly name: string
  readonly #log: Log
  readonly #queue: PublishQueue
  readonly #feed: Feed
  #options!: AnyOptions & Defaults
  /** Requests whose response has not begun. */
  readonly #pending = new Set<{ readonly value: unknown; readonly disconnect: () => void }>()
  /** Time over which readers return, once the channel is closed. */
  #closedFor: number | undefined

  constructor(name: string, options: AnyOptions) {
    this.name = name
    this.#log = options.log
    this.#queue = new PublishQueue(options.log)
    this.#feed = new Feed(options.log)
    this.configure(options)
  }

  /** Replaces the options, except for the log. */
  configure(options: AnyOptions): void {
    const given = Object.entries(options).filter(([, value]) => value !== undefined)
    this.#options = { ...DEFAULTS, ...(Object.fromEntries(given) as AnyOptions & Defaults), log: this.#log }
    const passes = options.filter && ((item: Item, reader: unknown) => this.#passes(item, reader))
    this.#feed.options = { ...this.#options, passes }
  }

  get readers(): number {
    return this.#feed.readers.size
  }

  async publish(event: string, data: unknown, options: PublishOptions = {}): Promise<string> {
    checkOptions(options, PUBLISH_OPTIONS)
    const text = this.#options.format === 'text' ? data : JSON.stringify(data)
    checkMessage(event, text)
    const { dedupeKey, durability, expiresAt } = options
    if (this.#closedFor !== undefined)
      throw new PublishError('not-appended', `The channel ${this.name} is closed.`)
    return await this.#queue.add({ event, data: text as string, expiresAt }, { dedupeKey, durability })
  }

  async respond(request: Request, options: AnyResponseOptions = {}): Promise<Response> {
    const { signal } = request
    return await this.#answer(
      fetchHead(request),
      options,
      (answer, start) =>
        new Response(start ? createBody(this.#feed, options.reader, start, signal) : null, answer),
    )
  }

  async handle(
    request: NodeRequest,
    response: NodeResponse,
    options: AnyResponseOptions = {},
  ): Promise<void> {
    let gone = response.writableEnded
    response.on('close', () => (gone = true))
    response.on('error', ignore)
    try {
      await this.#answer(nodeHead(request), options, ({ status, headers }, start) => {
        if (gone) return
        response.writeHead(status, headers)
        if (start) void new SocketReader(this.#feed, options.reader, start, response)
        else response.end()
      })
    } catch (error) {
      // A rejection that nobody handles would end the process.
      this.#options.onError(error)
      if (!gone) response.writeHead(500, {})
      response.end()
    }
  }

  async lastId(): Promise<string> {
    return (await this.#log.read(BEGINNING, 1)).head
  }

  disconnect(predicate: (reader: unknown) => boolean): number {
    const readers = [...this.#feed.readers, ...this.#pending].filter(({ value }) => predicate(value))
    for (const reader of readers) reader.disconnect()
    return readers.length
  }

  async close({ spreadMs = 1000 }: CloseOptions = {}): Promise<void> {
    if (this.#closedFor !== undefined) return
    this.#closedFor = spreadMs
    for (const request of this.#pending) request.disconnect()
    registry().delete(this.name)
    this.#feed.end(spreadMs)
    this.#feed.stop()
    await this.#queue.settled()
    await this.#log.close()
  }

  /** Finds the head of a response, and where its messages begin if it has any. `answer` then begins the response at once. */
  async #answer<Result>(
    request: RequestHead,
    options: AnyResponseOptions,
    answer: (head: ResponseHead, start?: Start) => Result,
  ): Promise<Result> {
    checkOptions(options, RESPONSE_OPTIONS)
    const { reader, from = 'now' } = options
    const { cors, filter } = this.#options
    if (filter && reader === undefined)
      throw new ServerError('reader-required', `The channel ${this.name} has a filter: pass a reader.`)
    if (request.method === 'OPTIONS') return answer(preflight(request, cors))
    const shared = mergeHeaders(corsHeaders(request, cors), options.headers)
    const lastEventId = lastEventIdOf(request)
    let revoked = this.#closedFor !== undefined
    const pending = { value: reader, disconnect: () => (revoked = true) }
    this.#pending.add(pending)
    // Undefined if the log cannot be read.
    const start = revoked ? undefined : await this.#feed.locate(lastEventId, from).catch(ignore)
    this.#pending.delete(pending)
    if (start && !revoked) {
      // [spec] 204 tells a client to stop: it has everything, and nothing will follow.
      if (this.#feed.ended && !start.gap && lastEventId === this.#feed.head)
        return answer({ status: 204, headers: shared })
      const resume = start.gap ? 'gap' : 'complete'
      const headers = mergeHeaders(shared, streamHeaders(lastEventId && resume))
      return answer({ status: 200, headers }, request.method === 'HEAD' ? undefined : start)
    }
    const { status, headers } = unavailable(request, this.#retryAfterS())
    return answer({ status, headers: mergeHeaders(shared, headers) })
  }

  /** Returns a random time of 1 s up to the time over which readers return, so that they do not return together. */
  #retryAfterS(): number {
    const { clock } = this.#options
    return 1 + Math.floor((clock.random() * (this.#closedFor ?? 5000)) / 1000)
  }

  #passes(item: Item, reader: unknown): boolean {
    const { filter, format, onError } = this.#options
    const { event, data, id } = item.entry
    try {
      item.message ??= { event, data: format === 'text' ? data : JSON.parse(data), id }
      // Strictly: an async function would let all pass.
      return filter!(item.message as never, reader) === true
    } catch (error) {
      onError(error)
      return false
    }
  }
}

/** Ignores an error, such as that of a write after the client has gone. */
const ignore = () => undefined
