import { createFakeClock } from '@headwater/core/testing'
import { expect, test, vi } from 'vitest'
import { channels, createChannel, memoryLog } from '../src/index.ts'
import { Client, requestTo, settle, uniqueName } from './harness.ts'

interface Events {
  said: string
}

test('channels of a family are separate, and the same for the same id', async () => {
  const rooms = channels<Events>(uniqueName(), { log: () => memoryLog() })
  const client = await new Client(await rooms('a').respond(requestTo())).readAll()
  await rooms('b').publish('said', 'to b')
  await rooms('a').publish('said', 'to a')
  await client.readAll()
  expect(client.messages).toEqual(['said "to a"'])
  expect([rooms('a').readers, rooms('b').readers]).toEqual([1, 0])
  expect(await rooms('a').lastId()).toMatch(/-1$/)
})

test('a channel of a family is freed when it is idle, and opened again when it is used', async () => {
  const clock = createFakeClock()
  const opened: string[] = []
  const closed: string[] = []
  const rooms = channels<Events>(uniqueName(), {
    clock,
    idleMs: 60_000,
    log: (id) => {
      opened.push(id)
      const log = memoryLog({ clock })
      const close = log.close.bind(log)
      log.close = () => {
        closed.push(id)
        return close()
      }
      return log
    },
  })
  const room = rooms('quiet')
  const id = await room.publish('said', 'old')
  const client = await new Client(await rooms('busy').respond(requestTo())).readAll()
  for (let second = 0; second < 100; second += 4) {
    await clock.advance(4000)
    await client.readAll()
  }
  expect([opened, closed]).toEqual([['quiet', 'busy'], ['quiet']])
  // The same object works on, and a client that knew the old log is told a gap.
  const again = await new Client(await room.respond(requestTo(id))).readAll()
  expect(again.response.headers.get('sse-resume')).toBe('gap')
  await room.publish('said', 'new')
  await again.readAll()
  expect(again.messages.at(-1)).toBe('said "new"')
  await client.cancel()
  await again.cancel()
  await clock.advance(200_000)
  expect(closed.toSorted()).toEqual(['busy', 'quiet', 'quiet'])
  expect(clock.timers).toBe(0)
})

test('clients that ask for a thousand channels leave nothing behind after idleMs', async () => {
  const clock = createFakeClock()
  let open = 0
  const rooms = channels<Events>(uniqueName(), {
    clock,
    idleMs: 60_000,
    log: () => {
      open++
      const log = memoryLog({ clock })
      const close = log.close.bind(log)
      log.close = () => {
        open--
        return close()
      }
      return log
    },
  })
  for (let n = 0; n < 1_000; n++) {
    const response = await rooms(`room ${n}`).respond(requestTo())
    await response.body!.cancel()
  }
  expect(open).toBe(1_000)
  for (let second = 0; second < 100; second += 4) await clock.advance(4_000)
  expect([open, clock.timers]).toEqual([0, 0])
})

test('a family that is closed ends all responses and answers 503', async () => {
  const rooms = channels<Events>(uniqueName(), { log: () => memoryLog() })
  const clients = [
    await new Client(await rooms('a').respond(requestTo())).readAll(),
    await new Client(await rooms('b').respond(requestTo())).readAll(),
  ]
  await rooms.close({ spreadMs: 500 })
  for (const client of clients) await client.readToEnd()
  expect(clients.every(({ text }) => text.includes('retry: 500\n'))).toBe(true)
  expect((await rooms('a').respond(requestTo())).status).toBe(503)
  expect((await rooms('c').respond(requestTo())).status).toBe(503)
})

test('one channel of a family can disconnect readers and be closed', async () => {
  const rooms = channels<Events, string>(uniqueName(), { log: () => memoryLog() })
  const eve = await new Client(await rooms('a').respond(requestTo(), { reader: 'eve' })).readAll()
  const ada = await new Client(await rooms('a').respond(requestTo(), { reader: 'ada' })).readAll()
  expect(rooms('b').disconnect(() => true)).toBe(0)
  expect(rooms('a').disconnect((reader) => reader === 'eve')).toBe(1)
  await eve.readToEnd()
  await rooms('a').close()
  await ada.readToEnd()
  expect((await rooms('a').respond(requestTo(), { reader: 'ada' })).status).toBe(200)
})

test('a second copy of the module publishes to the readers of the first one', async () => {
  vi.resetModules()
  const copy = (await import('../src/index.ts')) as typeof import('../src/index.ts')
  expect(copy.createChannel).not.toBe(createChannel)
  const name = uniqueName()
  const first = createChannel<Events>(name, { log: memoryLog() })
  const unused = memoryLog()
  const append = vi.spyOn(unused, 'append')
  const second = copy.createChannel<Events>(name, { log: unused, retryMs: 5000 })
  const client = await new Client(await first.respond(requestTo())).readAll()
  await second.publish('said', 'from the copy')
  await client.readAll()
  expect(client.messages).toEqual(['said "from the copy"'])
  expect(append).not.toHaveBeenCalled()
  // The options of the later call apply, as after hot reload.
  expect(client.text).toContain('retry: 5000\n')
  const family = uniqueName()
  const rooms = channels<Events>(family, { log: () => memoryLog() })
  const sameRooms = copy.channels<Events>(family, { log: () => memoryLog() })
  const reader = await new Client(await rooms('a').respond(requestTo())).readAll()
  await sameRooms('a').publish('said', 'hello')
  await settle()
  await reader.readAll()
  expect(reader.messages).toEqual(['said "hello"'])
})
