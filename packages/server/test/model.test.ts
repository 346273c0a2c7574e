import { createFakeClock } from '@headwater/core/testing'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { createChannel, memoryLog } from '../src/index.ts'
import { split } from '../src/resume.ts'
import { uniqueName } from './harness.ts'
import { blocksOf, check, Connect, Disconnect, GROUPS, Pass, Publish, Read } from './model.ts'
import type { Model, Real } from './model.ts'

const group = fc.integer({ min: 0, max: GROUPS - 1 })
const cursor = fc.record({
  kind: fc.constantFrom('known', 'known', 'known', 'now', 'start', 'last', 'old', 'later', 'malformed'),
  part: fc.double({ min: 0, max: 1, noNaN: true }),
})
const commands = fc.commands(
  [
    fc
      .tuple(fc.array(group, { minLength: 1, maxLength: 8 }), fc.option(fc.constantFrom(500, 5000)))
      .map(([groups, ttl]) => new Publish(groups, ttl ?? undefined)),
    fc
      .tuple(fc.array(group, { minLength: 100, maxLength: 900, size: 'max' }))
      .map(([groups]) => new Publish(groups, undefined)),
    fc.tuple(group, cursor).map(([each, at]) => new Connect(each, at)),
    fc.tuple(fc.nat(20), fc.boolean()).map(([index, all]) => new Read(index, all)),
    fc.tuple(fc.nat(20), fc.boolean()).map(([index, all]) => new Read(index, all)),
    group.map((each) => new Disconnect(each)),
    fc.constantFrom(100, 1000, 8000).map((ms) => new Pass(ms)),
  ],
  { maxCommands: 60, size: 'max' },
)

test('any interleaving of publishing, trimming, connecting and slow reading loses nothing that is not told as a gap', async () => {
  await fc.assert(
    fc.asyncProperty(commands, fc.constantFrom(3, 200, 2000), async (list, kept) => {
      const clock = createFakeClock()
      const log = memoryLog({ clock, maxMessages: kept })
      const epoch = String(split(await log.start())[0])
      const channel: Real['channel'] = createChannel(uniqueName(), {
        log,
        clock,
        filter: (message, reader) => message.data.group === reader.group,
        stallMs: 1e9,
        maxBufferedBytes: 2000,
      })
      const model: Model = { entries: [], kept, readers: [] }
      const real = { channel, clock, epoch }
      await fc.asyncModelRun(() => ({ model, real }), list)
      for (const reader of model.readers) {
        await reader.client.readAll()
        check(model, real, reader, !reader.client.done)
        // A heartbeat tells the position of a reader that is sent nothing.
      }
      await clock.advance(8000)
      for (const reader of model.readers) {
        if (reader.client.done) continue
        await reader.client.readAll()
        expect(blocksOf(reader.client.text).at(-1)!.id).toBe(`${epoch}-${model.entries.length}`)
      }
      await channel.close()
      for (const { client } of model.readers) await client.readToEnd()
      expect(channel.readers).toBe(0)
    }),
    {
      numRuns: Number(process.env.HEADWATER_RUNS ?? 60),
      interruptAfterTimeLimit: 20_000,
      endOnFailure: true,
      timeout: 5000,
    },
  )
}, 120_000)
