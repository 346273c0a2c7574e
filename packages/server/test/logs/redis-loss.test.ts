import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import type { Log } from '../../src/log.ts'
import { type RedisLogOptions, redisLog } from '../../src/redis.ts'
import { findGap, isAfter, split } from '../../src/resume.ts'
import { follow, readAll } from '../../src/testing/assert.ts'
import { RedisServer, skipWithoutRedis, startProxy } from './redis-server.ts'

beforeEach(skipWithoutRedis)

const open = (server: RedisServer, options?: RedisLogOptions, port?: number): Log => {
  const log = redisLog(server.client(port), 'log', options)
  onTestFinished(() => log.close())
  return log
}
const message = (data: string) => ({ event: '', data })
const append = async (log: Log, data: string) => (await log.append([message(data)]))[0]!
const appendMany = async (log: Log, count: number, name: string) => {
  const ids: string[] = []
  for (let index = 0; index < count; index++) ids.push(await append(log, `${name}${index}`))
  return ids
}
/** Returns what a reader is told that returns with a cursor. */
const gapAfter = async (log: Log, cursor: string) => {
  const { entries, head } = await log.read(cursor, 10)
  return findGap(cursor, entries[0]?.id, head)
}
/** Appends again until Redis is back. */
const appendWhenBack = async (log: Log, data: string): Promise<string> => {
  for (;;)
    try {
      return await append(log, data)
    } catch (error) {
      expect(error).toMatchObject({ name: 'PublishError' })
    }
}

describe('FLUSHALL', () => {
  test('begins a new epoch: a cursor of the old one is told of a gap, and numbers begin at 1', async () => {
    const server = await RedisServer.start()
    const log = open(server)
    const ids = await appendMany(log, 5, 'old')
    await server.command('FLUSHALL')
    expect(await gapAfter(log, ids[2]!)).toEqual({ from: ids[2], to: null })
    const [epoch, n] = split(await append(log, 'new'))
    expect(n).toBe(1)
    expect(epoch).toBeGreaterThan(split(ids[0]!)[0])
    for (const id of ids) expect(await gapAfter(log, id)).toEqual({ from: id, to: null })
  })

  test('never gives an id twice, however often it comes', async () => {
    const server = await RedisServer.start()
    const logs = [open(server), open(server)]
    const ids: string[] = []
    for (let round = 0; round < 60; round++) {
      for (const log of logs) ids.push(await append(log, `${round}`))
      if (round % 2) await server.command('FLUSHALL')
    }
    expect(new Set(ids).size).toBe(ids.length)
    expect(ids.every((id, index) => index === 0 || isAfter(id, ids[index - 1]!))).toBe(true)
  })

  test('wakes a reader that waits, with the first message after it', async () => {
    const server = await RedisServer.start()
    const log = open(server)
    const old = await append(log, 'old')
    const follower = follow(log, old)
    await append(log, 'seen')
    await follower.count(1)
    await server.command('DEL', 'log')
    await append(log, 'new')
    await follower.count(2)
    follower.stop()
    expect(follower.entries.map(({ data }) => data)).toEqual(['seen', 'new'])
  })
})

describe('restart of Redis', () => {
  test.each(['always', 'everysec'])(
    'SIGKILL with AOF (%s): what is missing is told as a gap, and no id names two messages',
    async (fsync) => {
      const server = await RedisServer.start('--appendonly', 'yes', '--appendfsync', fsync)
      const log = open(server)
      const ids = new Map<string, string>()
      for (let round = 0; round < 4; round++) {
        for (const [index, id] of (await appendMany(log, 50, `${round}.`)).entries()) {
          expect(ids.has(id), `${id} twice`).toBe(false)
          ids.set(id, `${round}.${index}`)
        }
        const killed = server.stop('SIGKILL')
        await expect(append(log, 'lost')).rejects.toMatchObject({ name: 'PublishError' })
        await killed
        await server.start()
        // The log that reconnects cannot know whether something is missing.
        const newest = [...ids.keys()].at(-1)!
        expect(await gapAfter(log, newest)).toEqual({ from: newest, to: null })
      }
      const kept = new Map((await readAll(log, '0-0')).map(({ id, data }) => [id, data]))
      // A process that is killed leaves its writes to the operating system, so nothing is missing here, with either setting.
      for (const [id, data] of ids) expect(kept.get(id)).toBe(data)
    },
  )

  test('without AOF: all is lost, and the new epoch is greater', async () => {
    const server = await RedisServer.start()
    const log = open(server)
    const old = await appendMany(log, 10, 'old')
    await server.stop('SIGKILL')
    await server.start()
    expect(await gapAfter(log, old[4]!)).toEqual({ from: old[4], to: null })
    const id = await append(log, 'new')
    expect(isAfter(id, old.at(-1)!)).toBe(true)
    expect((await readAll(log, '0-0')).map(({ data }) => data)).toEqual(['new'])
  })

  test('from an old snapshot: a process that has never seen the lost messages gives no id again', async () => {
    const server = await RedisServer.start()
    const log = open(server)
    const saved = await appendMany(log, 5, 'saved')
    await server.command('SAVE')
    const lost = await appendMany(log, 5, 'lost')
    await server.stop('SIGKILL')
    await server.start()
    const other = open(server)
    const [id] = await appendMany(other, 20, 'new')
    expect(split(id!)).toEqual([expect.any(Number), 1])
    expect(split(id!)[0]).toBeGreaterThan(split(lost[0]!)[0])
    expect(await gapAfter(other, saved[3]!)).toBeUndefined()
    for (const cursor of [...saved.slice(4), ...lost])
      expect(await gapAfter(other, cursor)).toEqual({ from: cursor, to: null })
    expect((await readAll(other, '0-0')).map(({ data }) => data).slice(4, 6)).toEqual(['saved4', 'new0'])
  })

  test('a tail goes on from its last id, and misses nothing', async () => {
    const server = await RedisServer.start('--appendonly', 'yes')
    const [log, other] = [open(server), open(server)]
    const follower = follow(log, await append(other, 'first'))
    const ids: string[] = []
    for (let round = 0; round < 3; round++) {
      ids.push(await appendWhenBack(other, `${round}`))
      await follower.count(ids.length)
      await server.stop('SIGKILL')
      await server.start()
      ids.push(await appendWhenBack(other, `${round} back`))
    }
    await follower.count(ids.length)
    follower.stop()
    expect(follower.entries.map(({ id }) => id)).toEqual(ids)
  })
})

test('keeps the epoch when the connection is lost and Redis is not, also after all older messages were trimmed', async () => {
  const server = await RedisServer.start()
  const proxy = await startProxy(server.port)
  const log = open(server, { maxMessages: 10 }, proxy.port)
  const [first] = await appendMany(log, 1, '')
  for (let round = 0; round < 5; round++) {
    await log.append(Array.from({ length: 150 }, (_, index) => message(`${index}`)))
    proxy.cut()
    await appendWhenBack(log, 'after the cut')
  }
  const { head } = await log.read('0-0', 1)
  expect(split(head)[0]).toBe(split(first!)[0])
  const entries = await readAll(open(server), '0-0')
  expect(entries.length).toBeLessThanOrEqual(110)
})

test('a replica refuses to be written and read; once it is the primary, it begins a new epoch on the same connection', async () => {
  const primary = await RedisServer.start()
  const replica = await RedisServer.start('--replicaof', '127.0.0.1', `${primary.port}`)
  const log = open(primary)
  const [old] = await appendMany(log, 3, 'old')
  const follower = open(replica)
  await replica.synced()
  // Readers of a replica would be told of gaps that are none.
  await expect(append(follower, 'x')).rejects.toMatchObject({
    code: 'not-appended',
    message: expect.stringContaining('READONLY'),
  })
  await expect(follower.read('0-0', 10)).rejects.toThrow('READONLY')
  await log.append([message('replicated')], { durability: 'replicated' })
  await primary.stop('SIGKILL')
  await replica.command('REPLICAOF', 'NO', 'ONE')
  const id = await append(follower, 'new')
  expect(split(id)[1]).toBe(1)
  expect(split(id)[0]).toBeGreaterThan(split(old!)[0])
  expect((await readAll(follower, '0-0')).map(({ data }) => data)).toEqual([
    'old0',
    'old1',
    'old2',
    'replicated',
    'new',
  ])
})

test('expireMs deletes a stream that is not used, and the next message begins a new epoch', async () => {
  const server = await RedisServer.start()
  const log = open(server, { expireMs: 60_000 })
  await log.read('0-0', 1)
  expect(Number(await server.command('PTTL', 'log'))).toBeGreaterThan(50_000)
  await server.command('PEXPIRE', 'log', '9000')
  const old = await append(log, 'a')
  expect(Number(await server.command('PTTL', 'log'))).toBeGreaterThan(50_000)
  await server.command('PEXPIRE', 'log', '0')
  const id = await append(log, 'b')
  expect(split(id)[1]).toBe(1)
  expect(isAfter(id, old)).toBe(true)
})
