import { prices } from './lib/server/prices'

export const init = () => {
  process.once('SIGTERM', () => prices.close({ spreadMs: 10_000 }))
}
