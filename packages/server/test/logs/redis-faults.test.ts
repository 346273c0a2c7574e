import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import type { Log } from '../../src/log.ts'
import { type RedisLogOptions, redisLog } from '../../src/redis.ts'
import { readAll } from '../../src/testing/assert.ts'
import { RedisServer, skipWithoutRedis, startProxy } from './redis-server.ts'

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

/** From now on, timers fire only by `advance`. Sockets are real. */
function fakeTimers() {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  onTestFinished(() => void vi.useRealTimers())
  return async (ms: number) => {
    await vi.advanceTimersByTimeAsync(ms)
    await new Promise(setImmediate)
  }
}

describe('a connection that loses replies', () => {
  test('publish is unknown, and again with its dedupeKey, it returns the id of the one message', async () => {
    const server = await RedisServer.start()
    const proxy = await startProxy(server.port)
    const log = open(server, {}, proxy.port)
    const direct = open(server)
    await log.append([message('first')])
    for (let round = 0; round < 5; round++) {
      proxy.isSilent = true
      const messages = [message(`${round}a`), message(`${round}b`)]
      const lost = log.append(messages, { dedupeKey: `key ${round}` })
      const isKept = async () => (await direct.read('0-0', 100)).entries.length === 3 + round * 2
      await until(isKept)
      proxy.cut()
      await expect(lost).rejects.toMatchObject({ name: 'PublishError', code: 'unknown' })
      proxy.isSilent = false
      const ids = await log.append(messages, { dedupeKey: `key ${round}` })
      const { entries } = await direct.read('0-0', 100)
      expect(entries.slice(-2).map(({ id }) => id)).toEqual(ids)
    }
    expect((await data(direct)).length).toBe(11)
  })

  test('publish is unknown after 5 s without a reply, and works again afterwards', async () => {
    const server = await RedisServer.start()
    const proxy = await startProxy(server.port)
    const log = open(server, {}, proxy.port)
    const direct = open(server)
    await log.append([message('first')])
    const advance = fakeTimers()
    proxy.isSilent = true
    const lost = log.append([message('second')])
    let isSettled = false
    const settled = lost.catch((error: unknown) => error).finally(() => (isSettled = true))
    await until(async () => (await direct.read('0-0', 9)).entries.length === 2)
    await advance(4_900)
    expect(isSettled).toBe(false)
    await advance(200)
    expect(await settled).toMatchObject({ code: 'unknown', message: expect.stringContaining('5 s') })
    proxy.isSilent = false
    await log.append([message('third')])
    expect(await data(direct)).toEqual(['first', 'second', 'third'])
  })

  test('a tail that is cut again and again misses nothing and repeats nothing', async () => {
    const server = await RedisServer.start()
    const proxy = await startProxy(server.port)
    const log = open(server, {}, proxy.port)
    const direct = open(server)
    const { head } = await direct.read('0-0', 1)
    const entries: string[] = []
    let reading = Promise.resolve()
    let position = head
    const read = async () => {
      // The connection for reads is cut as well: the next wake-up tries again.
      const page = await log.read(position, 7).catch(() => undefined)
      if (!page) return
      entries.push(...page.entries.map((entry) => entry.data))
      position = page.entries.at(-1)?.id ?? position
      if (page.entries.length > 0) await read()
    }
    const stop = log.tail(() => (reading = reading.then(read)))
    for (let index = 0; index < 200; index++) {
      await direct.append([message(`${index}`)])
      if (index % 20 === 10) proxy.cut()
    }
    await until(async () => {
      await direct.append([message('end')])
      return entries.includes('end')
    })
    stop()
    expect(entries.filter((entry) => entry !== 'end')).toEqual(
      Array.from({ length: 200 }, (_, index) => `${index}`),
    )
  })
})

describe('Redis that is down', () => {
  test('append rejects with not-appended and read rejects, at once; both work when it is back', async () => {
    const server = await RedisServer.start('--appendonly', 'yes')
    const log = open(server)
    await log.append([message('a')])
    await server.stop()
    const start = performance.now()
    // The first one may find a connection that breaks while it is used.
    await log.append([message('lost')]).catch(() => undefined)
    await expect(log.append([message('lost')])).rejects.toMatchObject({ code: 'not-appended' })
    await log.read('0-0', 1).catch(() => undefined)
    await expect(log.read('0-0', 1)).rejects.toThrow()
    await expect(log.start()).rejects.toThrow()
    expect(performance.now() - start).toBeLessThan(2_000)
    await server.start()
    await log.append([message('b')])
    expect(await data(log)).toEqual(['a', 'b'])
  })

  test('an answer that is an error is not-appended', async () => {
    const server = await RedisServer.start()
    await server.command('SET', 'log', 'text')
    const log = open(server)
    const publish = () => log.append([message('x'.repeat(1_000))])
    await expect(publish()).rejects.toMatchObject({
      code: 'not-appended',
      message: expect.stringContaining('WRONGTYPE'),
    })
    await server.command('DEL', 'log')
    await publish()
    await server.command('CONFIG', 'SET', 'maxmemory', '1')
    await expect(publish()).rejects.toMatchObject({
      code: 'not-appended',
      message: expect.stringContaining('OOM'),
    })
    await server.command('CONFIG', 'SET', 'maxmemory', '0')
    await publish()
    expect((await data(log)).length).toBe(2)
  })

  test('a log goes on after SCRIPT FLUSH', async () => {
    const server = await RedisServer.start()
    const log = open(server)
    await log.append([message('a')])
    await server.command('SCRIPT', 'FLUSH')
    await Promise.all(['b', 'c'].map((text) => log.append([message(text)])))
    expect(await data(log)).toEqual(['a', 'b', 'c'])
  })
})

describe('Redis that is stopped', () => {
  test('stale is told after 10 s without a reply, reads reject after 5 s, and wake is told when it goes on', async () => {
    const server = await RedisServer.start()
    const log = open(server)
    await log.append([message('a')])
    const events: string[] = []
    let isReady = false
    log.tail(
      () => {
        isReady = true
        events.push('wake')
      },
      () => events.push('stale'),
    )
    await until(() => isReady)
    events.length = 0
    const advance = fakeTimers()
    await log.append([message('b')])
    await until(() => events.length === 1)
    server.signal('SIGSTOP')
    const read = log.read('0-0', 1).catch((error: unknown) => error)
    for (let second = 0; second < 6; second++) await advance(1_000)
    expect(await read).toMatchObject({ message: expect.stringContaining('5 s') })
    for (let second = 6; second < 9; second++) await advance(1_000)
    expect(events).toEqual(['wake'])
    for (let second = 9; second < 12; second++) await advance(1_000)
    expect(events).toEqual(['wake', 'stale'])
    for (let second = 12; second < 40; second++) await advance(1_000)
    expect(events).toEqual(['wake', 'stale'])
    server.signal('SIGCONT')
    await until(async () => {
      // A round trip, so that this clock is not faster than Redis.
      await server.command('PING')
      await advance(100)
      return events.length > 2
    })
    expect(events[2]).toBe('wake')
    await log.append([message('c')])
    expect((await data(log)).slice(0, 3)).toEqual(['a', 'b', 'c'])
  })
})
