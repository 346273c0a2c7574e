import type { Harness } from './harness.ts'

/** Returns the delays after the first attempts, each of which is ended by `endAttempt`, and the state if no delay follows. */
export async function measureDelays(
  count: number,
  harness: Harness,
  endAttempt: (index: number) => Promise<void>,
) {
  const delays: number[] = []
  harness.subscribe()
  for (let index = 0; index < count; index++) {
    await harness.clock.advance(0)
    await endAttempt(index)
    const { state } = harness
    if (state.status !== 'waiting') return [...delays, state.status]
    delays.push(state.delayMs)
    await harness.clock.advance(state.delayMs)
  }
  return delays
}
