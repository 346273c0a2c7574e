import { memoryLog, PublishError, type Log } from '@headwater/server'
import { expect, onTestFinished, test, vi } from 'vitest'
import { closeChannels, createChannels, type Storage } from '../src/channels.ts'
import { startPublisher } from '../src/publisher.ts'

/** Starts a publisher on a fake clock. Returns functions that read how many messages a channel has. */
function publisherForTest(storage: Storage = (_, bounds) => memoryLog(bounds)) {
  vi.useFakeTimers({ toFake: ['Date', 'setInterval', 'clearInterval'], now: 1_800_000_000_000 })
  const channels = createChannels(storage)
  const lines: string[] = []
  const publisher = startPublisher(channels, 3000, (line) => lines.push(line))
  onTestFinished(async () => {
    publisher.stop()
    vi.useRealTimers()
    await closeChannels(channels)
  })
  const advance = async (ms: number) => {
    for (let at = 0; at < ms; at += 25) {
      vi.advanceTimersByTime(25)
      await new Promise(setImmediate)
    }
  }
  const count = async ({ lastId }: { lastId(): Promise<string> }) => Number((await lastId()).split('-')[1])
  const counts = async () => ({
    ticker: await count({ lastId: () => channels.ticker.lastId() }),
    market: await count({ lastId: () => channels.market.lastId() }),
    news: await count({ lastId: () => channels.news.en.lastId() }),
  })
  return { publisher, lines, advance, counts }
}

test('publishes news always, the ticker and the market while they are read and for a minute after', async () => {
  const { publisher, advance, counts } = publisherForTest()
  await advance(3000)
  expect(await counts()).toEqual({ ticker: 0, market: 0, news: 4 })
  publisher.want('market')
  await advance(60_000)
  expect(await counts()).toEqual({ ticker: 0, market: 120_200, news: 24 })
  await advance(30_000)
  expect(await counts()).toEqual({ ticker: 0, market: 120_200, news: 34 })
  publisher.want('ticker')
  publisher.want('market')
  await advance(1000)
  expect(await counts()).toEqual({ ticker: 101, market: 122_400, news: 34 })
})

test('says once that the log fails, and goes on when it works again', async () => {
  let works = true
  const { publisher, lines, advance, counts } = publisherForTest((_, bounds) => {
    const log = memoryLog(bounds)
    const append: Log['append'] = (...args) =>
      works ? log.append(...args) : Promise.reject(new PublishError('not-appended', 'The disk is full.'))
    return { ...bind(log), append }
  })
  publisher.want('ticker')
  await advance(1000)
  works = false
  await advance(1000)
  works = true
  await advance(1000)
  expect(lines).toEqual(['publishing failed, and is tried again: The disk is full.'])
  expect((await counts()).ticker).toBeGreaterThan(190)
  expect((await counts()).ticker).toBeLessThan(210)
})

function bind(log: Log): Omit<Log, 'append'> {
  return {
    read: (...args) => log.read(...args),
    start: () => log.start(),
    tail: (...args) => log.tail(...args),
    close: () => log.close(),
  }
}
