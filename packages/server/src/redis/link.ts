import { SCRIPT } from './script.ts'

/** The part of a connection of `redis` (node-redis) that is used. */
export interface RedisConnection {
  readonly isReady: boolean
  connect(): Promise<unknown>
  destroy(): void
  sendCommand(args: readonly string[]): Promise<unknown>
  on(event: 'error', listener: (error: Error) => void): unknown
}

/** A client of `redis` (node-redis) 5 or 6, from `createClient`. Only its options are used: it need not be connected. */
export interface RedisClient {
  readonly options?: { readonly socket?: object | undefined } | undefined
  duplicate(overrides?: object): RedisConnection
}

/** An open connection, and what is known of its server. */
export interface OpenConnection {
  readonly connection: RedisConnection
  readonly clientId: string
  readonly version: number
  /** SHA-1 of the script. */
  readonly sha: string
}

/** Time for a connection to be made, or a reply to come, in milliseconds. */
const REPLY_MS = 5_000

/** Thrown where no reply came in time. The connection is closed then. */
class ReplyTimeout extends Error {
  override readonly name = 'ReplyTimeout'
}

/**
 * One connection that is opened when it is needed, and again after it was lost. Commands are never queued while there is none, and never sent twice, as
 * the own reconnects of the client would do.
 */
export class Link {
  readonly #client: RedisClient
  readonly #script: string
  #opening: Promise<OpenConnection> | undefined
  /** The connection of `#opening`, also while it is being made. */
  #connection: RedisConnection | undefined

  constructor(client: RedisClient, script: string = SCRIPT) {
    this.#client = client
    this.#script = script
  }

  /** Resolves with the open connection, or with a new one. */
  open(): Promise<OpenConnection> {
    return (this.#opening ??= this.#connect())
  }

  /** Sends a command. Closes the connection if no reply comes in time. */
  send({ connection }: OpenConnection, args: readonly string[], ms: number = REPLY_MS): Promise<unknown> {
    return this.#within(connection, connection.sendCommand(args), args[0]!, ms)
  }

  /** Runs the script. */
  async run(open: OpenConnection, keys: readonly string[], args: readonly string[]): Promise<unknown> {
    const rest = [String(keys.length), ...keys, ...args]
    try {
      return await this.send(open, ['EVALSHA', open.sha, ...rest])
    } catch (error) {
      if (!String((error as Error).message).startsWith('NOSCRIPT')) throw error
      return this.send(open, ['EVAL', this.#script, ...rest])
    }
  }

  /** Closes the connection. Commands without a reply reject. */
  drop(connection: RedisConnection | undefined = this.#connection): void {
    if (!connection) return
    if (connection === this.#connection) {
      this.#connection = undefined
      this.#opening = undefined
    }
    try {
      connection.destroy()
    } catch {
      // It is closed already.
    }
  }

  async #connect(): Promise<OpenConnection> {
    const { options } = this.#client
    const connection = this.#client.duplicate({
      RESP: 2,
      clientSideCache: undefined,
      commandOptions: {},
      disableOfflineQueue: true,
      emitInvalidate: false,
      maintNotifications: 'disabled',
      pingInterval: undefined,
      socket: { ...options?.socket, connectTimeout: REPLY_MS, reconnectStrategy: false },
    })
    this.#connection = connection
    connection.on('error', () => this.drop(connection))
    try {
      await this.#within(connection, connection.connect(), 'connect', REPLY_MS)
      const open = { connection, clientId: '', version: 0, sha: '' }
      const commands = [['SCRIPT', 'LOAD', this.#script], ['CLIENT', 'ID'], ['INFO', 'server']] // prettier-ignore
      const [sha, clientId, info] = await Promise.all(commands.map((args) => this.send(open, args)))
      const version = Number.parseFloat(/redis_version:(\d+\.\d+)/.exec(String(info))?.[1] ?? '')
      if (!(version >= 7))
        throw new Error(`redisLog needs Redis 7 or later. This server has version ${version}.`)
      return { connection, clientId: String(clientId), version, sha: String(sha) }
    } catch (error) {
      this.drop(connection)
      throw error
    }
  }

  #within<T>(connection: RedisConnection, reply: Promise<T>, subject: string, ms: number): Promise<T> {
    return new Promise((resolve, reject) => {
      let isSettled = false
      const expire = () => {
        if (isSettled) return
        reject(new ReplyTimeout(`Redis did not answer ${subject} within ${ms / 1_000} s.`))
        this.drop(connection)
      }
      // A process that was busy or suspended has the reply in its socket, and reads it first.
      const timer = setTimeout(() => setImmediate(expire), ms)
      const settle = () => {
        isSettled = true
        clearTimeout(timer)
      }
      reply.then(resolve, reject).finally(settle)
    })
  }
}
