import type { Clock } from '../platform/clock.ts'
import { refuse } from '../errors.ts'
import type { Page } from '../platform/page.ts'

/**
 * When views are told of messages: with the next `'frame'` of the page (promptly where frames do not come), in a
 * `'microtask'`, so many milliseconds after the first of them, or `'sync'`: of each at once.
 */
export type Notify = 'frame' | 'microtask' | 'sync' | number

/** @throws SseError `invalid-option` for what is none. */
export function checkNotify(notify: Notify = 'frame'): void {
  if (!/^(frame|microtask|sync)$/.test(notify as string) && !((notify as number) >= 0 && notify !== null))
    refuse('notify', `must be 'frame', 'microtask', 'sync' or a number of 0 or more, not ${notify}`)
}

/** How long a frame may take: a page that was hidden meanwhile shows none. */
const LATE_FRAME_MS = 1_000

/** Calls back once, when `notify` says; what it returns takes the call back. */
export function schedule(
  callback: () => void,
  notify: Exclude<Notify, 'sync'>,
  clock: Clock,
  page: Page,
  unref: boolean | undefined,
): () => void {
  if (notify === 'microtask') {
    let due = true
    queueMicrotask(() => due && callback())
    return () => void (due = false)
  }
  if (typeof notify === 'number') return clock.timer(callback, notify, unref)
  if (!page.showsFrames()) return clock.timer(callback, 0, unref)
  const cancelFrame = clock.frame(callback)
  const cancelTimer = clock.timer(callback, LATE_FRAME_MS)
  return () => {
    cancelFrame()
    cancelTimer()
  }
}
