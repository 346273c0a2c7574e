import { expect, onTestFinished, test, vi } from 'vitest'
import type { Options, Stage } from '../stage.ts'

/** What cannot work says so, by name. */
export function tellRefusals(stage: Stage): void {
  test.each<[string, Options]>([
    ['connectTimeoutMs', { connectTimeoutMs: -1 }],
    ['body', { body: 'x' }],
    ['retry.baseMs', { retry: { baseMs: NaN } }],
  ])('the option %s is named in the error that is thrown', async (name, options) => {
    vi.spyOn(console, 'error').mockReturnValue()
    vi.spyOn(console, 'warn').mockReturnValue()
    onTestFinished(() => void vi.restoreAllMocks())
    await expect(async () => {
      await stage.act(() => void stage.mount({ asks: [stage.ask(options)] }))
    }).rejects.toMatchObject({ code: 'invalid-option', option: name })
    expect(stage.server.requests).toHaveLength(0)
  })
}
