import {
  type AppendOptions,
  type Durability,
  type Log,
  type NewMessage,
  type Page,
  PublishError,
} from '../log.ts'
import { split } from '../resume.ts'
import { type RawEntry, toEntry } from './entries.ts'
import { Link, type OpenConnection, type RedisClient } from './link.ts'
import { Tail, type TailListener } from './tail.ts'

/** Settings of a log, with defaults applied. */
export interface Settings {
  readonly maxMessages: number
  readonly dedupeMs: number
  readonly expireMs: number
  readonly replicas: number
}

/** Connections of a client, shared by all its logs. */
interface Shared {
  readonly producer: Link
  readonly reader: Link
  readonly tail: Tail
  readonly close: () => void
  users: number
}

/** Time in which the disk or the replicas must confirm, in milliseconds. Less than the deadline of a reply. */
const CONFIRM_MS = 3_000

/** Version of Redis from which a command waits for the disk. */
const WAITAOF_VERSION = 7.2

const sharedByClient = new WeakMap<RedisClient, Shared>()

const share = (client: RedisClient): Shared => {
  let shared = sharedByClient.get(client)
  if (!shared) {
    const [producer, reader, follower] = [new Link(client), new Link(client), new Link(client)]
    const head = async (open: OpenConnection, key: string) =>
      String(await follower.run(open, [key], ['head', '0', '0']))
    const close = () => {
      for (const link of [producer, reader, follower]) link.drop()
    }
    shared = { producer, reader, tail: new Tail(follower, reader, head), close, users: 0 }
    sharedByClient.set(client, shared)
  }
  shared.users++
  return shared
}

/** One stream. */
export class RedisLog implements Log {
  readonly #client: RedisClient
  readonly #key: string
  readonly #settings: Settings
  readonly #stops = new Set<() => void>()
  readonly #fsyncs = new WeakMap<OpenConnection, Promise<boolean>>()
  readonly #pending = new Set<Promise<unknown>>()
  #shared: Shared | undefined
  #isClosed = false
  /** Newest epoch that was seen. A new one is greater, also where Redis has lost everything. */
  #epoch = 0

  constructor(client: RedisClient, key: string, settings: Settings) {
    this.#client = client
    this.#key = key
    this.#settings = settings
  }

  append(messages: readonly NewMessage[], options: AppendOptions = {}): Promise<readonly string[]> {
    const result = this.#append(messages, options).finally(() => this.#pending.delete(result))
    this.#pending.add(result)
    return result
  }

  async read(after: string, limit: number): Promise<Page> {
    const { reader } = this.#use()
    const reply = await reader.run(await reader.open(), [this.#key], this.#args('read', after, String(limit)))
    const [head, entries] = reply as [string, RawEntry[]]
    this.#epoch = Math.max(this.#epoch, split(head)[0])
    return { entries: entries.map(toEntry), head }
  }

  async start(): Promise<string> {
    const { reader } = this.#use()
    return String(await reader.run(await reader.open(), [this.#key], this.#args('start')))
  }

  tail(wake: () => void, stale: () => void = () => undefined): () => void {
    const { tail } = this.#use()
    const listener: TailListener = { wake, stale }
    tail.add(this.#key, listener)
    const stop = () => {
      tail.remove(this.#key, listener)
      this.#stops.delete(stop)
    }
    this.#stops.add(stop)
    return stop
  }

  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    for (const stop of this.#stops) stop()
    await Promise.allSettled(this.#pending)
    if (!this.#shared || --this.#shared.users > 0) return
    sharedByClient.delete(this.#client)
    this.#shared.close()
  }

  async #append(
    messages: readonly NewMessage[],
    { dedupeKey, durability = 'log' }: AppendOptions,
  ): Promise<readonly string[]> {
    let open: OpenConnection
    const { producer } = await this.#orNotAppended(async () => {
      const shared = this.#use()
      open = await shared.producer.open()
      await this.#checkDurability(shared.producer, open, durability)
      if (!open.connection.isReady) throw new Error('The connection was lost.')
      return shared
    })
    if (messages.length === 0) return []
    const { maxMessages, dedupeMs } = this.#settings
    const args = messages.flatMap(({ event, data, expiresAt }) => [event, data, String(expiresAt ?? '')])
    const keys = dedupeKey === undefined ? [this.#key] : [this.#key, dedupeKeyOf(this.#key, dedupeKey)]
    let isAppended = false
    try {
      const command = this.#args('append', String(maxMessages), String(dedupeMs), ...args)
      const [first, count] = (await producer.run(open!, keys, command)) as [string, number]
      isAppended = true
      const [epoch, n] = split(first)
      this.#epoch = Math.max(this.#epoch, epoch)
      await this.#confirm(producer, open!, durability)
      return Array.from({ length: count }, (_, index) => `${epoch}-${n + index}`)
    } catch (cause) {
      // An error that is an answer leaves the connection open. Without an answer, the messages may have been appended.
      const code = !isAppended && open!.connection.isReady ? 'not-appended' : 'unknown'
      throw new PublishError(code, `The append to ${this.#key} was not confirmed: ${reasonOf(cause)}`, {
        cause,
      })
    }
  }

  async #orNotAppended<T>(prepare: () => Promise<T>): Promise<T> {
    try {
      return await prepare()
    } catch (cause) {
      throw new PublishError('not-appended', `Nothing was appended to ${this.#key}: ${reasonOf(cause)}`, {
        cause,
      })
    }
  }

  #use(): Shared {
    if (this.#isClosed) throw new Error(`The log ${this.#key} is closed.`)
    return (this.#shared ??= share(this.#client))
  }

  #args(command: string, ...rest: string[]): string[] {
    return [command, String(this.#epoch), String(this.#settings.expireMs), ...rest]
  }

  /** Rejects if the server cannot give a durability. */
  async #checkDurability(producer: Link, open: OpenConnection, durability: Durability): Promise<void> {
    if (durability !== 'fsync') return
    let canSync = this.#fsyncs.get(open)
    if (!canSync) {
      canSync = knowsFsync(producer, open)
      this.#fsyncs.set(open, canSync)
    }
    if (!(await canSync))
      throw new Error(
        `durability 'fsync' needs 'appendonly yes', and before Redis 7.2 'appendfsync always' (this is ${open.version}).`,
      )
  }

  /** Waits until the disk or the replicas have what was sent before. */
  async #confirm(producer: Link, open: OpenConnection, durability: Durability): Promise<void> {
    const { replicas } = this.#settings
    if (durability === 'fsync' && open.version >= WAITAOF_VERSION) {
      const reply = await producer.send(open, ['WAITAOF', '1', '0', String(CONFIRM_MS)])
      if (Number((reply as number[])[0]) < 1)
        throw new Error(`It was not on the disk after ${CONFIRM_MS} ms.`)
    }
    if (durability !== 'replicated') return
    const count = Number(await producer.send(open, ['WAIT', String(replicas), String(CONFIRM_MS)]))
    if (count < replicas)
      throw new Error(`It had reached ${count} of ${replicas} replicas after ${CONFIRM_MS} ms.`)
  }
}

/** Returns true if the server can confirm that a message is on the disk: by a command, or because each reply comes after an fsync. */
const knowsFsync = async (producer: Link, open: OpenConnection): Promise<boolean> => {
  if (open.version >= WAITAOF_VERSION)
    return String(await producer.send(open, ['INFO', 'persistence'])).includes('aof_enabled:1')
  const settings = ['appendonly', 'appendfsync'].map((name) => producer.send(open, ['CONFIG', 'GET', name]))
  return String(await Promise.all(settings)) === 'appendonly,yes,appendfsync,always'
}

const reasonOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause))

/** Returns a key in the same slot of a cluster: the part of a key in braces chooses the slot. */
const dedupeKeyOf = (key: string, dedupeKey: string): string =>
  `${/\{[^}]+\}/.test(key) ? key : `{${key}}`}:dedupe:${dedupeKey}`
