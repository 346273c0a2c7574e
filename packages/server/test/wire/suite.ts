import { afterAll, beforeAll, expect, test } from 'vitest'
import { checks, slowChecks, type WireServer } from './checks.ts'
import { WireClient } from './client.ts'
import type { Program } from './program.ts'

/** The test matrix waits for what takes seconds. */
export const isMatrix: boolean = process.env['HEADWATER_MATRIX'] !== undefined
const all = { ...checks, ...(isMatrix && slowChecks) }

/** Tests that run all checks against a program, and end it as a deploy does. */
export function testServer(start: () => Promise<Program>): void {
  const state: { program?: Program } = {}
  const server = (): WireServer => ({ url: `http://127.0.0.1:${state.program!.port}/prices` })
  beforeAll(async () => {
    state.program = await start()
  }, 120_000)
  afterAll(async () => {
    await state.program?.stop()
  })

  test.each(Object.entries(all))('%s', (_, check) => check(server()))

  test('at SIGTERM, tells each reader its own time to return, ends the responses, and exits', async () => {
    const clients = await Promise.all(Array.from({ length: 10 }, () => WireClient.open(server().url)))
    for (const client of clients) await client.preamble()
    const stopped = state.program!.stop()
    for (const client of clients) await client.until('the end', () => client.text.split('retry: ').length > 2)
    expect(await stopped).toBe(0)
    const delays = clients.map(({ text }) => Number(text.match(/retry: (\d+)\nid: \d+-\d+\n\n$/)?.[1]))
    expect(new Set(delays).size).toBeGreaterThan(5)
    expect(Math.max(...delays)).toBeLessThanOrEqual(10_000)
  })
}
