import { createFakeClock } from '@headwater/core/testing'
import { describe, expect, test } from 'vitest'
import { createChannel, memoryLog, type Log } from '../src/index.ts'
import { Client, createGate, requestTo, settle, uniqueName } from './harness.ts'

const retryOf = ({ text }: Client) => [...text.matchAll(/^retry: (\d+)$/gm)].map(([, retry]) => Number(retry))

/** Log that can be switched off: reads then reject, or never settle. */
const createFaulty = () => {
  const log = memoryLog()
  const faulty: Log & { fault: 'none' | 'rejects' | 'hangs'; stale: () => void } = {
    fault: 'none',
    stale: () => {},
    append: (...args) => log.append(...args),
    start: () => log.start(),
    tail: (wake, stale) => {
      faulty.stale = stale!
      return log.tail(wake)
    },
    close: () => log.close(),
    read: async (...args) => {
      if (faulty.fault === 'hangs') await new Promise(() => {})
      if (faulty.fault === 'rejects') throw new Error('down')
      return await log.read(...args)
    },
  }
  return faulty
}

describe('a log that cannot be reached', () => {
  test('is answered with 503 and Retry-After, and with a stream once it is back', async () => {
    const clock = createFakeClock()
    clock.chance = 0.5
    const log = createFaulty()
    const channel = createChannel(uniqueName(), { log, clock })
    log.fault = 'rejects'
    const refused = await channel.respond(requestTo())
    expect(refused.status).toBe(503)
    expect(refused.headers.get('retry-after')).toBe('3')
    expect(clock.timers).toBe(0)
    log.fault = 'none'
    expect((await channel.respond(requestTo())).status).toBe(200)
  })

  test.each(['rejects', 'hangs'] as const)(
    'ends the responses, spread, when it %s for 10 s',
    async (fault) => {
      const clock = createFakeClock()
      const log = createFaulty()
      const channel = createChannel(uniqueName(), { log, clock })
      const clients = await Promise.all(
        [1, 2].map(async () => new Client(await channel.respond(requestTo())).readAll()),
      )
      log.fault = fault
      await channel.publish('n', 1)
      await settle()
      await clock.advance(9000)
      expect(channel.readers).toBe(2)
      await clock.advance(2000)
      expect(channel.readers).toBe(0)
      for (const client of clients) await client.readToEnd()
      expect(clients.map((client) => retryOf(client).at(-1))).toEqual([5000, 10_000])
    },
  )

  test('that is back in time loses nothing', async () => {
    const clock = createFakeClock()
    const log = createFaulty()
    const channel = createChannel(uniqueName(), { log, clock })
    const client = await new Client(await channel.respond(requestTo())).readAll()
    log.fault = 'rejects'
    await channel.publish('n', 1)
    await settle()
    await clock.advance(5000)
    log.fault = 'none'
    await clock.advance(1000)
    await client.readAll()
    expect(client.messages).toEqual(['n 1'])
    await clock.advance(20_000)
    expect(channel.readers).toBe(1)
  })

  test('ends the responses when it says that it is stale', async () => {
    const log = createFaulty()
    const channel = createChannel(uniqueName(), { log })
    const client = await new Client(await channel.respond(requestTo())).readAll()
    log.stale()
    await client.readToEnd()
    expect(retryOf(client)).toEqual([1000, 10_000])
  })

  test('and is back before a response begins, is followed again', async () => {
    const log = createFaulty()
    const gate = createGate()
    const start = log.start
    log.start = async () => {
      await gate.opened
      return await start()
    }
    const channel = createChannel(uniqueName(), { log })
    const response = channel.respond(requestTo(), { from: 'start' })
    await settle()
    log.stale()
    gate.open()
    const client = await new Client(await response).readAll()
    await channel.publish('n', 1)
    await client.readAll()
    expect(client.messages).toEqual(['n 1'])
  })

  test('in the middle of a replay ends that response', async () => {
    const log = createFaulty()
    const channel = createChannel<{ n: number }>(uniqueName(), { log })
    const ids = await Promise.all(Array.from({ length: 900 }, (_, n) => channel.publish('n', n)))
    const client = new Client(await channel.respond(requestTo(ids[0])))
    await client.read()
    log.fault = 'rejects'
    await client.readToEnd()
    expect(client.blocks.length).toBeLessThan(899)
    log.fault = 'none'
    const again = await new Client(await channel.respond(requestTo(client.blocks.at(-1)!.id))).readAll()
    expect(again.response.headers.get('sse-resume')).toBe('complete')
    expect(client.blocks.length + again.blocks.length).toBe(899)
  })
})
