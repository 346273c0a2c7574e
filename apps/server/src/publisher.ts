import type { Channels } from './channels.ts'
import { newsLanguages } from './headlines.ts'
import type { Log } from './log.ts'
import { isHalted, quoteAt } from './market.ts'
import { storyAt } from './news.ts'
import { tickAt } from './ticker.ts'

/** Publishes the messages of all channels. There is one publisher, however many processes serve the channels. */
export interface Publisher {
  /** Tells that somebody reads the ticker or the market. They pause a minute after the last call. */
  want(feed: 'ticker' | 'market'): void
  stop(): void
}

/** Interval of the timer that publishes what is due, in milliseconds. */
const flushMs = 25
/** Time for which a feed goes on without a reader: one that returns has missed something then. */
const lingerMs = 60_000
/** Age from which due messages are skipped, because the process was suspended or the log could not be reached. */
const catchUpMs = 5_000

export function startPublisher(channels: Channels, newsEveryMs: number, log: Log): Publisher {
  const { market } = channels
  const ticker = new Feed(10, 1, (n) => channels.ticker.publish('', tickAt(n)))
  const quotes = new Feed(0.5, 200, (n) => market.publish(isHalted(n) ? 'halt' : 'price', quoteAt(n)))
  const news = newsLanguages.map(
    (lang) =>
      new Feed(newsEveryMs, 3, (n) => {
        const story = storyAt(n, lang, newsEveryMs)
        const event = story.corrects === undefined ? 'story' : 'correction'
        // A publisher that is started again begins with stories that the log may have.
        return channels.news[lang].publish(event, story, { dedupeKey: String(n) })
      }),
  )
  for (const feed of news) feed.wantedUntil = Infinity

  let hasFailed = false
  async function publishDue(feed: Feed) {
    const error = await feed.publishDue(Date.now())
    if (error === undefined) return
    if (error && !hasFailed) log(`publishing failed, and is tried again: ${error.message}`)
    hasFailed = error !== null
  }
  const feeds = [ticker, quotes, ...news]
  const publishAll = () => {
    for (const feed of feeds) void publishDue(feed)
  }
  publishAll()
  const timer = setInterval(publishAll, flushMs)

  return {
    want(name) {
      const feed = name === 'ticker' ? ticker : quotes
      feed.wantedUntil = Date.now() + lingerMs
      void publishDue(feed)
    },
    stop: () => clearInterval(timer),
  }
}

/** An endless sequence: message n is a function of n, and due at `n * intervalMs` of the wall clock. */
class Feed {
  wantedUntil = 0
  readonly #intervalMs: number
  readonly #history: number
  readonly #publish: (n: number) => Promise<string>
  #next: number | undefined
  #busy = false

  /** @param history number of past messages to begin with */
  constructor(intervalMs: number, history: number, publish: (n: number) => Promise<string>) {
    this.#intervalMs = intervalMs
    this.#history = history
    this.#publish = publish
  }

  /** Resolves with an error, `null` if all were published, or `undefined` if there was nothing to do. */
  async publishDue(now: number): Promise<Error | null | undefined> {
    if (this.#busy) return undefined
    if (now > this.wantedUntil) {
      this.#next = undefined
      return undefined
    }
    const end = Math.floor(now / this.#intervalMs) + 1
    const most = Math.max(this.#history, Math.ceil(catchUpMs / this.#intervalMs))
    const begin = Math.max(this.#next ?? end - this.#history, end - most)
    this.#next = end
    if (begin >= end) return undefined
    this.#busy = true
    const calls = Array.from({ length: end - begin }, (_, index) => this.#publish(begin + index))
    const results = await Promise.allSettled(calls)
    this.#busy = false
    const failed = results.find((result) => result.status === 'rejected')
    return failed ? (failed.reason as Error) : null
  }
}
