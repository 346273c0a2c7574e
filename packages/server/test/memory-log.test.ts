import { createFakeClock } from '@headwater/core/testing'
import { describe, expect, test } from 'vitest'
import { memoryLog } from '../src/index.ts'
import { split } from '../src/resume.ts'
import { logConformance } from '../src/testing.ts'

logConformance({ test, createStorage: () => (options) => memoryLog(options) })

describe('memoryLog', () => {
  const message = (data: string) => ({ event: 'n', data })
  const numbers = async (log: ReturnType<typeof memoryLog>) => {
    const { entries } = await log.read('0-0', 1e6)
    return entries.map(({ id }) => split(id)[1])
  }

  test('keeps the newest messages, at most maxMessages', async () => {
    const log = memoryLog({ maxMessages: 3 })
    for (let n = 0; n < 1000; n++) await log.append([message('x')])
    expect(await numbers(log)).toEqual([998, 999, 1000])
    expect(split(await log.start())[1]).toBe(997)
  })

  test('keeps 1,000 messages by default', async () => {
    const log = memoryLog()
    for (let n = 0; n < 1500; n++) await log.append([message('x')])
    expect(await numbers(log)).toHaveLength(1000)
  })

  test('keeps at most maxLength characters, but always the newest message', async () => {
    const log = memoryLog({ maxLength: 10 })
    await log.append([message('1234'), message('1234'), message('1234')])
    expect(await numbers(log)).toEqual([2, 3])
    await log.append([message('x'.repeat(100))])
    expect(await numbers(log)).toEqual([4])
  })

  test('forgets messages after maxAgeMs, also without another message', async () => {
    const clock = createFakeClock()
    const log = memoryLog({ clock, maxAgeMs: 1000 })
    await log.append([message('old')])
    await clock.advance(999)
    expect(await numbers(log)).toEqual([1])
    await clock.advance(1)
    expect(await numbers(log)).toEqual([])
    const { head } = await log.read('0-0', 1)
    expect(split(head)[1]).toBe(1)
    expect(await log.start()).toBe(head)
  })

  test('remembers a dedupeKey for dedupeMs', async () => {
    const clock = createFakeClock()
    const log = memoryLog({ clock, dedupeMs: 1000 })
    const append = async () => split((await log.append([message('x')], { dedupeKey: 'a' }))[0]!)[1]
    expect([await append(), await append()]).toEqual([1, 1])
    await clock.advance(1000)
    expect(await append()).toBe(2)
  })

  test('has its own epoch, later than that of any log before', async () => {
    const clock = createFakeClock()
    const epochs = await Promise.all(
      Array.from({ length: 100 }, async () => split(await memoryLog({ clock }).start())[0]),
    )
    expect(new Set(epochs).size).toBe(100)
    expect(epochs.toSorted((a, b) => a - b)).toEqual(epochs)
  })
})
