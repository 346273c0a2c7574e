import * as fc from 'fast-check'
import { afterEach, test, vi } from 'vitest'
import { action, simulate } from './simulation.ts'

afterEach(() => void vi.unstubAllGlobals())

/** Number of steps: events of tabs. `HEADWATER_TAB_STEPS` in the matrix. */
const STEPS = Number(process.env['HEADWATER_TAB_STEPS'] ?? 30_000)
const SEED = process.env['HEADWATER_SEED']

test(`${STEPS} random steps of tabs, server and browser`, { timeout: 3_600_000 }, async () => {
  let steps = 0
  let runs = 0
  for (let seed = Number(SEED ?? 1); ; seed++) {
    if (steps >= STEPS) break
    await fc.assert(
      fc.asyncProperty(
        fc.record({ isVerified: fc.boolean(), seed: fc.nat() }),
        fc.array(action, { minLength: 20, maxLength: 120 }),
        async (options, happenings) => {
          const { scheduler } = await simulate(options, happenings)
          steps += scheduler.steps
          runs++
        },
      ),
      { seed, numRuns: 10, interruptAfterTimeLimit: 3_000_000 },
    )
  }
  if (STEPS > 100_000) console.log(`${steps} steps in ${runs} runs`)
})
