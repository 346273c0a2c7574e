import { describe, expect, test } from 'vitest'
import { measureDelays } from './delays.ts'
import { createHarness } from './harness.ts'

describe('the option retry', () => {
  test('with attempts gives up after that many failed attempts in a row', async () => {
    const harness = createHarness({ retry: { attempts: 3 } })
    expect(await measureDelays(9, harness, (n) => harness.server.requests[n]!.fail())).toEqual([
      1_000,
      2_000,
      'closed',
    ])
    expect(harness.state).toMatchObject({ reason: 'failed', error: { code: 'network' } })
  })

  test('with elapsedMs gives up after that time', async () => {
    const harness = createHarness({ retry: { elapsedMs: 10_000 } })
    const seen = await measureDelays(9, harness, (n) => harness.server.requests[n]!.fail())
    expect(seen).toEqual([1_000, 2_000, 4_000, 8_000, 'closed'])
  })

  test('set to false gives up after the first failed attempt', async () => {
    const harness = createHarness({ retry: false })
    expect(await measureDelays(9, harness, (n) => harness.server.requests[n]!.fail())).toEqual(['closed'])
    expect(harness.state).toMatchObject({ reason: 'failed' })
  })

  test('with baseMs and capMs sets the first and the longest delay', async () => {
    const harness = createHarness({ retry: { baseMs: 300, capMs: 1_000 } })
    expect(await measureDelays(4, harness, (n) => harness.server.requests[n]!.fail())).toEqual([
      300, 600, 1_000, 1_000,
    ])
  })
})
