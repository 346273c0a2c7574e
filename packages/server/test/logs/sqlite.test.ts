import { DatabaseSync } from 'node:sqlite'
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import type { Log } from '../../src/log.ts'
import { type SqliteLogOptions, sqliteLog } from '../../src/sqlite.ts'
import { acquire, release } from '../../src/sqlite/connection.ts'
import { LogFile } from '../../src/sqlite/database.ts'
import { logConformance } from '../../src/testing.ts'
import { readAll } from '../../src/testing/assert.ts'
import { temporaryFile } from './temporary.ts'

const open = (path: string, options?: SqliteLogOptions): Log => {
  const log = sqliteLog(path, options)
  onTestFinished(() => log.close())
  return log
}
const message = (data: string) => ({ event: '', data })
const data = async (log: Log) => (await readAll(log, '0-0')).map((entry) => entry.data)

afterEach(() => void vi.useRealTimers())

logConformance({
  test,
  isShared: true,
  createStorage() {
    const path = temporaryFile()
    return (options) => sqliteLog(path, options)
  },
})

describe('limits', () => {
  test('removes the oldest messages beyond maxBytes, in UTF-8, and keeps the newest however large it is', async () => {
    const log = open(temporaryFile(), { maxBytes: 30 })
    await log.append(['a', 'ä'].map((letter) => message(letter.repeat(10))))
    expect(await data(log)).toEqual(['a'.repeat(10), 'ä'.repeat(10)])
    await log.append([{ event: 'e', data: '' }])
    expect(await data(log)).toEqual(['ä'.repeat(10), ''])
    await log.append([message('x'.repeat(100))])
    expect(await data(log)).toEqual(['x'.repeat(100)])
  })

  test('removes messages that are older than maxAgeMs with the next append', async () => {
    vi.useFakeTimers({ toFake: ['Date'] })
    const log = open(temporaryFile(), { maxAgeMs: 1_000 })
    await log.append([message('a')])
    vi.advanceTimersByTime(700)
    await log.append([message('b')])
    vi.advanceTimersByTime(700)
    expect(await data(log)).toEqual(['a', 'b'])
    await log.append([message('c')])
    expect(await data(log)).toEqual(['b', 'c'])
  })

  test('forgets a dedupeKey after dedupeMs', async () => {
    vi.useFakeTimers({ toFake: ['Date'] })
    const log = open(temporaryFile(), { dedupeMs: 1_000 })
    const first = await log.append([message('a')], { dedupeKey: 'k' })
    vi.advanceTimersByTime(999)
    expect(await log.append([message('a')], { dedupeKey: 'k' })).toEqual(first)
    vi.advanceTimersByTime(1)
    expect(await log.append([message('a')], { dedupeKey: 'k' })).not.toEqual(first)
  })
})

test('several channels live in one file, with ids of their own', async () => {
  const path = temporaryFile()
  const [news, rooms] = [open(path, { channel: 'news', maxMessages: 2 }), open(path, { channel: 'rooms' })]
  let wakes = 0
  await rooms.append([message('r1')])
  const stop = rooms.tail(() => wakes++)
  await new Promise(setImmediate)
  for (const text of ['n1', 'n2', 'n3']) await news.append([message(text)])
  expect(await data(news)).toEqual(['n2', 'n3'])
  expect(await data(rooms)).toEqual(['r1'])
  expect(wakes).toBe(1)
  stop()
})

test('appends of one turn are one transaction', async () => {
  const log = open(temporaryFile())
  await log.append([message('0')])
  const begin = vi.spyOn(LogFile.prototype, 'begin')
  onTestFinished(() => begin.mockRestore())
  await Promise.all(Array.from({ length: 100 }, (_, index) => log.append([message(`${index}`)])))
  expect(begin).toHaveBeenCalledTimes(1)
  expect((await data(log)).length).toBe(101)
})

test('an append that SQLite refuses rejects with not-appended, and takes no other down', async () => {
  const log = open(temporaryFile())
  const bad = { event: '', data: { toString: 1 } as unknown as string }
  const results = await Promise.allSettled([
    log.append([message('a')]),
    log.append([message('b'), bad]),
    log.append([message('c')]),
  ])
  expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
  expect(results[1]).toMatchObject({ reason: { name: 'PublishError', code: 'not-appended' } })
  expect(await data(log)).toEqual(['a', 'c'])
})

test(
  'an append waits for the lock of another process for at most 2 s, and rejects with not-appended',
  { timeout: 20_000 },
  async () => {
    const path = temporaryFile()
    const log = open(path)
    await log.append([message('a')])
    const other = new DatabaseSync(path)
    other.exec('BEGIN IMMEDIATE')
    await expect(log.append([message('b')])).rejects.toMatchObject({ code: 'not-appended' })
    other.exec('ROLLBACK')
    other.close()
    await log.append([message('c')])
    expect(await data(log)).toEqual(['a', 'c'])
  },
)

test('has one timer, and only while somebody tails', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  const path = temporaryFile()
  const logs = [open(path, { channel: 'a' }), open(path, { channel: 'b' })]
  for (const log of logs) await log.append([message('a')])
  expect(vi.getTimerCount()).toBe(0)
  const stops = [...logs, ...logs].map((log) => log.tail(() => undefined))
  expect(vi.getTimerCount()).toBe(1)
  for (const stop of stops) stop()
  expect(vi.getTimerCount()).toBe(0)
  logs[0]!.tail(() => undefined)
  for (const log of logs) await log.close()
  expect(vi.getTimerCount()).toBe(0)
})

test('rejects a durability that it cannot give', async () => {
  const path = temporaryFile()
  const append = (options: SqliteLogOptions, durability: 'fsync' | 'replicated') =>
    open(path, options).append([message('a')], { durability })
  await append({}, 'fsync')
  await expect(append({}, 'replicated')).rejects.toMatchObject({ code: 'not-appended' })
  await expect(append({ synchronous: 'normal' }, 'fsync')).rejects.toMatchObject({ code: 'not-appended' })
})

test('says what to do where node:sqlite is missing', async () => {
  vi.spyOn(process, 'getBuiltinModule').mockReturnValue(undefined as never)
  onTestFinished(() => void vi.restoreAllMocks())
  const log = sqliteLog(temporaryFile())
  await expect(log.read('0-0', 1)).rejects.toThrow(/needs node:sqlite, which is in Node 22\.13 and later/)
  await expect(log.append([message('a')])).rejects.toMatchObject({ code: 'not-appended' })
})

test.each([
  ['full', 2],
  ['normal', 1],
] as const)('synchronous: %s is what SQLite is told', (synchronous, expected) => {
  const connection = acquire(temporaryFile(), synchronous)
  onTestFinished(() => release(connection))
  expect(connection.file.db.prepare('PRAGMA synchronous').get()).toMatchObject({ synchronous: expected })
  expect(connection.file.db.prepare('PRAGMA journal_mode').get()).toMatchObject({ journal_mode: 'wal' })
})
