export async function register() {
  if (process.env.NEXT_RUNTIME !== 'nodejs') return
  const { prices } = await import('./prices')
  process.once('SIGTERM', () => prices.close({ spreadMs: 10_000 }))
}
