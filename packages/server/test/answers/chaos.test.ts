import { expect, onTestFailed, test } from 'vitest'
import { RedisServer, skipWithoutRedis } from '../logs/redis-server.ts'
import { Model, partsOf, read, readToEnd, Server, starting } from './processes.ts'

/** Number of answers. The matrix runs 200. */
const COUNT = Number(process.env['HEADWATER_ANSWERS'] ?? 20)
const CONCURRENCY = 12
const LEASE_MS = 1_500
/** Parts, in all answers, after which a process of the servers and Redis are killed, on average. */
const SERVER_LIFE = 220
const REDIS_LIFE = 330
/** Parts after which the readers of a process lose their connections, on average. */
const CONNECTION_LIFE = 60

const around = (count: number) => Math.ceil(count * (0.5 + Math.random()))
const pick = <T>(list: readonly T[]) => list[Math.floor(Math.random() * list.length)]!

test(
  `${COUNT} answers, while readers, servers and Redis are killed at random: each one is complete, or told to have failed, and is asked for once`,
  // A reader waits for up to 30 s before its next attempt, and for 20 s if a killed process took its connection.
  { timeout: 90_000 + COUNT * 1_000 },
  async (context) => {
    skipWithoutRedis(context)
    const [redis, model] = await Promise.all([
      RedisServer.start('--appendonly', 'yes', '--appendfsync', 'always'),
      Model.start(20),
    ])
    const place = `redis://127.0.0.1:${redis.port}`
    const servers = await Promise.all([1, 2, 3].map(() => Server.start(place, model, LEASE_MS)))
    const results = { complete: 0, failed: 0, reloads: 0, cuts: 0, servers: 0, redis: 0 }
    const gaps: unknown[] = []
    let isOver = false
    const reading = new Map<string, ReturnType<typeof read>>()
    onTestFailed(() => {
      const states = [...reading].map(([id, stream]) => [id, stream.getSnapshot()])
      console.log(`All answers were read: ${isOver}.`, JSON.stringify({ results, states }))
    })

    /** Reads an answer, from anew after a random number of messages. */
    const readAnswer = async (id: string) => {
      for (;;) {
        const stream = read(id, () => pick(servers).url, { ...starting, onGap: (gap) => void gaps.push(gap) })
        reading.set(id, stream)
        const end = readToEnd(stream)
        let messages = Math.random() < 0.4 ? around(15) : Infinity
        const reload = new Promise<undefined>((resolve) => {
          stream.onMessage(() => void (messages-- === 0 && resolve(undefined)))
        })
        const snapshot = await Promise.race([end, reload])
        stream.close()
        reading.delete(id)
        if (snapshot) return snapshot
        results.reloads++
      }
    }
    const check = async (id: string) => {
      const {
        reason,
        data = '',
        error,
      } = (await readAnswer(id)) as { reason?: string; data?: string; error?: { code: string } }
      const text = partsOf(id).join('')
      const calls = model.calls.get(id) ?? 0
      const isComplete = reason === 'ended'
      results[isComplete ? 'complete' : 'failed']++
      if (isComplete) expect({ id, data, calls }).toEqual({ id, data: text, calls: 1 })
      // A process may die before it has asked the model.
      else expect([id, text.startsWith(data), error?.code, calls <= 1]).toEqual([id, true, 'server', true])
    }
    const disturb = async (life: number, kill: () => Promise<void>) => {
      for (;;) {
        // After the last answer the model sends no more parts to wait for.
        if (!isOver) await model.parts(around(life))
        if (isOver) return
        await kill()
      }
    }
    const disturbances = [
      disturb(CONNECTION_LIFE, async () => {
        results.cuts++
        pick(servers).cut()
      }),
      disturb(SERVER_LIFE, async () => {
        results.servers++
        const server = pick(servers)
        await server.kill()
        await server.start()
      }),
      disturb(REDIS_LIFE, async () => {
        results.redis++
        await redis.stop('SIGKILL')
        await redis.start()
      }),
    ]
    const ids = Array.from({ length: COUNT }, (_, n) => `answer-${'x'.repeat(n % 7)}${n}`)
    const readers = Array.from({ length: CONCURRENCY }, async () => {
      for (let id = ids.pop(); id; id = ids.pop()) await check(id)
    })
    await Promise.all(readers)
    isOver = true
    model.release()
    await Promise.all(disturbances)
    if (process.env['HEADWATER_ANSWERS']) console.info(JSON.stringify(results))
    expect(gaps).toEqual([])
    expect(results.complete).toBeGreaterThan(COUNT / 4)
    expect(results.servers * results.redis).toBeGreaterThan(0)
  },
)
