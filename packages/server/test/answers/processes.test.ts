import { beforeEach, describe, expect, test } from 'vitest'
import { RedisServer, skipWithoutRedis } from '../logs/redis-server.ts'
import { temporaryFile } from '../logs/temporary.ts'
import { until } from './harness.ts'
import { Model, read, readToEnd, Server, starting } from './processes.ts'

const LEASE_MS = 1_000
const places = {
  redis: async () => `redis://127.0.0.1:${(await RedisServer.start()).port}`,
  sqlite: async () => temporaryFile(),
}

/** Two processes with one store. */
async function startTwo(kind: keyof typeof places) {
  const [place, model] = await Promise.all([places[kind](), Model.start()])
  const [one, two] = await Promise.all([1, 2].map(() => Server.start(place, model, LEASE_MS)))
  return { model, one: one!, two: two! }
}

const rawIds = async (url: string): Promise<string[]> =>
  [...(await (await fetch(url)).text()).matchAll(/^id: (.+)$/gm)].map(([, id]) => id!)

describe.each(Object.keys(places) as (keyof typeof places)[])('two processes over %s', (kind) => {
  beforeEach((context) => {
    if (kind === 'redis') skipWithoutRedis(context)
  })

  test('two POSTs with one id call the model once, and both clients get the answer', async () => {
    const { model, one, two } = await startTwo(kind)
    const answers = [one, two, one, two].map(({ url }) => readToEnd(read('a', () => url, starting)))
    await model.send('a', 'Hel', 'lo')
    model.end('a')
    for (const answer of await Promise.all(answers))
      expect(answer).toMatchObject({ reason: 'ended', data: 'Hello' })
    expect(model.calls).toEqual(new Map([['a', 1]]))
  })

  test('a client that leaves does not stop the answer; another process replays it after a reload', async () => {
    const { model, one, two } = await startTwo(kind)
    const first = read('a', () => one.url, starting)
    const leave = first.subscribe(() => undefined)
    await model.send('a', 'Hel')
    await until(() => first.getSnapshot().data === 'Hel')
    leave()
    first.close()
    const reloaded = read('a', () => two.url)
    const end = readToEnd(reloaded)
    await until(() => reloaded.getSnapshot().data === 'Hel')
    await model.send('a', 'lo')
    model.end('a')
    expect(await end).toMatchObject({ reason: 'ended', data: 'Hello' })
    expect(model.calls.get('a')).toBe(1)
  })

  test('a client that reconnects after the end gets 204; one that missed the rest gets it first', async () => {
    const { model, one, two } = await startTwo(kind)
    const answer = readToEnd(read('a', () => one.url, starting))
    await model.send('a', 'Hel', 'lo')
    model.end('a')
    await answer
    const ids = await rawIds(`${two.url}a`)
    expect(new Set(ids).size).toBe(4)
    const reconnect = (id: string) => fetch(`${two.url}a`, { headers: { 'last-event-id': id } })
    expect((await reconnect(ids.at(-1)!)).status).toBe(204)
    expect(await (await reconnect(ids[1]!)).text()).toMatch(/data: \{"part":"lo"\}[^]*headwater\.end/)
    expect((await fetch(`${one.url}b`)).status).toBe(404)
  })

  test('stop in another process ends the request to the model within a second', async () => {
    const { model, one, two } = await startTwo(kind)
    const answer = readToEnd(read('a', () => one.url, starting))
    await model.send('a', 'Hel')
    const start = performance.now()
    expect(await (await fetch(`${two.url}a`, { method: 'DELETE' })).text()).toBe('true')
    await until(() => !model.open.has('a'))
    expect(performance.now() - start).toBeLessThan(1_000)
    expect(await answer).toMatchObject({ reason: 'ended', data: 'Hel' })
    expect(await (await fetch(`${two.url}a`, { method: 'DELETE' })).text()).toBe('false')
  })

  test('a process that is suspended beyond its lease is told to readers, and appends nothing when it wakes', async () => {
    const { model, one, two } = await startTwo(kind)
    const starter = read('a', () => one.url, starting)
    const stop = starter.subscribe(() => undefined)
    await model.send('a', 'Hel')
    const reader = read('a', () => two.url)
    const end = readToEnd(reader)
    await until(() => reader.getSnapshot().data === 'Hel')
    one.signal('SIGSTOP')
    const start = performance.now()
    // The suspended process finds this in its socket when it wakes.
    await model.send('a', 'lo')
    expect(await end).toMatchObject({ reason: 'failed', data: 'Hel', error: { code: 'server' } })
    const toldAfterMs = performance.now() - start - LEASE_MS
    expect(toldAfterMs).toBeLessThan(5_000)
    const ids = await rawIds(`${two.url}a`)
    one.signal('SIGCONT')
    await until(() => one.errors.some((error) => error.includes('was lost')))
    await until(() => !model.open.has('a'))
    expect(await rawIds(`${two.url}a`)).toEqual(ids)
    expect(model.calls.get('a')).toBe(1)
    stop()
    starter.close()
  })
})

test('Redis that is killed without a file: the producer writes the answer again, and its reader sees no gap', async (context) => {
  skipWithoutRedis(context)
  const [redis, model] = await Promise.all([RedisServer.start(), Model.start()])
  const server = await Server.start(`redis://127.0.0.1:${redis.port}`, model, 10_000)
  const gaps: unknown[] = []
  const stream = read('a', () => server.url, { ...starting, onGap: (gap) => void gaps.push(gap) })
  const end = readToEnd(stream)
  await model.send('a', 'a', 'b', 'c')
  await until(() => stream.getSnapshot().data === 'abc')
  await redis.stop('SIGKILL')
  await model.send('a', 'd')
  await redis.start()
  await model.send('a', 'e')
  model.end('a')
  expect(await end).toMatchObject({ reason: 'ended', data: 'abcde' })
  expect(await (await fetch(`${server.url}a`)).text()).toContain('"a"')
  expect([gaps, server.errors, model.calls.get('a')]).toEqual([[], [], 1])
})
