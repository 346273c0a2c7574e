import { expect, test } from 'vitest'
import { freePort, RedisServer, skipWithoutRedis } from '../logs/redis-server.ts'
import { temporaryFile } from '../logs/temporary.ts'
import { type ChaosOptions, type ChaosResult, runChaos } from './chaos.ts'

/** Messages that all readers together are sent. The matrix has a million. */
const DELIVERIES = Number(process.env['HEADWATER_CHAOS_DELIVERIES'] ?? 20_000)
const SEED = Number(process.env['HEADWATER_CHAOS_SEED'] ?? Date.now() % 1_000_000)
const isBig = DELIVERIES >= 500_000
const readers = isBig ? ([120, 60, 20] as const) : ([30, 10, 0] as const)
const count = readers[0] + readers[1] + readers[2]
const size = {
  seed: SEED,
  readers,
  // Some are never confirmed, and some are in gaps.
  messages: Math.round((DELIVERIES * 1.2) / count),
  durationMs: isBig ? 150_000 : 4_000,
  pace: isBig ? 1 : 0.3,
}

async function run(options: ChaosOptions): Promise<ChaosResult> {
  console.log(`chaos: HEADWATER_CHAOS_SEED=${SEED}`)
  const ports = await Promise.all(Array.from({ length: options.processes }, freePort))
  const result = await runChaos(options, ports)
  const { verdicts, seen, confirmed, actions, failures } = result
  const sum = (key: 'count' | 'gaps' | 'trimmed') =>
    verdicts.reduce((total, verdict) => total + verdict[key], 0)
  console.log(
    `${verdicts.length} readers: ${sum('count')} deliveries of ${confirmed.size} confirmed messages, ${sum('gaps')} gaps told, ${sum('trimmed')} of them by trimming\n` +
      Object.entries({ ...actions, ...failures })
        .map(([name, times]) => `${name} ${times}`)
        .join(', '),
  )
  expect(verdicts.flatMap(({ errors }) => errors)).toEqual([])
  expect(verdicts).toHaveLength(count)
  // An id never names two messages, neither for readers nor for the publisher.
  const known = new Map(confirmed)
  for (const [id, n] of seen) {
    expect(known.get(id) ?? n).toBe(n)
    known.set(id, n)
  }
  return result
}

test(
  `three processes on one Redis lose nothing silently: ${DELIVERIES} deliveries`,
  { timeout: isBig ? 600_000 : 120_000 },
  async (context) => {
    skipWithoutRedis(context)
    const redis = await RedisServer.start('--appendonly', 'yes')
    const place = `redis://127.0.0.1:${redis.port}`
    const { verdicts } = await run({ ...size, place, redis, processes: 3, maxMessages: 300 })
    // Both kinds of gaps occurred: Redis was restarted, and the log was trimmed below some readers.
    expect(verdicts.some(({ gaps, trimmed }) => gaps > trimmed)).toBe(true)
    expect(verdicts.some(({ trimmed }) => trimmed > 0)).toBe(true)
  },
)

test(
  `one process on SQLite loses nothing: ${DELIVERIES} deliveries`,
  { timeout: isBig ? 600_000 : 120_000 },
  async ({ skip }) => {
    if (!process.getBuiltinModule('node:sqlite')) skip('node:sqlite is in Node 22.13 and later.')
    const { verdicts, seen, confirmed } = await run({
      ...size,
      place: temporaryFile(),
      processes: 1,
      maxMessages: 1_000_000,
    })
    // The file keeps all messages, also over SIGKILL, and a gap would be a false one.
    expect(verdicts.filter(({ gaps }) => gaps > 0)).toEqual([])
    const ids = new Set(seen.map(([id]) => id))
    expect([...confirmed.keys()].filter((id) => !ids.has(id))).toEqual([])
  },
)
