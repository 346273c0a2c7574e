import { findGap, split } from '../resume.ts'
import { dataOf, equal, follow, message, ok, readAll } from './assert.ts'
import type { Harness } from './harness.ts'

/** Wake-ups of readers. */
export function testTail({ it }: Harness): void {
  it('wakes each tail after an append, also one that began before the first message', async (open) => {
    const log = await open({})
    const { head } = await log.read('0-0', 1)
    const followers = [follow(log, head), follow(log, head)]
    for (let index = 0; index < 20; index++) {
      await log.append([message(String(index))])
      if (index % 7 === 0) await Promise.all(followers.map((follower) => follower.count(index + 1)))
    }
    await Promise.all(followers.map((follower) => follower.count(20)))
    for (const { entries } of followers)
      equal(dataOf(entries), dataOf(await readAll(log, head)), 'entries of the follower')
    for (const { stop } of followers) stop()
  })

  it('wakes a tail soon after it begins, and not inside the call', async (open) => {
    const log = await open({})
    await log.append([message('a')])
    let isInside = true
    await new Promise<void>((resolve, reject) => {
      log.tail(() => (isInside ? reject(new Error('wake was called inside tail')) : resolve()))
      isInside = false
    })
  })

  it('does not wake a tail that has ended', async (open) => {
    const log = await open({})
    let wakes = 0
    log.tail(() => wakes++)()
    const follower = follow(log, '0-0')
    await log.append([message('a')])
    await follower.count(1)
    await log.append([message('b')])
    await follower.count(2)
    follower.stop()
    equal(wakes, 0, 'number of wake-ups')
  })
}

/** Limits, and how gaps show. */
export function testTrimming({ it, trimSlack }: Harness): void {
  it('keeps the newest messages, and shows a gap to a reader below the oldest', async (open) => {
    const maxMessages = 10
    const log = await open({ maxMessages })
    const total = 1 + maxMessages + 3 * trimSlack + 5
    const ids: string[] = []
    for (let index = 0; index < total; index++) ids.push(...(await log.append([message(String(index))])))
    const entries = await readAll(log, '0-0')
    ok(entries.length >= maxMessages, `only ${entries.length} of ${maxMessages} messages are kept`)
    ok(
      entries.length <= maxMessages + trimSlack,
      `${entries.length} messages are kept, more than ${maxMessages}`,
    )
    equal(
      entries.map(({ id }) => id),
      ids.slice(-entries.length),
      'ids',
    )
    const start = await log.start()
    const [epoch, n] = split(start)
    equal(n, total - entries.length, 'number of the start')
    for (const [after, gap] of [
      [ids[0]!, { from: ids[0], to: start }],
      [`${epoch}-${n - 1}`, { from: `${epoch}-${n - 1}`, to: start }],
      [start, undefined],
      [ids.at(-1)!, undefined],
      [`${epoch}-${total + 1}`, { from: `${epoch}-${total + 1}`, to: null }],
      [`${epoch - 1}-1`, { from: `${epoch - 1}-1`, to: null }],
    ] as const) {
      const page = await log.read(after, 5)
      equal(findGap(after, page.entries[0]?.id, page.head), gap, `gap after ${after}`)
    }
  })

  it('keeps the newest messages of an append of more than it can keep', async (open) => {
    const log = await open({ maxMessages: 5 })
    const total = 5 + 2 * trimSlack + 3
    const ids = await log.append(Array.from({ length: total }, (_, index) => message(String(index))))
    const entries = await readAll(log, '0-0')
    ok(entries.length >= 5 && entries.length <= 5 + trimSlack, `${entries.length} messages are kept`)
    equal(entries.at(-1)?.id, ids.at(-1), 'the newest')
  })
}

/** Restarts, and several processes. */
export function testSharing({ it }: Harness): void {
  it('has the same messages, dedupe keys and order of ids after it was closed and opened', async (open) => {
    const first = await open({})
    const ids = await first.append([message('a'), message('b')], { dedupeKey: 'k' })
    await first.close()
    const second = await open({})
    equal(dataOf(await readAll(second, '0-0')), ['a', 'b'], 'data after opening')
    equal(await second.append([message('a'), message('b')], { dedupeKey: 'k' }), ids, 'ids of a known key')
    const [id] = await second.append([message('c')])
    const [epoch, n] = split(ids[1]!)
    equal(id, `${epoch}-${n + 1}`, 'the next id: nothing was lost, so the epoch goes on')
  })

  it('shows each log what another one has appended, and wakes its tails', async (open) => {
    const [one, two] = [await open({}), await open({})]
    const { head } = await one.read('0-0', 1)
    equal((await two.read('0-0', 1)).head, head, 'head')
    const followers = [follow(one, head), follow(two, head)]
    for (let index = 0; index < 10; index++) {
      await (index % 2 ? one : two).append([message(String(index))])
      await Promise.all(followers.map((follower) => follower.count(index + 1)))
    }
    for (const { stop } of followers) stop()
    equal(followers[0]!.entries, followers[1]!.entries, 'entries of the followers')
  })

  it('a read has all that was appended before it, by any log, also while a tail has not seen it', async (open) => {
    const [one, two] = [await open({}), await open({})]
    const { head } = await one.read('0-0', 1)
    const follower = follow(one, head)
    // More at once than a tail may take at once.
    const burst = Array.from({ length: 600 }, (_, index) => message(String(index)))
    for (let round = 1; round <= 5; round++) {
      const ids = await two.append(burst)
      for (const index of [0, 100, 200, 250, 300, 400]) {
        const page = await one.read(ids[index]!, 100)
        equal(
          page.entries.map(({ id }) => id),
          ids.slice(index + 1, index + 101),
          'ids',
        )
        equal(page.head, ids.at(-1), 'head')
      }
      await follower.count(round * burst.length)
    }
    follower.stop()
  })

  it('counts without holes when several logs append at once', async (open) => {
    const logs = [await open({}), await open({}), await open({})]
    const writes = logs.map(async (log, writer) => {
      const ids: string[] = []
      for (let index = 0; index < 30; index++)
        ids.push(...(await log.append([message(`${writer}.${index}`), message(`${writer}.${index}+`)])))
      return ids
    })
    const ids = await Promise.all(writes)
    const entries = await readAll(logs[0]!, '0-0')
    equal(
      entries.map(({ id }) => split(id)[1]),
      entries.map((_, index) => index + 1),
      'numbers',
    )
    equal(entries.length, 180, 'number of entries')
    const dataById = new Map(entries.map(({ id, data }) => [id, data]))
    for (const [writer, own] of ids.entries())
      for (const [index, id] of own.entries())
        equal(dataById.get(id), `${writer}.${index >> 1}${index % 2 ? '+' : ''}`, `data of ${id}`)
  })

  it('appends once for a dedupeKey that two logs use', async (open) => {
    const logs = [await open({}), await open({})]
    const ids = await Promise.all(logs.map((log) => log.append([message('a')], { dedupeKey: 'k' })))
    equal(ids[1], ids[0], 'ids')
    equal((await readAll(logs[0]!, '0-0')).length, 1, 'number of entries')
  })
}
