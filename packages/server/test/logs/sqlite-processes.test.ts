import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { DatabaseSync } from 'node:sqlite'
import { promisify } from 'node:util'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { Log } from '../../src/log.ts'
import { findGap, split } from '../../src/resume.ts'
import { type SqliteLogOptions, sqliteLog } from '../../src/sqlite.ts'
import { readAll } from '../../src/testing/assert.ts'
import { temporaryFile } from './temporary.ts'

const CHILD = new URL('sqlite-child.ts', import.meta.url).pathname
const run = promisify(execFile)

const open = (path: string, options?: SqliteLogOptions): Log => {
  const log = sqliteLog(path, options)
  onTestFinished(() => log.close())
  return log
}
const message = (data: string) => ({ event: '', data })
const data = async (log: Log) => (await readAll(log, '0-0')).map((entry) => entry.data)

describe('other processes', () => {
  test('a tail notices what another process appends', async () => {
    const path = temporaryFile()
    const log = open(path, { pollMs: 10 })
    await log.append([message('a')])
    const woken = new Promise<void>((resolve) => {
      log.tail(() => void data(log).then((all) => all.length === 1 + 6 && resolve()))
    })
    const { stdout } = await run(process.execPath, [CHILD, path, 'p', 'full', '3'])
    await woken
    const lines = stdout.trim().split('\n')
    expect((await readAll(log, '0-0')).slice(1).map((entry) => `${entry.id} ${entry.data}`)).toEqual(lines)
  })

  test('three processes append to a new file at once, without holes', async () => {
    const path = temporaryFile()
    const outputs = await Promise.all(
      ['a', 'b', 'c'].map((name) => run(process.execPath, [CHILD, path, name, 'full', '60'])),
    )
    const entries = await readAll(open(path), '0-0')
    expect(entries.map(({ id }) => split(id)[1])).toEqual(entries.map((_, index) => index + 1))
    const acknowledged = outputs.flatMap(({ stdout }) => stdout.trim().split('\n'))
    expect(entries.map((entry) => `${entry.id} ${entry.data}`).sort()).toEqual(acknowledged.sort())
  })
})

/** Runs a process that publishes until it is killed at a random moment. Returns the lines that it has acknowledged. */
async function publishAndKill(path: string, name: string, synchronous: string): Promise<string[]> {
  const child = spawn(process.execPath, [CHILD, path, name, synchronous], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const output = text(child.stdout)
  await once(child.stdout, 'readable')
  const killAt = performance.now() + Math.random() * 40
  while (performance.now() < killAt) await new Promise(setImmediate)
  child.kill('SIGKILL')
  await once(child, 'exit')
  // The last line may be cut.
  return (await output).split('\n').slice(0, -1)
}

describe.each(['full', 'normal'] as const)('kill -9 with synchronous=%s', (synchronous) => {
  test('loses no acknowledged message, and no id names two messages', { timeout: 60_000 }, async () => {
    const path = temporaryFile()
    const acknowledged = new Map<string, string>()
    const epochs = new Set<number>()
    for (let round = 0; round < 12; round++)
      for (const line of await publishAndKill(path, `run${round}`, synchronous)) {
        const [id, value] = line.split(' ') as [string, string]
        expect(acknowledged.has(id), `${id} twice`).toBe(false)
        acknowledged.set(id, value)
      }
    const entries = await readAll(open(path), '0-0', 1_000)
    const kept = new Map(entries.map((entry) => [entry.id, entry.data]))
    expect(kept.size).toBe(entries.length)
    expect(acknowledged.size).toBeGreaterThan(12)
    for (const [id, value] of acknowledged) expect(kept.get(id)).toBe(value)
    let last = '0-0'
    for (const { id } of entries) {
      const gap = findGap(last, id, id)
      if (split(id)[0] === split(last)[0]) expect(gap).toBeUndefined()
      epochs.add(split(id)[0])
      last = id
    }
    // FULL: nothing can have been lost. NORMAL: a power cut cannot be told from a killed process.
    expect(epochs.size).toBe(synchronous === 'full' ? 1 : 12)
  })
})

describe('synchronous: normal', () => {
  const normal = { synchronous: 'normal' } as const

  test('goes on in the same epoch after a clean close', async () => {
    const path = temporaryFile()
    for (const n of [1, 2, 3]) {
      const log = sqliteLog(path, normal)
      expect(split((await log.append([message('a')]))[0]!)[1]).toBe(n)
      await log.close()
    }
  })

  test('an append to an epoch that another opener began is marked as not closed again', async () => {
    const path = temporaryFile()
    const first = open(path, normal)
    const [one] = await first.append([message('a')])
    // Opens with another connection, as another process does, and sees that the first has not closed.
    const second = sqliteLog(path)
    const [two] = await second.append([message('b')])
    expect(split(two!)[0]).toBeGreaterThan(split(one!)[0])
    await second.close()
    const rows = () => {
      const db = new DatabaseSync(path)
      const { length } = db.prepare('SELECT * FROM headwater_open').all()
      db.close()
      return length
    }
    expect(rows()).toBe(0)
    const [three] = await first.append([message('c')])
    expect(split(three!)).toEqual([split(two!)[0], 2])
    expect(rows()).toBe(1)
    await first.close()
    expect(rows()).toBe(0)
  })
})
