import { END, endMessage } from '../answer-store.ts'
import type { AnswerClaim, AnswerPage, AnswerStore, WriteResult } from '../answer-store.ts'
import type { NewMessage } from '../log.ts'
import { ANSWER_SCRIPT } from './answer-script.ts'
import { type RawEntry, toEntry } from './entries.ts'
import { Link, type OpenConnection, type RedisClient } from './link.ts'
import { Tail } from './tail.ts'

/** Answers in Redis. One connection writes, one reads, and one waits for new messages. */
export class RedisAnswers implements AnswerStore {
  readonly #writer: Link
  readonly #reader: Link
  readonly #follower: Link
  readonly #tail: Tail
  readonly #prefix: string
  readonly #stops = new Set<() => void>()

  constructor(client: RedisClient, prefix: string) {
    this.#prefix = prefix
    this.#writer = new Link(client, ANSWER_SCRIPT)
    this.#reader = new Link(client, ANSWER_SCRIPT)
    this.#follower = new Link(client, ANSWER_SCRIPT)
    const head = async (open: OpenConnection, key: string) => {
      const reply = await this.#follower.send(open, ['XREVRANGE', key, '+', '-', 'COUNT', '1'])
      return (reply as RawEntry[])[0]?.[0] ?? '0-0'
    }
    this.#tail = new Tail(this.#follower, this.#reader, head)
  }

  async claim({ id, owner, epoch, leaseMs, expireMs }: AnswerClaim): Promise<boolean> {
    const args = ['claim', owner, `${epoch}`, `${leaseMs}`, `${expireMs}`]
    return (await this.#run(this.#writer, id, args)) === 1
  }

  async write(
    { id, owner, leaseMs }: AnswerClaim,
    from: number,
    messages: readonly NewMessage[],
  ): Promise<WriteResult> {
    const texts = messages.flatMap(({ event, data }) => [event, data])
    const args = ['write', owner, `${leaseMs}`, `${from}`, END, ...texts]
    const [state, last] = (await this.#run(this.#writer, id, args)) as [WriteResult['state'], number]
    return { state, last }
  }

  async stop(id: string): Promise<boolean> {
    return (await this.#run(this.#writer, id, ['stop'])) === 1
  }

  async read(id: string, after: string, limit: number): Promise<AnswerPage | undefined> {
    const { event, data } = endMessage('lost')
    const reply = await this.#run(this.#reader, id, ['read', after, `${limit}`, event, data])
    if (reply === null) return undefined
    const [head, entries, ended, leaseMs] = reply as [string, RawEntry[], number, string]
    return { entries: entries.map(toEntry), head, ended: ended === 1, leaseMs: Number(leaseMs) }
  }

  tail(id: string, wake: () => void, stale: () => void = () => undefined): () => void {
    const [stream] = this.#keys(id)
    const listener = { wake, stale }
    this.#tail.add(stream, listener)
    const stop = () => {
      this.#tail.remove(stream, listener)
      this.#stops.delete(stop)
    }
    this.#stops.add(stop)
    return stop
  }

  async close(): Promise<void> {
    for (const stop of this.#stops) stop()
    for (const link of [this.#writer, this.#reader, this.#follower]) link.drop()
  }

  async #run(link: Link, id: string, args: readonly string[]): Promise<unknown> {
    return link.run(await link.open(), this.#keys(id), args)
  }

  /** Both keys are in one slot of a cluster, which the part in braces chooses. */
  #keys(id: string): [stream: string, hash: string] {
    const stream = `${this.#prefix}:{${encodeURIComponent(id)}}`
    return [stream, `${stream}:claim`]
  }
}
