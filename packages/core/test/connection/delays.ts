import type { createBench } from './harness.ts'

/** How long each of the first waits is, when every attempt ends as `lose` says. */
export async function delays(
  count: number,
  bench: ReturnType<typeof createBench>,
  lose: (n: number) => Promise<void>,
) {
  const list: number[] = []
  bench.join()
  for (let n = 0; n < count; n++) {
    await bench.clock.advance(0)
    await lose(n)
    const { state } = bench
    if (state.status !== 'waiting') return [...list, state.status]
    list.push(state.delayMs)
    await bench.clock.advance(state.delayMs)
  }
  return list
}
