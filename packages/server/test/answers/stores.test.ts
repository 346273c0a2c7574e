import { readFileSync } from 'node:fs'
import { createClient } from 'redis'
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { type AnswerClaim, type AnswerStore, END, endMessage, memoryAnswers } from '../../src/answers.ts'
import { redisAnswers } from '../../src/redis.ts'
import { sqliteAnswers } from '../../src/sqlite.ts'
import { RedisServer, skipWithoutRedis } from '../logs/redis-server.ts'
import { temporaryFile } from '../logs/temporary.ts'
import { until } from './harness.ts'

/** Stores, each as a function that opens one more in the same place. */
const kinds: Record<string, () => Promise<() => AnswerStore>> = {
  memory: async () => {
    const store = memoryAnswers()
    return () => store
  },
  sqlite: async () => {
    const path = temporaryFile()
    return () => sqliteAnswers(path, { pollMs: 5 })
  },
  redis: async () => {
    const server = await RedisServer.start()
    return () => redisAnswers(server.client())
  },
}

const claimOf = (owner: string, rest: Partial<AnswerClaim> = {}): AnswerClaim => ({
  ...{ id: 'a', owner, epoch: 1_795_738_551_436_480, leaseMs: 60_000, expireMs: 60_000 },
  ...rest,
})
const message = (data: string, event = '') => ({ event, data })

describe.each(Object.keys(kinds))('answers in %s', (kind) => {
  beforeEach((context) => {
    if (kind === 'redis') skipWithoutRedis(context)
  })
  let open: () => AnswerStore
  const create = async () => {
    const openOne = await kinds[kind]!()
    open = () => {
      const store = openOne()
      onTestFinished(() => store.close())
      return store
    }
    return open()
  }
  const data = async (store: AnswerStore, after = '0-0', limit = 100) =>
    (await store.read('a', after, limit))?.entries.map((entry) => entry.data)

  test('an id is claimed once, and again by the same owner', async () => {
    const store = await create()
    const owners = ['x', 'y', 'z']
    const claimed = await Promise.all(owners.map((owner) => open().claim(claimOf(owner))))
    expect(claimed.filter(Boolean)).toHaveLength(1)
    for (const [index, owner] of owners.entries())
      expect(await store.claim(claimOf(owner))).toBe(claimed[index])
    expect(await store.claim(claimOf('y', { id: 'b' }))).toBe(true)
  })

  test('keeps events and data as they are', async () => {
    const store = await create()
    await store.claim(claimOf('x'))
    const messages = [message('a\0b\n', ''), message('', 'e'), message('消息 😀 "\\', '事件')]
    expect(await store.write(claimOf('x'), 1, messages)).toEqual({ state: 'running', last: 3 })
    expect(await open().read('a', '0-0', 100)).toEqual({
      entries: messages.map((each, index) => ({ id: `1795738551436480-${index + 1}`, ...each })),
      head: '1795738551436480-3',
      ended: false,
      leaseMs: expect.any(Number),
    })
  })

  test('a write that is repeated, overlaps or leaves a hole appends each number once', async () => {
    const store = await create()
    const claim = claimOf('x')
    await store.claim(claim)
    await store.write(claim, 1, [message('1'), message('2')])
    expect(await store.write(claim, 1, [message('1'), message('2')])).toEqual({ state: 'running', last: 2 })
    expect(await store.write(claim, 2, [message('2'), message('3')])).toEqual({ state: 'running', last: 3 })
    expect(await store.write(claim, 5, [message('5')])).toEqual({ state: 'running', last: 3 })
    expect(await data(store)).toEqual(['1', '2', '3'])
  })

  test('nothing follows the last message', async () => {
    const store = await create()
    const claim = claimOf('x')
    await store.claim(claim)
    const end = endMessage('done')
    expect(await store.write(claim, 1, [message('1'), end])).toEqual({ state: 'ended', last: 2 })
    expect(await store.write(claim, 1, [message('1'), end])).toEqual({ state: 'ended', last: 2 })
    expect(await store.write(claim, 3, [message('3')])).toEqual({ state: 'ended', last: 2 })
    expect(await data(store)).toEqual(['1', end.data])
    expect((await store.read('a', '0-0', 1))!.ended).toBe(true)
    expect(await store.stop('a')).toBe(false)
    expect(await store.claim(claimOf('y'))).toBe(false)
  })

  test('a write without the claim is refused', async () => {
    const store = await create()
    expect(await store.write(claimOf('x'), 1, [message('1')])).toEqual({ state: 'unknown', last: 0 })
    await store.claim(claimOf('x'))
    expect(await store.write(claimOf('y'), 1, [message('1')])).toEqual({ state: 'refused', last: 0 })
    expect(await data(store)).toEqual([])
  })

  test('after the lease, a write is refused, although nobody has looked', async () => {
    const store = await create()
    const claim = claimOf('x', { leaseMs: 1 })
    await store.claim(claim)
    const start = Date.now()
    await until(() => Date.now() - start > 5)
    expect((await store.write(claim, 1, [message('1')])).state).toBe('refused')
    expect(await store.stop('a')).toBe(false)
  })

  test('after the lease, the first read ends the answer, once', async () => {
    const store = await create()
    const claim = claimOf('x', { leaseMs: 1_000 })
    await store.claim(claim)
    await store.write(claim, 1, [message('1')])
    expect((await store.read('a', '0-0', 100))!.ended).toBe(false)
    await until(async () => (await open().read('a', '0-0', 100))!.ended)
    expect(await data(store)).toEqual(['1', endMessage('lost').data])
    expect((await store.read('a', '0-0', 100))!.entries[1]!.event).toBe(END)
    expect((await store.write(claim, 2, [message('2')])).state).toBe('refused')
    expect(await data(store)).toHaveLength(2)
  })

  test('stop is seen by the next write', async () => {
    const store = await create()
    const claim = claimOf('x')
    expect(await store.stop('a')).toBe(false)
    await store.claim(claim)
    expect(await open().stop('a')).toBe(true)
    expect(await store.write(claim, 1, [message('1')])).toEqual({ state: 'stopping', last: 1 })
    expect(await store.write(claim, 2, [endMessage('stopped')])).toEqual({ state: 'ended', last: 2 })
  })

  test('reads pages after a position', async () => {
    const store = await create()
    const claim = claimOf('x')
    expect(await store.read('a', '0-0', 1)).toBe(undefined)
    await store.claim(claim)
    await store.write(
      claim,
      1,
      Array.from({ length: 5 }, (_, n) => message(`${n + 1}`)),
    )
    const at = (n: number, epoch = claim.epoch) => `${epoch}-${n}`
    expect(await data(store, at(2), 2)).toEqual(['3', '4'])
    expect(await data(store, at(5))).toEqual([])
    expect(await data(store, at(9, claim.epoch - 1), 1)).toEqual(['1'])
    expect(await data(store, at(0, claim.epoch + 1))).toEqual([])
    expect(await data(store, at(9))).toEqual([])
  })

  test('an answer expires after its last message, and its id is free again', async () => {
    const store = await create()
    const claim = claimOf('x', { expireMs: 2_000 })
    await store.claim(claim)
    await store.write(claim, 1, [message('old'), endMessage('done')])
    expect(await store.claim(claimOf('y', { epoch: claim.epoch + 5 }))).toBe(false)
    await until(async () => (await store.read('a', '0-0', 1)) === undefined)
    expect(await store.stop('a')).toBe(false)
    const next = claimOf('y', { epoch: claim.epoch + 5 })
    expect(await store.claim(next)).toBe(true)
    await store.write(next, 1, [message('new')])
    expect(await data(store, `${claim.epoch}-1`)).toEqual(['new'])
  })

  test('wakes a tail after each write, also one of another process', async () => {
    const store = await create()
    const claim = claimOf('x')
    await store.claim(claim)
    let wakes = 0
    const leave = open().tail('a', () => void wakes++)
    await until(() => wakes > 0)
    for (let n = 1; n <= 3; n++) {
      const before = wakes
      await store.write(claim, n, [message(`${n}`)])
      await until(() => wakes > before)
    }
    leave()
  })
})

test('an answer in Redis of which one key was evicted is written again, or begun anew', async (context) => {
  skipWithoutRedis(context)
  const server = await RedisServer.start()
  const store = redisAnswers(server.client())
  onTestFinished(() => store.close())
  const [one, other] = [claimOf('x'), claimOf('y', { epoch: claimOf('y').epoch + 5 })]
  await store.claim(one)
  await store.write(one, 1, [message('1'), message('2')])
  await server.command('DEL', 'answers:{a}')
  expect(await store.write(one, 3, [message('3')])).toEqual({ state: 'running', last: 0 })
  expect(await store.write(one, 1, [message('1')])).toEqual({ state: 'running', last: 1 })
  await server.command('DEL', 'answers:{a}:claim')
  expect(await store.write(one, 2, [message('2')])).toEqual({ state: 'unknown', last: 0 })
  expect(await store.claim(one)).toBe(true)
  expect(await store.write(one, 1, [message('1'), message('2')])).toEqual({ state: 'running', last: 2 })
  await server.command('DEL', 'answers:{a}:claim')
  expect(await store.claim(other)).toBe(true)
  expect(await store.read('a', '0-0', 100)).toMatchObject({ entries: [], head: `${other.epoch}-0` })
})

test('needs no other rights in Redis than the README lists', async (context) => {
  skipWithoutRedis(context)
  const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8')
  const rights = /`(\+@stream [^`]*\+hset[^`]*)`/.exec(readme)![1]!.split(/\s+/)
  const server = await RedisServer.start()
  await server.command('ACL', 'SETUSER', 'app', 'on', '>secret', '~answers:*', ...rights)
  const store = redisAnswers(createClient({ url: `redis://app:secret@127.0.0.1:${server.port}` }))
  onTestFinished(() => store.close())
  const claim = claimOf('x')
  let wakes = 0
  const leave = [store.tail('a', () => void wakes++), store.tail('b', () => undefined)]
  // The first call tells the position. Entries before it are not told again.
  await until(() => wakes > 0)
  await store.claim(claim)
  await store.write(claim, 1, [message('1'), message('2', 'e')])
  await until(() => wakes > 1)
  await store.stop('a')
  await store.read('a', '0-0', 10)
  for (const each of leave) each()
})
