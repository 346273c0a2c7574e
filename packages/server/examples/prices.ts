import { createChannel, memoryLog } from '@headwater/server'

export interface Price {
  symbol: string
  price: number
}

export const prices = createChannel<{ price: Price }>('prices', {
  log: memoryLog({ maxMessages: 1_000 }),
  cors: { origin: 'https://app.example.com' }, // needed only by pages of another origin
})

/** Publishes a price. Check who calls, if a request may do it. */
export const publishPrice = async ({ symbol, price }: Price) => ({
  id: await prices.publish('price', { symbol, price }),
  readers: prices.readers,
})
