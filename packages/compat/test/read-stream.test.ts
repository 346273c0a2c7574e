import { createParser } from '@headwater/core/parser'
import { createFakeClock } from '@headwater/core/testing'
import { expect, test } from 'vitest'
import { readStream } from '../src/read-stream.ts'

test('clears the idle timer when the attempt is aborted', async () => {
  const clock = createFakeClock()
  const controller = new AbortController()
  const pendingFetch: typeof fetch = () => new Promise(() => {})
  const ended = readStream(
    () => ({ url: 'https://example.com/', lastEventId: '', fetch: pendingFetch }),
    createParser({ onMessage: () => {} }),
    controller,
    { clock, idleTimeoutMs: 45_000 },
  )
  expect(clock.timers).toBe(1)
  const reason = new Error('stop')
  controller.abort(reason)
  expect(await ended).toBe(reason)
  expect(clock.timers).toBe(0)
})
