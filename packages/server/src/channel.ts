import { ServerError } from './errors.ts'
import type { NodeRequest, NodeResponse } from './handle.ts'
import { LogChannel, type AnyOptions } from './log-channel.ts'
import { CHANNEL_OPTIONS, checkOptions } from './options.ts'
import type { ChannelOptions, CloseOptions, PublishOptions, ResponseArguments } from './options.ts'
import { registry } from './registry.ts'

/** Messages that many clients read, with enough history for clients that return. See {@link createChannel}. */
export interface Channel<Events extends object, Reader = undefined> {
  readonly name: string
  /**
   * Appends a message to the log. Resolves with its id once the log has it. Messages are appended in the order of the calls.
   *
   * Rejects with {@link PublishError}: `not-appended`, or `unknown` if the answer of the log was lost. With a `dedupeKey`, publishing
   * again is safe.
   *
   * @throws ServerError `invalid-message` if the event name or the data cannot be sent. The promise rejects with it.
   */
  publish<Event extends keyof Events & string>(
    event: Event,
    data: Events[Event],
    options?: PublishOptions,
  ): Promise<string>
  /**
   * Answers a request of a fetch server: Hono, Next.js, SvelteKit, Bun, Deno, workers. A client that names the last id it knows is
   * sent what came after it, or told what is missing.
   */
  respond(request: Request, ...options: ResponseArguments<Reader>): Promise<Response>
  /**
   * Answers a request of `node:http`, `node:http2`, Express, Nuxt (`event.node`), or of Fastify after `reply.hijack()`. Resolves when
   * the response has begun.
   */
  handle(request: NodeRequest, response: NodeResponse, ...options: ResponseArguments<Reader>): Promise<void>
  /** Returns the newest id, for a page that a server renders: the client resumes from it. */
  lastId(): Promise<string>
  /** Ends the responses of some readers at once, for instance because their rights were revoked. Returns their number. */
  disconnect(predicate: (reader: Reader) => boolean): number
  /**
   * Ends all responses and closes the log. Clients return after delays that are spread evenly over `spreadMs`. New requests are answered
   * with 503.
   */
  close(options?: CloseOptions): Promise<void>
  /** Number of open responses in this process. */
  readonly readers: number
}

/**
 * Creates a channel, or returns the one of this name if this process has one: its log stays, and the other options are replaced. So a
 * module that is loaded twice, by a bundler or by hot reload, has one channel.
 *
 * @throws ServerError `invalid-option`
 * @example
 * ```ts
 * import { createChannel, memoryLog } from '@headwater/server'
 *
 * interface Events {
 *   price: { symbol: string; price: number }
 *   halt: { symbol: string }
 * }
 * const prices = createChannel<Events>('prices', { log: memoryLog({ maxMessages: 10_000 }) })
 * const id = await prices.publish('price', { symbol: 'ACME', price: 12.5 })
 *
 * export const GET = (request: Request) => prices.respond(request)
 * ```
 */
export const createChannel = <Events extends object = Record<string, unknown>, Reader = undefined>(
  name: string,
  options: ChannelOptions<Events, Reader>,
): Channel<Events, Reader> => {
  checkOptions(options, CHANNEL_OPTIONS)
  if (typeof (options.log as unknown as { append?: unknown } | undefined)?.append !== 'function')
    throw new ServerError(
      'invalid-option',
      `Option log of the channel ${name} must be a log, such as memoryLog().`,
    )
  if (options.cors?.credentials && options.cors.origin === '*')
    throw new ServerError('invalid-option', "Option cors: with credentials, name the origins instead of '*'.")
  const known = registry<LogChannel>()
  const channel = known.get(name) ?? new LogChannel(name, options as unknown as AnyOptions)
  known.set(name, channel)
  channel.configure(options as unknown as AnyOptions)
  return channel as unknown as Channel<Events, Reader>
}
