import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { createChannel } from '../../src/index.ts'
import { redisLog } from '../../src/redis.ts'
import { sqliteLog } from '../../src/sqlite.ts'
import { Client, requestTo, uniqueName } from '../harness.ts'
import { RedisServer, skipWithoutRedis } from './redis-server.ts'
import { temporaryFile } from './temporary.ts'

type Events = { n: number }

/** Creates channels that share a log as processes do: each has a connection of its own. */
type CreateChannel = () => ReturnType<typeof createChannel<Events>>
const closing = (channel: ReturnType<CreateChannel>) => {
  onTestFinished(() => channel.close())
  return channel
}
const onRedis =
  (server: RedisServer): CreateChannel =>
  () =>
    closing(createChannel<Events>(uniqueName(), { log: redisLog(server.client(), 'log') }))

const connect = async (channel: ReturnType<CreateChannel>, id?: string) =>
  new Client(await channel.respond(requestTo(id)))
const numbers = ({ messages }: Client) =>
  messages.filter((text) => text.startsWith('n ')).map((text) => Number(text.slice(2)))

describe.each(['SQLite', 'Redis'])('channels on %s', (name) => {
  const create = async (): Promise<CreateChannel> => {
    if (name === 'Redis') return onRedis(await RedisServer.start())
    const path = temporaryFile()
    return () => closing(createChannel<Events>(uniqueName(), { log: sqliteLog(path, { pollMs: 5 }) }))
  }
  beforeEach((context) => void (name === 'Redis' && skipWithoutRedis(context)))

  test('a reader of one process is sent what another publishes, and returns to the other without a loss', async () => {
    const open = await create()
    const [one, two] = [open(), open()]
    const client = await connect(one)
    for (let n = 0; n < 50; n++) await (n % 2 ? one : two).publish('n', n)
    await client.until((text) => text.includes('data: 49'))
    expect(numbers(client)).toEqual(Array.from({ length: 50 }, (_, n) => n))
    const { id } = client.blocks.at(-1)!
    await client.cancel()
    for (let n = 50; n < 100; n++) await one.publish('n', n)
    const back = await connect(two, id)
    expect(back.response.headers.get('sse-resume')).toBe('complete')
    await two.publish('n', 100)
    await back.until((text) => text.includes('data: 100'))
    expect(numbers(back)).toEqual(Array.from({ length: 51 }, (_, n) => 50 + n))
    expect(back.text).not.toContain('headwater.gap')
  })
})

describe('a channel on Redis', () => {
  beforeEach(skipWithoutRedis)

  test('tells a connected reader and one that returns of a gap after FLUSHALL', async () => {
    const server = await RedisServer.start()
    const channel = onRedis(server)()
    const client = await connect(channel)
    const id = await channel.publish('n', 1)
    await client.until((text) => text.includes('data: 1'))
    await server.command('FLUSHALL')
    const next = await channel.publish('n', 2)
    await client.until((text) => text.includes('data: 2'))
    expect(client.messages.filter((text) => !text.startsWith(' '))).toEqual([
      'n 1',
      `headwater.gap ${JSON.stringify({ from: id, to: null })}`,
      'n 2',
    ])
    const back = await connect(channel, id)
    expect(back.response.headers.get('sse-resume')).toBe('gap')
    await back.until((text) => text.includes('data: 2'))
    expect(back.blocks.at(-1)!.id).toBe(next)
  })

  test('answers 503 with Retry-After while Redis is down, and goes on when it is back', async () => {
    const server = await RedisServer.start('--appendonly', 'yes')
    const channel = onRedis(server)()
    const id = await channel.publish('n', 1)
    await server.stop()
    for (const cursor of [undefined, id]) {
      const { status, headers } = await channel.respond(requestTo(cursor))
      expect([status, Number(headers.get('retry-after')) > 0]).toEqual([503, true])
    }
    await expect(channel.publish('n', 2)).rejects.toMatchObject({ code: 'not-appended' })
    await server.start()
    await channel.publish('n', 2)
    const client = await connect(channel, id)
    await client.until((text) => text.includes('data: 2'))
    expect(numbers(client)).toEqual([2])
  })

  test('ends the responses, spread, when Redis is stopped for 10 s', async () => {
    const server = await RedisServer.start()
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] })
    onTestFinished(() => void vi.useRealTimers())
    const channel = onRedis(server)()
    const clients = await Promise.all(Array.from({ length: 10 }, () => connect(channel)))
    await channel.publish('n', 1)
    for (const client of clients) await client.until((text) => text.includes('data: 1'))
    server.signal('SIGSTOP')
    const advance = async () => {
      await vi.advanceTimersByTimeAsync(1_000)
      await new Promise(setImmediate)
      for (const client of clients) void client.read()
      await new Promise(setImmediate)
    }
    let seconds = 0
    for (; clients.some(({ done }) => !done) && seconds < 30; seconds++) await advance()
    expect(seconds).toBeGreaterThanOrEqual(10)
    expect(seconds).toBeLessThanOrEqual(12)
    const retries = clients.map(({ text }) => Number([...text.matchAll(/^retry: (\d+)$/gm)].at(-1)?.[1]))
    expect(new Set(retries).size).toBe(10)
    expect(Math.max(...retries)).toBeLessThanOrEqual(10_000)
  })
})
