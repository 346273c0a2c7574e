import { createChannel, type Channel } from './channel.ts'
import { systemClock, type Clock } from './clock.ts'
import type { Log } from './log.ts'
import type { ChannelOptions, CloseOptions } from './options.ts'
import { registry } from './registry.ts'

/** Options of {@link channels}. */
export interface FamilyOptions<Events, Reader = undefined> extends Omit<
  ChannelOptions<Events, Reader>,
  'log'
> {
  /** Creates the log of one channel. */
  readonly log: (id: string) => Log
  /**
   * Time after which a channel without readers is freed and its log is closed, in milliseconds. A log in memory loses its messages then,
   * and readers that return are told a gap. Default 5 minutes.
   */
  readonly idleMs?: number | undefined
}

/** Channels of one kind, by id. */
export interface ChannelFamily<Events extends object, Reader = undefined> {
  /** Returns the channel of an id. It is opened when it is used. */
  (id: string): Channel<Events, Reader>
  /** Closes all channels. New requests are answered with 503. */
  close(options?: CloseOptions): Promise<void>
}

/**
 * Creates channels of one kind, such as one for each room or user.
 *
 * @throws ServerError `invalid-option`, when a channel is used.
 * @example
 * ```ts
 * import { channels, memoryLog } from '@headwater/server'
 *
 * const rooms = channels<{ said: { by: string; text: string } }>('rooms', { log: () => memoryLog() })
 * await rooms('lobby').publish('said', { by: 'Ada', text: 'Hello' })
 *
 * export const GET = (request: Request) => rooms('lobby').respond(request)
 * ```
 */
export const channels = <Events extends object = Record<string, unknown>, Reader = undefined>(
  name: string,
  options: FamilyOptions<Events, Reader>,
): ChannelFamily<Events, Reader> => {
  const families = registry<Family<Events, Reader>>()
  const key = `family ${name}`
  const family = families.get(key) ?? new Family(name)
  families.set(key, family)
  family.options = options
  return Object.assign((id: string) => family.channel(id), {
    close: async (closeOptions: CloseOptions = {}) => {
      families.delete(key)
      await family.close(closeOptions)
    },
  })
}

class Family<Events extends object, Reader> {
  readonly #name: string
  declare options: FamilyOptions<Events, Reader>
  /** Channels that are open, and when each was last used. */
  readonly #open = new Map<string, { readonly channel: Channel<Events, Reader>; usedAt: number }>()
  #closed: CloseOptions | undefined
  #cancelSweep: (() => void) | undefined

  constructor(name: string) {
    this.#name = name
  }

  /** Returns a channel that is opened at each use, if it was freed meanwhile. */
  channel(id: string): Channel<Events, Reader> {
    const use = () => this.#use(id)
    const peek = () => this.#open.get(id)?.channel
    return {
      name: this.#nameOf(id),
      publish: (...args) => use().publish(...args),
      respond: (...args) => use().respond(...args),
      handle: (...args) => use().handle(...args),
      lastId: () => use().lastId(),
      disconnect: (predicate) => peek()?.disconnect(predicate) ?? 0,
      close: async (options) => {
        const channel = peek()
        this.#open.delete(id)
        await channel?.close(options)
      },
      get readers() {
        return peek()?.readers ?? 0
      },
    }
  }

  async close(options: CloseOptions): Promise<void> {
    this.#closed = options
    this.#cancelSweep?.()
    await Promise.all([...this.#open.values()].map(({ channel }) => channel.close(options)))
    this.#open.clear()
  }

  #use(id: string): Channel<Events, Reader> {
    const { log, idleMs: _, ...options } = this.options
    const channel =
      this.#open.get(id)?.channel ?? createChannel(this.#nameOf(id), { ...options, log: log(id) })
    if (this.#closed) this.#free(channel, this.#closed)
    else this.#open.set(id, { channel, usedAt: this.#clock.now() })
    if (!this.#cancelSweep) this.#scheduleSweep()
    return channel
  }

  #sweep(): void {
    for (const [id, entry] of this.#open) {
      if (entry.channel.readers > 0) entry.usedAt = this.#clock.now()
      else if (this.#clock.now() - entry.usedAt >= this.#idleMs) {
        this.#open.delete(id)
        this.#free(entry.channel)
      }
    }
    this.#cancelSweep = undefined
    if (this.#open.size > 0) this.#scheduleSweep()
  }

  #free(channel: Channel<Events, Reader>, options?: CloseOptions): void {
    channel.close(options).catch(this.options.onError ?? console.error)
  }

  #scheduleSweep(): void {
    this.#cancelSweep = this.#clock.timer(() => this.#sweep(), this.#idleMs / 2, true)
  }

  #nameOf(id: string): string {
    return `${this.#name}/${encodeURIComponent(id)}`
  }

  get #clock(): Clock {
    return this.options.clock ?? systemClock
  }

  get #idleMs(): number {
    return this.options.idleMs ?? 300_000
  }
}
