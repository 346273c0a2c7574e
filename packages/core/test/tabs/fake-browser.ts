import type { TabChannel, TabLocks } from '../../src/platform/tabs.ts'
import type { Owner, Scheduler } from './scheduler.ts'

/** Faults of the channel, each as a probability. A `BroadcastChannel` has none of them. */
export interface ChannelFaults {
  drop: number
  duplicate: number
  /** Longest delay, in milliseconds. Later messages may overtake. */
  delayMs: number
}

/** Message between tabs. */
export interface TabMail {
  readonly type: string
  readonly term?: readonly [number, string]
  readonly to?: string
  readonly from?: string
  readonly after?: string
}

interface Channel {
  readonly name: string
  readonly owner: Owner
  readonly listeners: ((event: { readonly data: unknown }) => void)[]
}

interface LockRequest {
  readonly name: string
  readonly owner: Owner
  readonly callback: (lock: unknown) => unknown
  readonly resolve: (value: unknown) => void
  readonly reject: (error: unknown) => void
  isOver: boolean
}

/** Simulated browser: the channels and locks that its tabs share. */
export class FakeBrowser {
  readonly faults: ChannelFaults = { drop: 0, duplicate: 0, delayMs: 0 }
  /** Called with each message that a tab sends. */
  onPost: ((owner: Owner | undefined, message: TabMail) => void) | undefined
  /** Returns false for messages that do not arrive. */
  filter: (to: Owner, message: TabMail) => boolean = () => true
  readonly #scheduler: Scheduler
  readonly #channels = new Set<Channel>()
  readonly #held = new Map<string, LockRequest>()
  readonly #queues = new Map<string, LockRequest[]>()

  constructor(scheduler: Scheduler) {
    this.#scheduler = scheduler
  }

  /** Number of open channels and of held or requested locks of a tab. */
  holdings(owner: Owner): { channels: number; locks: number } {
    const requests = [...this.#held.values(), ...[...this.#queues.values()].flat()]
    return {
      channels: [...this.#channels].filter((channel) => channel.owner === owner).length,
      locks: requests.filter((request) => request.owner === owner).length,
    }
  }

  /** Names of the channels that are open. */
  get channelNames(): string[] {
    return [...new Set([...this.#channels].map(({ name }) => name))]
  }

  /** Sends a message to all tabs, as a tab that does not follow the rules. */
  inject(message: TabMail & Record<string, unknown>): void {
    const stranger: Owner = { isAlive: true, isFrozen: false }
    for (const name of this.channelNames) {
      const channel = this.openChannel(stranger, name)
      // oxlint-disable-next-line unicorn/require-post-message-target-origin
      channel.postMessage(message)
      channel.close()
    }
  }

  /** Returns the tab that holds the lock with the shortest name: the lock of the leader. */
  get leaderLock(): Owner | undefined {
    const [name] = [...this.#held.keys()].filter((each) => each.endsWith(']'))
    return name === undefined ? undefined : this.#held.get(name)!.owner
  }

  openChannel(owner: Owner, name: string): TabChannel {
    const channel: Channel = { name, owner, listeners: [] }
    this.#channels.add(channel)
    return {
      postMessage: (message: unknown) => {
        if (!this.#channels.has(channel)) throw new Error('The channel is closed.')
        this.onPost?.(owner, message as TabMail)
        for (const other of this.#channels)
          if (other !== channel && other.name === name) this.#deliver(other, owner, structuredClone(message))
      },
      addEventListener: (_, listener) => void channel.listeners.push(listener),
      close: () => void this.#channels.delete(channel),
    }
  }

  #deliver(to: Channel, from: Owner, data: unknown): void {
    const { random } = this.#scheduler
    const { drop, duplicate, delayMs } = this.faults
    if (random() < drop || !this.filter(to.owner, data as TabMail)) return
    const times = random() < duplicate ? 2 : 1
    for (let time = 0; time < times; time++) {
      // Without faults, the messages of a tab stay in order.
      const delay = delayMs > 0 ? random() * delayMs : 1
      const source = `channel ${idOf(from)}${delayMs > 0 ? ` ${random()}` : ''}`
      this.#scheduler.schedule(to.owner, delay, source, () => {
        if (this.#channels.has(to)) for (const listener of to.listeners) listener({ data })
      })
    }
  }

  locksOf(owner: Owner): TabLocks {
    return {
      request: (name, { signal, steal, ifAvailable }, callback) =>
        new Promise((resolve, reject) => {
          const request: LockRequest = { name, owner, callback, resolve, reject, isOver: false }
          signal?.addEventListener('abort', () => this.#abort(request))
          if (steal) this.#steal(request)
          else if (ifAvailable && this.#held.has(name))
            this.#tell(owner, async () => resolve(await callback(null)))
          else this.#queues.set(name, [...(this.#queues.get(name) ?? []), request])
          this.#grant(name)
        }),
      query: () =>
        new Promise((resolve) => {
          this.#tell(owner, () =>
            resolve({
              held: [...this.#held].map(([name, { owner }]) => ({ name, clientId: String(idOf(owner)) })),
            }),
          )
        }),
    }
  }

  /** Frees what a crashed tab holds. */
  crash(owner: Owner): void {
    for (const channel of this.#channels) if (channel.owner === owner) this.#channels.delete(channel)
    for (const [name, queue] of this.#queues)
      this.#queues.set(
        name,
        queue.filter((request) => request.owner !== owner),
      )
    for (const [name, request] of this.#held) if (request.owner === owner) this.#release(request, name)
  }

  #tell(owner: Owner, run: () => void): void {
    this.#scheduler.schedule(owner, 0.2, 'locks', run)
  }

  #steal(request: LockRequest): void {
    const holder = this.#held.get(request.name)
    this.#held.delete(request.name)
    if (holder) {
      holder.isOver = true
      // Later than an answer to `query()`, as browsers sometimes do.
      this.#scheduler.schedule(holder.owner, 5, 'lost locks', () =>
        holder.reject(new DOMException('Stolen or aborted', 'AbortError')),
      )
    }
    this.#queues.set(request.name, [request, ...(this.#queues.get(request.name) ?? [])])
  }

  #abort(request: LockRequest): void {
    const queue = this.#queues.get(request.name) ?? []
    if (!queue.includes(request)) return
    this.#queues.set(
      request.name,
      queue.filter((other) => other !== request),
    )
    request.reject(new DOMException('Stolen or aborted', 'AbortError'))
  }

  #grant(name: string): void {
    const queue = this.#queues.get(name) ?? []
    const [request, ...rest] = queue
    if (!request || this.#held.has(name)) return
    this.#queues.set(name, rest)
    this.#held.set(name, request)
    this.#tell(request.owner, async () => {
      if (request.isOver) return
      try {
        request.resolve(await request.callback({ name }))
      } catch (error) {
        request.reject(error)
      }
      this.#release(request, name)
    })
  }

  #release(request: LockRequest, name: string): void {
    if (this.#held.get(name) !== request) return
    this.#held.delete(name)
    this.#grant(name)
  }
}

const ids = new WeakMap<Owner, number>()
let lastId = 0

function idOf(owner: Owner): number {
  if (!ids.has(owner)) ids.set(owner, ++lastId)
  return ids.get(owner)!
}
