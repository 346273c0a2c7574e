import { DatabaseSync } from 'node:sqlite'
import * as fc from 'fast-check'
import { describe, test } from 'vitest'
import type { Log } from '../../src/log.ts'
import { memoryLog } from '../../src/memory-log.ts'
import { redisLog } from '../../src/redis.ts'
import { findGap, isAfter, split } from '../../src/resume.ts'
import { sqliteLog } from '../../src/sqlite.ts'
import { equal, ok } from '../../src/testing/assert.ts'
import { LogModel } from '../../src/testing/model.ts'
import { RedisServer, skipWithoutRedis } from './redis-server.ts'
import { temporaryFile } from './temporary.ts'

/** Replays a failure: a failed test prints its seed and path. */
const { HEADWATER_SEED: seed, HEADWATER_PATH: path } = process.env
const replay = { ...(seed && { seed: Number(seed) }), ...(path && { path }) }

const append = fc.record({
  type: fc.constant('append' as const),
  count: fc.integer({ min: 1, max: 60 }),
  key: fc.option(fc.nat(5), { nil: undefined }),
})
const read = fc.record({
  type: fc.constant('read' as const),
  numbers: fc.tuple(fc.nat(), fc.nat()),
  limit: fc.integer({ min: 1, max: 50 }),
})
const reopen = fc.constant({ type: 'reopen' } as const)
const lose = fc.constant({ type: 'lose' } as const)
const steps = fc.array(fc.oneof(append, append, append, read, read, read, read, reopen, lose), {
  maxLength: 60,
})
type Step = typeof steps extends fc.Arbitrary<infer Steps extends unknown[]> ? Steps[number] : never

interface Storage {
  readonly trimSlack: number
  readonly open: () => Log
  /** False if a log that is closed has lost everything. */
  readonly canReopen: boolean
  /** Begins a new epoch behind the back of the log, if that is possible. Resolves with true if all messages are gone. */
  readonly lose?: () => Promise<boolean>
}

/** Follows a log through everything. It gets each message once and in order, or is told of a gap. */
class Reader {
  #position = '0-0'

  /** `ever`: ids of all messages that were ever appended. */
  async read(log: Log, limit: number, ever: readonly string[]): Promise<void> {
    const from = this.#position
    const { entries, head } = await log.read(from, limit)
    const next = entries[0]?.id
    this.#position = entries.at(-1)?.id ?? head
    // A new reader has missed nothing.
    if (from === '0-0') return
    const gap = findGap(from, next, head)
    const missing = ever.filter((id) => isAfter(id, from) && (!next || isAfter(next, id)))
    if (missing.length > 0) ok(gap !== undefined, `${missing.length} messages after ${from} are missing`)
    if (gap?.to) equal(split(gap.to)[1] - split(gap.from)[1], missing.length, 'missing messages')
    if (gap && missing.length === 0) ok(split(next ?? head)[0] !== split(from)[0], 'a gap without a loss')
    const expected = ever.filter((id) => next && !isAfter(next, id)).slice(0, entries.length)
    equal(
      entries.map(({ id }) => id),
      expected,
      'ids',
    )
  }
}

async function play(
  { open, canReopen, lose, trimSlack }: Storage,
  maxMessages: number,
  all: readonly Step[],
): Promise<void> {
  let log = open()
  const current: Log = {
    append: (...args) => log.append(...args),
    read: (...args) => log.read(...args),
    start: () => log.start(),
    tail: (...args) => log.tail(...args),
    close: () => log.close(),
  }
  const model = new LogModel(current, maxMessages, trimSlack, lose !== undefined)
  const reader = new Reader()
  const ever: string[] = []
  try {
    for (const step of all)
      if (step.type === 'append') {
        const before = model.all.length
        await model.append(step.count, step.key === undefined ? undefined : `key ${step.key}`)
        const ids = model.all.slice(before).map(({ id }) => id)
        const [newest] = ever.slice(-1)
        if (newest && ids[0]) ok(isAfter(ids[0], newest), `${ids[0]} comes after ${newest}`)
        ever.push(...ids)
      } else if (step.type === 'read') {
        let index = 0
        const random = (below: number) => step.numbers[index++ % 2]! % below
        await model.check(model.position(random), step.limit)
        await reader.read(current, step.limit, ever)
      } else {
        if (step.type === 'lose' && (await lose?.())) model.all.length = 0
        else if (canReopen) {
          await log.close()
          log = open()
        }
      }
  } finally {
    await log.close()
  }
}

const check = (runs: number, createStorage: (maxMessages: number) => Storage): Promise<void> =>
  fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 80 }), steps, (maxMessages, all) =>
      play(createStorage(maxMessages), maxMessages, all),
    ),
    { numRuns: runs, ...replay },
  )

describe('random appends, trims, losses and reads leave each log as an array would be', () => {
  test('in memory', async () => {
    await check(300, (maxMessages) => ({
      trimSlack: 0,
      canReopen: false,
      open: () => memoryLog({ maxMessages }),
    }))
  })

  test('in SQLite', async () => {
    const file = temporaryFile()
    let channel = 0
    await check(100, (maxMessages) => {
      const options = { channel: `${channel++}`, maxMessages, synchronous: 'normal' } as const
      const open = () => sqliteLog(file, options)
      // The next one that opens the file finds that a process has not closed it.
      const lose = async () => {
        const db = new DatabaseSync(file)
        db.exec(
          "CREATE TABLE IF NOT EXISTS headwater_open (token TEXT PRIMARY KEY) WITHOUT ROWID; INSERT OR IGNORE INTO headwater_open VALUES ('dead')",
        )
        db.close()
        return false
      }
      return { trimSlack: 0, canReopen: true, open, lose }
    })
  })

  test('in Redis', async (context) => {
    skipWithoutRedis(context)
    const server = await RedisServer.start()
    const admin = server.client()
    await admin.connect()
    try {
      let key = 0
      await check(100, (maxMessages) => {
        const name = `log ${key++}`
        return {
          trimSlack: 100,
          canReopen: true,
          open: () => redisLog(server.client(), name, { maxMessages }),
          // The dedupe keys stay.
          lose: async () => (await admin.del(name)) >= 0,
        }
      })
    } finally {
      admin.destroy()
    }
  })
})
