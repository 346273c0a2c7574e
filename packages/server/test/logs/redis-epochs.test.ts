import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import type { Log } from '../../src/log.ts'
import { redisLog } from '../../src/redis.ts'
import { SCRIPT } from '../../src/redis/script.ts'
import { isAfter, split } from '../../src/resume.ts'
import { readAll } from '../../src/testing/assert.ts'
import { RedisServer, skipWithoutRedis } from './redis-server.ts'

beforeEach(skipWithoutRedis)

const open = (server: RedisServer): Log => {
  const log = redisLog(server.client(), 'log')
  onTestFinished(() => log.close())
  return log
}

describe('a new epoch', () => {
  /** Runs the script as a process does that has seen an epoch. Returns the epoch of the head. */
  const headAfter = async (server: RedisServer, seen: number) =>
    split(String(await server.command('EVAL', SCRIPT, '1', 'log', 'head', String(seen), '0')))[0]

  test('is greater than all that the process has seen, although the clock of Redis was set back or a backup was restored', async () => {
    const server = await RedisServer.start('--appendonly', 'yes')
    const future = Date.now() * 2_000
    expect(await headAfter(server, future)).toBe(future + 1)
    expect(await headAfter(server, future)).toBe(future + 1)
    expect(await headAfter(server, 0)).toBe(future + 1)
    expect(await headAfter(server, future + 10)).toBe(future + 11)
    await server.stop()
    await server.start()
    expect(await headAfter(server, 0)).toBe(future + 12)
  })

  test('is another one for each time that the stream is deleted, however soon', async () => {
    const server = await RedisServer.start()
    const epochs = new Set<number>()
    const client = server.client()
    await client.connect()
    const replies = Array.from({ length: 100 }, () => [
      client.sendCommand(['EVAL', SCRIPT, '1', 'log', 'head', '0', '0']),
      client.del('log'),
    ]).flat()
    for (const reply of await Promise.all(replies)) if (typeof reply === 'string') epochs.add(split(reply)[0])
    client.destroy()
    expect(epochs.size).toBe(100)
  })
})

test('after a restart that has lost nothing, the head is in the new epoch, and a dedupeKey still finds its message', async () => {
  const server = await RedisServer.start('--appendonly', 'yes', '--appendfsync', 'always')
  const publish = (log: Log) =>
    log.append(
      [
        { event: '', data: 'a' },
        { event: '', data: 'b' },
      ],
      { dedupeKey: 'k' },
    )
  const ids = await publish(open(server))
  await server.stop('SIGKILL')
  await server.start()
  const log = open(server)
  expect(await publish(log)).toEqual(ids)
  const { entries, head } = await log.read('0-0', 100)
  expect(entries.map(({ id }) => id)).toEqual(ids)
  expect(split(head)[1]).toBe(0)
  expect(isAfter(head, ids[1]!)).toBe(true)
  const [next] = await log.append([{ event: '', data: 'c' }])
  expect(split(next!)).toEqual([split(head)[0], 1])
  expect((await readAll(log, '0-0')).map(({ data }) => data)).toEqual(['a', 'b', 'c'])
})

test('a dedupeKey whose message was lost appends again', async () => {
  const server = await RedisServer.start()
  const log = open(server)
  const publish = async () => (await log.append([{ event: '', data: 'a' }], { dedupeKey: 'k' }))[0]!
  const lost = await publish()
  // The dedupe key stays, as where the stream alone was evicted.
  await server.command('DEL', 'log')
  const id = await publish()
  expect(isAfter(id, lost)).toBe(true)
  expect(await publish()).toBe(id)
  expect((await readAll(log, '0-0')).map((entry) => entry.id)).toEqual([id])
})
