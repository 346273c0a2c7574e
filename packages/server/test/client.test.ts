import { createEventStream, type Gap } from '@headwater/core'
import { expect, test } from 'vitest'
import { createChannel, memoryLog } from '../src/index.ts'
import { before } from '../src/resume.ts'
import { serveChannel, uniqueName } from './harness.ts'

interface Events {
  n: number
}
const create = (maxMessages = 1000) =>
  createChannel<Events>(uniqueName(), { log: memoryLog({ maxMessages }), retryMs: 1 })

/** Reads with core's client until it has received a number. Returns what it was told, in order. */
async function follow(
  channel: ReturnType<typeof create>,
  last: number,
  onNumber: (n: number, destroy: () => void) => unknown,
) {
  const { url, exchanges } = await serveChannel(channel)
  const seen: unknown[] = []
  const stream = createEventStream(url, {
    initialLastEventId: await channel.lastId(),
    retry: { baseMs: 1 },
    onReconnect: ({ continuity }) => void seen.push(continuity),
    onGap: (gap: Gap) => void seen.push(gap),
  })
  await channel.publish('n', 1)
  for await (const { data } of stream) {
    const n = Number(data)
    seen.push(n)
    if (n === last) break
    await onNumber(n, () => exchanges.at(-1)![1].destroy())
  }
  return seen
}

test("core's client resumes and says so, when nothing is lost", async () => {
  const channel = create()
  const seen = await follow(channel, 3, async (n, destroy) => {
    destroy()
    await channel.publish('n', n + 1)
  })
  expect(seen).toEqual(['resumed', 1, 'resumed', 2, 'resumed', 3])
})

test("core's client is told of a gap after a reconnect", async () => {
  const channel = create(2)
  let from = ''
  const seen = await follow(channel, 9, async (n, destroy) => {
    if (n > 1) return
    from = await channel.lastId()
    destroy()
    // In one turn, so that the process has no more than the log.
    await Promise.all([2, 3, 4, 5, 6, 7, 8, 9].map((n) => channel.publish('n', n)))
  })
  const to = before(await channel.lastId(), 2)
  expect(seen).toEqual(['resumed', 1, 'gap', { from, to }, 8, 9])
})
