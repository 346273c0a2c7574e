import { END, type AnswerStore, type EndReason } from '../answer-store.ts'
import { systemClock, type Clock } from '../clock.ts'
import { ServerError } from '../errors.ts'
import { channels, type ChannelFamily } from '../family.ts'
import { nodeHead, type NodeRequest, type NodeResponse } from '../handle.ts'
import { corsHeaders, fetchHead, lastEventIdOf, mergeHeaders, unavailable } from '../head.ts'
import type { RequestHead, ResponseHead } from '../head.ts'
import { PublishError } from '../log.ts'
import { checkOptions, type CloseOptions } from '../options.ts'
import { registry } from '../registry.ts'
import { before, BEGINNING } from '../resume.ts'
import { AnswerLog } from './answer-log.ts'
import {
  checkId,
  isId,
  RESPONSE_OPTIONS,
  type AnswerResponseOptions,
  type AnyAnswersOptions,
} from './options.ts'
import { Run, type Producer } from './run.ts'

/** Options that have a default. */
const DEFAULTS = {
  clock: systemClock as Clock,
  expireMs: 3_600_000,
  leaseMs: 10_000,
  maxLength: 2 ** 24,
  onError: (error: unknown): void => console.error(error),
}

/** Answers over a store. `Answers` is its type for users. */
export class StoredAnswers {
  readonly name: string
  readonly #store: AnswerStore
  readonly #channels: ChannelFamily<object, unknown>
  readonly #runs = new Map<Run, Promise<void>>()
  #options!: AnyAnswersOptions & typeof DEFAULTS
  #isClosed = false

  constructor(name: string, options: AnyAnswersOptions) {
    this.name = name
    this.#store = options.store
    this.configure(options)
    const { heartbeatMs, retryMs, stallMs, maxBufferedBytes } = options
    this.#channels = channels<object, unknown>(`answers ${name}`, {
      log: (id) => new AnswerLog(this.#store, id, this.#options.clock),
      ...{ heartbeatMs, retryMs, stallMs, maxBufferedBytes, cors: options.cors },
      ...{ format: 'text', idleMs: 60_000, clock: this.#options.clock, onError: this.#options.onError },
    })
  }

  /** Replaces the options, except for the store and those of responses. */
  configure(options: AnyAnswersOptions): void {
    const given = Object.entries(options).filter(([, value]) => value !== undefined)
    this.#options = { ...DEFAULTS, ...(Object.fromEntries(given) as AnyAnswersOptions & typeof DEFAULTS) }
  }

  get running(): number {
    return this.#runs.size
  }

  async run(id: string, producer: Producer): Promise<boolean> {
    checkId(id)
    if (this.#isClosed) throw new PublishError('not-appended', `The answers ${this.name} are closed.`)
    const { clock, leaseMs, expireMs, maxLength, onError, waitUntil } = this.#options
    const claimedAt = clock.now()
    const claim = {
      ...{ id, leaseMs, expireMs, owner: globalThis.crypto.randomUUID() },
      // Greater than that of an answer with this id that has expired.
      epoch: Math.floor((claimedAt + clock.random()) * 1000),
    }
    // A second try, because the reply may have been lost: the same owner claims once.
    const isClaimed = await this.#store.claim(claim).catch(() => this.#store.claim(claim))
    if (!isClaimed) return false
    const renewMs = Math.min(leaseMs / 4, 500)
    const run = new Run(claim, claimedAt, { clock, maxLength, onError, renewMs, store: this.#store })
    const produced = run.produce(producer).then(() => void this.#runs.delete(run))
    this.#runs.set(run, produced)
    waitUntil?.(produced)
    return true
  }

  async respond(
    request: Request,
    id: string,
    options: AnswerResponseOptions<unknown> = {},
  ): Promise<Response> {
    const refusal = await this.#open(fetchHead(request), id, options)
    if (refusal) return new Response(null, refusal)
    const { reader, headers } = options
    return await this.#channels(id).respond(request, { reader, headers, from: 'start' })
  }

  async handle(
    request: NodeRequest,
    response: NodeResponse,
    id: string,
    options: AnswerResponseOptions<unknown> = {},
  ): Promise<void> {
    let gone = response.writableEnded
    response.on('close', () => (gone = true))
    let refusal: ResponseHead | undefined
    try {
      refusal = await this.#open(nodeHead(request), id, options)
    } catch (error) {
      // A rejection that nobody handles would end the process.
      this.#options.onError(error)
      refusal = { status: 500, headers: {} }
    }
    if (gone) return
    if (!refusal) {
      const { reader, headers } = options
      return await this.#channels(id).handle(request, response, { reader, headers, from: 'start' })
    }
    response.writeHead(refusal.status, refusal.headers)
    response.end()
  }

  async stop(id: string, { reader }: { readonly reader?: unknown } = {}): Promise<boolean> {
    return (await this.#mayAccess(id, reader)) && (await this.#store.stop(id))
  }

  async status(
    id: string,
    { reader }: { readonly reader?: unknown } = {},
  ): Promise<'running' | EndReason | undefined> {
    if (!(await this.#mayAccess(id, reader))) return undefined
    const page = await this.#store.read(id, BEGINNING, 1)
    if (!page?.ended) return page && 'running'
    const last = (await this.#store.read(id, before(page.head), 1))?.entries[0]
    return last?.event === END ? (JSON.parse(last.data) as { reason: EndReason }).reason : undefined
  }

  async close({
    spreadMs,
    graceMs = 30_000,
  }: CloseOptions & { readonly graceMs?: number | undefined } = {}): Promise<void> {
    this.#isClosed = true
    registry().delete(registryKey(this.name))
    await this.#channels.close({ spreadMs })
    const cancel = this.#options.clock.timer(() => {
      for (const run of this.#runs.keys()) run.end('lost')
    }, graceMs)
    await Promise.all(this.#runs.values())
    cancel()
    await this.#store.close()
  }

  /** Starts the answer if the request asks for that. Returns the head of a response without messages if there is nothing to be read. */
  async #open(
    request: RequestHead,
    id: string,
    options: AnswerResponseOptions<unknown>,
  ): Promise<ResponseHead | undefined> {
    checkOptions(options, RESPONSE_OPTIONS)
    if (request.method === 'OPTIONS') return undefined
    const { run, reader, headers } = options
    const shared = mergeHeaders(corsHeaders(request, this.#options.cors), headers)
    const missing = { status: 404, headers: { ...shared, 'cache-control': 'no-store' } }
    if (!(await this.#mayAccess(id, reader))) return missing
    try {
      // A request with a position has seen the answer. If it has expired, it must not be paid for again.
      if (run && request.method !== 'HEAD' && lastEventIdOf(request) === undefined) await this.run(id, run)
      return (await this.#store.read(id, BEGINNING, 1)) ? undefined : missing
    } catch (error) {
      this.#options.onError(error)
      const { status, headers } = unavailable(request, 1)
      return { status, headers: mergeHeaders(shared, headers) }
    }
  }

  async #mayAccess(id: string, reader: unknown): Promise<boolean> {
    const { access } = this.#options
    if (access && reader === undefined)
      throw new ServerError('reader-required', `The answers ${this.name} have access: pass a reader.`)
    return isId(id) && (!access || (await access(reader, id)) === true)
  }
}

/** Returns the key of answers in the registry. */
export const registryKey = (name: string): string => `answers ${name}`
