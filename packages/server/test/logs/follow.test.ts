import { expect, onTestFinished, test } from 'vitest'
import { memoryLog } from '../../src/index.ts'
import { follow, message } from '../../src/testing/assert.ts'

test('a follower reads again where a read was rejected, like a channel', async () => {
  const log = memoryLog()
  onTestFinished(() => log.close())
  let reads = 0
  const unstable = {
    ...log,
    append: log.append.bind(log),
    tail: log.tail.bind(log),
    async read(after: string, limit: number) {
      if (reads++ < 2) throw new Error('The connection was lost.')
      return log.read(after, limit)
    },
  }
  const follower = follow(unstable, (await log.read('0-0', 1)).head)
  const ids = await log.append([message('a'), message('b')])
  await follower.count(2)
  expect(follower.entries.map(({ id }) => id)).toEqual(ids)
  const readsUntilNow = reads
  follower.stop()
  await log.append([message('c')])
  expect(reads).toBe(readsUntilNow)
})
