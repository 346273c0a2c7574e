import { describe, expect, test } from 'vitest'
import { delays } from './delays.ts'
import { createBench } from './harness.ts'

describe('the limits', () => {
  test('attempts gives up after so many in a row', async () => {
    const bench = createBench({ retry: { attempts: 3 } })
    expect(await delays(9, bench, (n) => bench.server.requests[n]!.fail())).toEqual([1_000, 2_000, 'closed'])
    expect(bench.state).toMatchObject({ reason: 'failed', error: { code: 'network' } })
  })

  test('elapsedMs gives up after so long', async () => {
    const bench = createBench({ retry: { elapsedMs: 10_000 } })
    const seen = await delays(9, bench, (n) => bench.server.requests[n]!.fail())
    expect(seen).toEqual([1_000, 2_000, 4_000, 8_000, 'closed'])
  })

  test('retry: false gives up at the first loss', async () => {
    const bench = createBench({ retry: false })
    expect(await delays(9, bench, (n) => bench.server.requests[n]!.fail())).toEqual(['closed'])
    expect(bench.state).toMatchObject({ reason: 'failed' })
  })

  test('baseMs and capMs shape the default rule', async () => {
    const bench = createBench({ retry: { baseMs: 300, capMs: 1_000 } })
    expect(await delays(4, bench, (n) => bench.server.requests[n]!.fail())).toEqual([300, 600, 1_000, 1_000])
  })
})
