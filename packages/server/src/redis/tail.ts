import type { RawEntry } from './entries.ts'
import type { Link, OpenConnection } from './link.ts'

/** Someone who is told of new entries of a key. */
export interface TailListener {
  wake(): void
  stale(): void
}

/** A key that is followed. */
interface Followed {
  readonly listeners: Set<TailListener>
  /** Id of the last entry that was seen. Never `$`: an entry between two reads would be lost. */
  position: string | undefined
}

/** Longest time for which Redis holds a read back, in milliseconds. */
const BLOCK_MS = 5_000
/** Time after that in which the reply must come, in milliseconds. */
const REPLY_SLACK_MS = 2_000
/** Time without any reply after which the listeners are told, in milliseconds. */
const STALE_MS = 10_000
/** Most entries of a key that one read returns. */
const COUNT = 256
const MIN_RETRY_MS = 50
const MAX_RETRY_MS = 1_000
/** Time until CLIENT UNBLOCK is sent again where it came before the read that it is meant for, in milliseconds. */
const UNBLOCK_RETRY_MS = 5

/** Follows any number of keys with one connection and one blocking read at a time. */
export class Tail {
  readonly #link: Link
  /** Connection for CLIENT UNBLOCK, because the own one is blocked. */
  readonly #control: Link
  readonly #head: (open: OpenConnection, key: string) => Promise<string>
  readonly #followed = new Map<string, Followed>()
  #isRunning = false
  #isStale = false
  #opened: OpenConnection | undefined
  #blocked: OpenConnection | undefined
  #staleTimer: ReturnType<typeof setTimeout> | undefined
  #skipDelay = (): void => undefined
  #replies = 0

  constructor(link: Link, control: Link, head: (open: OpenConnection, key: string) => Promise<string>) {
    this.#link = link
    this.#control = control
    this.#head = head
  }

  /** Follows a key for a listener. It is woken once the position of the tail is known, and after each entry. */
  add(key: string, listener: TailListener): void {
    const known = this.#followed.get(key)
    if (known) {
      known.listeners.add(listener)
      if (known.position) setImmediate(() => known.listeners.has(listener) && listener.wake())
      return
    }
    if (this.#followed.size === 0) {
      this.#isStale = false
      this.#watch()
    }
    this.#followed.set(key, { listeners: new Set([listener]), position: undefined })
    if (!this.#isRunning) void this.#run()
    else void this.#unblock()
  }

  remove(key: string, listener: TailListener): void {
    const followed = this.#followed.get(key)
    if (!followed?.listeners.delete(listener) || followed.listeners.size > 0) return
    this.#followed.delete(key)
    if (this.#followed.size > 0) return
    clearTimeout(this.#staleTimer)
    this.#link.drop()
    this.#skipDelay()
  }

  async #run(): Promise<void> {
    this.#isRunning = true
    for (let delay = MIN_RETRY_MS; this.#followed.size > 0;)
      try {
        await this.#read()
        delay = MIN_RETRY_MS
      } catch {
        if (this.#followed.size === 0) break
        await this.#delay(delay)
        delay = Math.min(MAX_RETRY_MS, delay * 2)
      }
    this.#isRunning = false
  }

  /** One read of all keys. Rejects if Redis cannot be reached. */
  async #read(): Promise<void> {
    const open = await this.#link.open()
    if (open !== this.#opened) this.#replied()
    this.#opened = open
    for (const [key, followed] of this.#followed)
      if (!followed.position) {
        followed.position = await this.#head(open, key)
        wake(followed)
      }
    const keys = [...this.#followed.keys()]
    const positions = keys.map((key) => this.#followed.get(key)?.position)
    // A key was removed or added while the positions were read.
    if (keys.length === 0 || positions.includes(undefined)) return
    const args = [
      'XREAD',
      'COUNT',
      `${COUNT}`,
      'BLOCK',
      `${BLOCK_MS}`,
      'STREAMS',
      ...keys,
      ...(positions as string[]),
    ]
    this.#blocked = open
    let reply: unknown
    try {
      reply = await this.#link.send(open, args, BLOCK_MS + REPLY_SLACK_MS)
    } finally {
      this.#blocked = undefined
    }
    this.#replied()
    for (const [key, entries] of (reply ?? []) as [string, RawEntry[]][]) this.#deliver(key, entries)
  }

  /**
   * Only wakes, although it has the entries. A reader may come with a position that is newer than they are, from another process: it must be
   * answered with what the log has.
   */
  #deliver(key: string, entries: readonly RawEntry[]): void {
    const followed = this.#followed.get(key)
    const newest = entries.at(-1)
    if (!followed?.position || !newest) return
    followed.position = newest[0]
    wake(followed)
  }

  /** Ends the blocking read, because a key was added. */
  async #unblock(): Promise<void> {
    const blocked = this.#blocked
    if (!blocked) return
    try {
      const open = await this.#control.open()
      while (this.#blocked === blocked && [...this.#followed.values()].some(({ position }) => !position)) {
        const isDone = await this.#control.send(open, ['CLIENT', 'UNBLOCK', blocked.clientId])
        if (Number(isDone) === 1) return
        await new Promise((resolve) => setTimeout(resolve, UNBLOCK_RETRY_MS))
      }
    } catch {
      // The read ends by itself within BLOCK_MS.
    }
  }

  #replied(): void {
    this.#replies++
    if (this.#followed.size > 0) this.#watch()
    if (!this.#isStale) return
    this.#isStale = false
    for (const followed of this.#followed.values()) wake(followed)
  }

  #watch(): void {
    clearTimeout(this.#staleTimer)
    this.#staleTimer = setTimeout(() => {
      const replies = this.#replies
      // A process that was suspended has the reply in its socket, and reads it before this runs.
      setImmediate(() => {
        if (replies !== this.#replies || this.#isStale) return
        this.#isStale = true
        for (const { listeners } of this.#followed.values())
          for (const listener of [...listeners]) listener.stale()
      })
    }, STALE_MS)
  }

  #delay(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms)
      this.#skipDelay = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }
}

const wake = ({ listeners }: Followed): void => {
  for (const listener of [...listeners]) listener.wake()
}
