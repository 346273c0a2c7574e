import { prices } from '../utils/prices'

export default defineNitroPlugin(() => {
  process.once('SIGTERM', () => prices.close({ spreadMs: 10_000 }))
})
