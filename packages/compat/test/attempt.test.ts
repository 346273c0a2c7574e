import { createParser } from '@headwater/core/parser'
import { createFakeClock } from '@headwater/core/testing'
import { expect, test } from 'vitest'
import { attempt } from '../src/attempt.ts'

test('an attempt that is over leaves no timer behind, which would keep a process running', async () => {
  const clock = createFakeClock()
  const controller = new AbortController()
  const never: typeof fetch = () => new Promise(() => {})
  const over = attempt(
    () => ({ url: 'https://example.com/', lastEventId: '', fetch: never }),
    createParser({ onMessage: () => {} }),
    controller,
    { clock, idleTimeoutMs: 45_000 },
  )
  expect(clock.timers).toBe(1)
  const enough = new Error('enough')
  controller.abort(enough)
  expect(await over).toBe(enough)
  expect(clock.timers).toBe(0)
})
