import { createChannel, type Channel, type Log } from '@headwater/server'
import type { NewsLanguage } from './headlines.ts'
import type { Quote } from './market.ts'
import type { Story } from './news.ts'
import type { Tick } from './ticker.ts'

/** Creates the log of a channel. */
export type Storage = (channel: string, bounds: { readonly maxMessages: number }) => Log

export interface Channels {
  /** Ticks have no event name. */
  readonly ticker: Channel<{ '': Tick }>
  readonly market: Channel<{ price: Quote; halt: Quote }>
  readonly news: Readonly<Record<NewsLanguage, Channel<{ story: Story; correction: Story }>>>
}

export interface ChannelSettings {
  readonly heartbeatMs?: number | undefined
  readonly stallMs?: number | undefined
}

/** Few enough that a slowed stream, which sends ten messages a second, takes new ones before it counts as stalled. */
const maxBufferedBytes = 16_384

let servers = 0

/** Creates the channels with one minute of the ticker, half a minute of the market, and 200 news in each language. */
export function createChannels(storage: Storage, settings: ChannelSettings = {}): Channels {
  // A process has one channel of a name, and several servers in a process must share nothing.
  const server = ++servers
  const create = <Events extends object>(name: string, maxMessages: number): Channel<Events> =>
    createChannel<Events>(`${name} of demo server ${server}`, {
      log: storage(name, { maxMessages }),
      maxBufferedBytes,
      ...settings,
    })
  return {
    ticker: create('ticker', 6_000),
    market: create('market', 60_000),
    news: { en: create('news en', 200), zh: create('news zh', 200) },
  }
}

/** Ends all streams and closes the logs. Readers return within a second. */
export async function closeChannels({ ticker, market, news }: Channels): Promise<void> {
  await Promise.all([ticker, market, ...Object.values(news)].map((channel) => channel.close()))
}
