import { afterAll, beforeAll, expect, test } from 'vitest'
import { checks, checkStop, slowChecks, type WireServer } from './checks.ts'
import type { Program } from './program.ts'

/** True in the test matrix, which waits for what takes seconds. */
export const isMatrix: boolean = process.env['HEADWATER_MATRIX'] !== undefined
const all = { ...checks, ...(isMatrix && slowChecks) }

/** Time limit for the start and for each check, in milliseconds. */
const LIMIT_MS = 120_000

/** Tests that run all checks against a program, and end it as a deploy does. */
export function testServer(start: () => Promise<Program>): void {
  const state: { program?: Program } = {}
  const server = (): WireServer => ({ url: `http://127.0.0.1:${state.program!.port}/prices` })
  beforeAll(async () => {
    state.program = await start()
  }, LIMIT_MS)
  afterAll(async () => {
    await state.program?.stop()
  })

  test.each(Object.entries(all))('%s', (_, check) => check(server()), LIMIT_MS)

  test('at SIGTERM, tells each reader its own time to return, ends the responses, and exits', async () => {
    let exit: Promise<number | null> | undefined
    await checkStop(server(), () => (exit = state.program!.stop()))
    expect(await exit).toBe(0)
  })
}
