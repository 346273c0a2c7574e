import { expect, onTestFinished, test, vi } from 'vitest'
import type { Options, Harness } from '../harness.ts'

/** Tests that an invalid option throws an error that names it. */
export function testInvalidOptions(harness: Harness): void {
  test.each<[string, Options]>([
    ['connectTimeoutMs', { connectTimeoutMs: -1 }],
    ['body', { body: 'x' }],
    ['retry.baseMs', { retry: { baseMs: NaN } }],
    // As plain JavaScript may pass it.
    ['header', { header: {} } as Options],
  ])('throws an error that names the invalid option %s', async (name, options) => {
    vi.spyOn(console, 'error').mockReturnValue()
    vi.spyOn(console, 'warn').mockReturnValue()
    onTestFinished(() => void vi.restoreAllMocks())
    await expect(async () => {
      await harness.act(() => void harness.mount({ views: [harness.view(options)] }))
    }).rejects.toMatchObject({ code: 'invalid-option', option: name })
    expect(harness.server.requests).toHaveLength(0)
  })
}
