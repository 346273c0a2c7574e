import type { AnswerStore } from './answer-store.ts'
import type { Log } from './log.ts'
import type { RedisClient } from './redis/link.ts'
import { RedisAnswers } from './redis/redis-answers.ts'
import { RedisLog } from './redis/redis-log.ts'

export type { RedisClient, RedisConnection } from './redis/link.ts'

/** Options of {@link redisLog}. */
export interface RedisLogOptions {
  /** Number of messages that are kept at least. Redis removes older ones in blocks of about 100. Default 10,000. */
  readonly maxMessages?: number | undefined
  /** Time for which a `dedupeKey` is remembered, in milliseconds. Default 10 min. */
  readonly dedupeMs?: number | undefined
  /** Deletes the stream when nothing was appended for so long, in milliseconds: for channels of rooms and users. Default: never. */
  readonly expireMs?: number | undefined
  /** Number of replicas that must have a message before `durability: 'replicated'` resolves. Default 1. */
  readonly replicas?: number | undefined
}

/**
 * Creates a log in a Redis stream, for any number of processes on any number of machines. Needs Redis 7 or later.
 *
 * Each log begins a new epoch when Redis was restarted, failed over or flushed: messages that were acknowledged may be missing then, and each reader
 * is told of a gap. How much can be lost depends on the settings of Redis: with `appendonly yes` and `appendfsync everysec`, the last second; with
 * `appendfsync always` nothing, but a restart cannot be told from a failover to a replica that has less, so a gap is told here, too.
 *
 * All logs of a client share three connections: one appends, one reads, and one waits for new messages. They are made from the options of the client,
 * which need not be connected. They are never kept waiting: without a connection, `append` rejects with `not-appended`, and a read rejects.
 *
 * @param client from `createClient` of the package `redis`, version 5 or 6. It must connect to the primary, never to a replica.
 * @param key the key of the stream. Dedupe keys are in `{<key>}:dedupe:…`.
 * @example
 * ```js
 * import { createChannel } from '@headwater/server'
 * import { redisLog } from '@headwater/server/redis'
 * import { createClient } from 'redis'
 *
 * const client = createClient({ url: 'redis://localhost:6379' })
 * const prices = createChannel('prices', { log: redisLog(client, 'prices') })
 * ```
 */
export function redisLog(client: RedisClient, key: string, options: RedisLogOptions = {}): Log {
  return new RedisLog(client, key, {
    maxMessages: options.maxMessages ?? 10_000,
    dedupeMs: options.dedupeMs ?? 600_000,
    expireMs: options.expireMs ?? 0,
    replicas: options.replicas ?? 1,
  })
}

/**
 * Creates a store of answers in Redis, for any number of processes on any number of machines: the producer may run in another process than those that
 * serve its readers. Needs Redis 7 or later.
 *
 * While its process lives, a producer writes again what Redis has lost in a restart, under the same ids. Answers that have ended are lost with Redis: then
 * a request with their id starts them again. Use `appendonly yes` with `appendfsync always` if they must not.
 *
 * @param client from `createClient` of the package `redis`, version 5 or 6. Only its options are used, for three connections. It must connect to the
 * primary, never to a replica.
 * @param options `prefix`: beginning of the keys. Default `'answers'`. Those of an answer are `<prefix>:{<id>}` and `<prefix>:{<id>}:claim`.
 * @example
 * ```js
 * import { createAnswers } from '@headwater/server/answers'
 * import { redisAnswers } from '@headwater/server/redis'
 * import { createClient } from 'redis'
 *
 * const client = createClient({ url: 'redis://localhost:6379' })
 * const answers = createAnswers('chat', { store: redisAnswers(client) })
 * ```
 */
export function redisAnswers(
  client: RedisClient,
  { prefix = 'answers' }: { readonly prefix?: string | undefined } = {},
): AnswerStore {
  return new RedisAnswers(client, prefix)
}
