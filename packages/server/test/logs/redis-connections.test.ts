import { readFileSync } from 'node:fs'
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { createClient } from 'redis'
import type { Log } from '../../src/log.ts'
import { type RedisLogOptions, redisLog } from '../../src/redis.ts'
import { split } from '../../src/resume.ts'
import { follow, readAll } from '../../src/testing/assert.ts'
import { RedisServer, skipWithoutRedis } from './redis-server.ts'

beforeEach(skipWithoutRedis)

const open = (server: RedisServer, options?: RedisLogOptions, port?: number): Log => {
  const log = redisLog(server.client(port), 'log', options)
  onTestFinished(() => log.close())
  return log
}
const message = (data: string) => ({ event: '', data })
const data = async (log: Log) => (await readAll(log, '0-0')).map((entry) => entry.data)

/** Waits until something is true, in real time. */
async function until(isTrue: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isTrue())) await new Promise(setImmediate)
}

test('three processes append at once, without holes, while another one follows', async () => {
  const server = await RedisServer.start()
  const log = open(server)
  const follower = follow(log, (await log.read('0-0', 1)).head)
  const url = `redis://127.0.0.1:${server.port}`
  const child = new URL('redis-child.ts', import.meta.url).pathname
  const outputs = await Promise.all(
    ['a', 'b', 'c'].map((name) => promisify(execFile)(process.execPath, [child, url, name, '100'])),
  )
  const acknowledged = outputs.flatMap(({ stdout }) => stdout.trim().split('\n'))
  await follower.count(acknowledged.length)
  follower.stop()
  expect(follower.entries.map(({ id }) => split(id)[1])).toEqual(acknowledged.map((_, index) => index + 1))
  expect(follower.entries.map((entry) => `${entry.id} ${entry.data}`).sort()).toEqual(acknowledged.sort())
})

describe('connections', () => {
  const clients = async (server: RedisServer) => {
    const lines = String(await server.command('CLIENT', 'LIST'))
      .trim()
      .split('\n')
    // Without the connection that asks.
    return lines.filter((line) => !line.includes('cmd=client|list'))
  }

  test('all logs of a client share one blocking read, and three connections; a key is added without delay', async () => {
    const server = await RedisServer.start()
    const client = server.client()
    const logs = Array.from({ length: 20 }, (_, index) => redisLog(client, `log ${index}`))
    const start = performance.now()
    for (const log of logs) {
      const { head } = await log.read('0-0', 1)
      const followers = [follow(log, head), follow(log, head)]
      await log.append([message('a')])
      for (const follower of followers) await follower.count(1)
    }
    expect(performance.now() - start).toBeLessThan(4_000)
    await until(async () => (await clients(server)).some((line) => line.includes('cmd=xread')))
    const lines = await clients(server)
    expect(lines.length).toBe(3)
    expect(lines.filter((line) => line.includes('cmd=xread')).length).toBe(1)
    for (const log of logs.slice(1)) await log.close()
    expect((await clients(server)).length).toBe(3)
    await logs[0]!.close()
    await until(async () => (await clients(server)).length === 0)
  })

  test('the blocking read ends with the last tail, and begins again with the next one', async () => {
    const server = await RedisServer.start()
    const log = open(server)
    const isBlocked = async () => (await clients(server)).some((line) => line.includes('cmd=xread'))
    const start = performance.now()
    for (let round = 0; round < 3; round++) {
      const follower = follow(log, '0-0')
      await log.append([message('a')])
      await follower.count(round + 1)
      await until(isBlocked)
      follower.stop()
      await until(async () => !(await isBlocked()))
    }
    expect(performance.now() - start).toBeLessThan(4_000)
  })

  test('uses the password and the database of the client', async () => {
    const server = await RedisServer.start('--requirepass', 'secret')
    const url = `redis://default:secret@127.0.0.1:${server.port}/3`
    for (const RESP of [2, 3] as const) {
      const log = redisLog(createClient({ url, RESP }), 'log')
      await log.append([message('a')])
      const follower = follow(log, '0-0')
      await follower.count(RESP - 1)
      follower.stop()
      await log.close()
    }
  })
})

test('needs no other rights than the README lists', async () => {
  const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8')
  const rights = /`(\+@stream [^`]+)`/.exec(readme)![1]!.split(/\s+/)
  const server = await RedisServer.start('--appendonly', 'yes', '--appendfsync', 'always')
  // A server that does not know a command refuses the rule.
  const known = rights.filter((right) => right !== '+waitaof')
  await server.command('ACL', 'SETUSER', 'app', 'on', '>secret', '~log', '~{log}:dedupe:*', ...known)
  const client = createClient({ url: `redis://app:secret@127.0.0.1:${server.port}` })
  const [log, other] = [redisLog(client, 'log', { expireMs: 60_000 }), redisLog(client, 'other')]
  const follower = follow(log, '0-0')
  await log.append([message('a')], { dedupeKey: 'k', durability: 'fsync' })
  await follower.count(1)
  await expect(log.append([message('b')], { durability: 'replicated' })).rejects.toThrow('0 of 1 replicas')
  await log.start()
  await expect(other.append([message('a')])).rejects.toMatchObject({ code: 'not-appended' })
  await log.close()
  await other.close()
})

describe('durability', () => {
  test('fsync rejects with not-appended unless Redis syncs before it answers', async () => {
    const server = await RedisServer.start('--appendonly', 'yes', '--appendfsync', 'everysec')
    const publish = (log: Log) => log.append([message('a')], { durability: 'fsync' })
    const version = /redis_version:(\d+\.\d+)/.exec(String(await server.command('INFO', 'server')))![1]
    if (Number(version) < 7.2)
      await expect(publish(open(server))).rejects.toMatchObject({
        code: 'not-appended',
        message: expect.stringContaining("'appendfsync always'"),
      })
    await server.command('CONFIG', 'SET', 'appendfsync', 'always')
    const log = open(server)
    await publish(log)
    await publish(log)
    expect((await data(log)).length).toBe(Number(version) < 7.2 ? 2 : 3)
  })

  test('replicated is unknown without a replica, and the message is there; with one, it resolves', async () => {
    const server = await RedisServer.start()
    const log = open(server)
    const publish = () => log.append([message('a')], { durability: 'replicated', dedupeKey: 'k' })
    await expect(publish()).rejects.toMatchObject({
      code: 'unknown',
      message: expect.stringContaining('0 of 1 replicas'),
    })
    const replica = await RedisServer.start('--replicaof', '127.0.0.1', `${server.port}`)
    await replica.synced()
    const ids = await publish()
    expect((await readAll(log, '0-0')).map(({ id }) => id)).toEqual(ids)
  })

  test.each([
    ['on the disk', { aof: 1, synced: 1 }, 'resolved'],
    ['not on the disk in time', { aof: 1, synced: 0 }, 'unknown'],
    ['never on the disk, because there is no AOF', { aof: 0, synced: 0 }, 'not-appended'],
  ])('fsync on Redis 7.2, which has WAITAOF: %s', async (_, { aof, synced }, expected) => {
    const sent: string[] = []
    // Debian has no such version, so this answers as one.
    const connection = {
      isReady: true,
      connect: () => Promise.resolve(),
      destroy: () => undefined,
      on: () => undefined,
      sendCommand(args: readonly string[]) {
        sent.push(args.slice(0, args[0] === 'WAITAOF' ? 3 : 1).join(' '))
        if (args[0] === 'EVALSHA') return Promise.resolve(['7-1', 1])
        if (args[0] === 'WAITAOF') return Promise.resolve([synced, 0])
        return Promise.resolve(args[0] === 'INFO' ? `redis_version:7.2.4\r\naof_enabled:${aof}\r\n` : 'x')
      },
    }
    const log = redisLog({ duplicate: () => connection }, 'log')
    const result = log.append([message('a')], { durability: 'fsync' }).then(
      () => 'resolved',
      ({ code }) => code,
    )
    expect(await result).toBe(expected)
    expect(sent.slice(-2)).toEqual(aof ? ['EVALSHA', 'WAITAOF 1 0'] : ['INFO', 'INFO'])
    await log.close()
  })

  test('redisLog says which version it needs', async () => {
    const connection = {
      isReady: true,
      connect: () => Promise.resolve(),
      destroy: () => undefined,
      on: () => undefined,
      sendCommand: () => Promise.resolve('redis_version:6.2.14'),
    }
    const log = redisLog({ duplicate: () => connection }, 'log')
    await expect(log.append([message('a')])).rejects.toMatchObject({
      code: 'not-appended',
      message: expect.stringContaining('needs Redis 7 or later. This server has version 6.2'),
    })
  })
})
