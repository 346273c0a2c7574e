import type { Clock } from '../platform/clock.ts'
import type { Page } from '../platform/page.ts'

/**
 * Time at which views are notified of messages: with the next `'frame'` of the page (soon if the page renders no frames), in
 * a `'microtask'`, this many milliseconds after the first message, or `'sync'`: immediately after each message.
 */
export type Notify = 'frame' | 'microtask' | 'sync' | number

/** Longest wait for a frame, in milliseconds. A page that is hidden meanwhile renders none. */
const MAX_FRAME_WAIT_MS = 1_000

/**
 * Calls back once, at the time that `notify` names. Returns a function that cancels the call, or nothing if the callback was called
 * already.
 */
export function scheduleNotification(
  callback: () => void,
  notify: Notify = 'frame',
  clock: Clock,
  page: Page,
  unref: boolean | undefined,
): (() => void) | undefined {
  if (notify === 'sync') return void callback()
  if (notify === 'microtask') {
    let pending = true
    queueMicrotask(() => pending && callback())
    return () => void (pending = false)
  }
  if (typeof notify === 'number') return clock.timer(callback, notify, unref)
  if (!page.showsFrames()) return clock.timer(callback, 0, unref)
  const cancelFrame = clock.frame(callback)
  const cancelTimer = clock.timer(callback, MAX_FRAME_WAIT_MS)
  return () => {
    cancelFrame()
    cancelTimer()
  }
}
