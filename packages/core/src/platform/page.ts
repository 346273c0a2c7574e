/** Reason to pause a stream: no network, a hidden page, or a page that is frozen or in the back-forward cache. */
export type PauseReason = 'offline' | 'hidden' | 'frozen'

/** State of the page: online, visible, frozen or in the back-forward cache. Injectable for tests. */
export interface Page {
  /** Returns true if the page renders frames, that is, if it is visible. */
  showsFrames(): boolean
  /** Resolves once a visible page has had a chance to paint. Returns `undefined` if there is nothing to wait for. */
  pause?(): Promise<void> | undefined
  /** Returns the URL of the page, the base of relative URLs; `undefined` if there is no page. */
  address(): string | undefined
  /**
   * Calls the listener whenever a reason to pause begins or ends, and immediately if the page is hidden. Returns a function that
   * stops that.
   */
  observe(listener: (reason: PauseReason, active: boolean) => void): () => void
}

const visibility = () => globalThis.document?.visibilityState

/** Page that this code runs in. Workers and servers have none; there only `online` and `offline` are observed. */
export const systemPage: Page = {
  showsFrames: () => visibility() === 'visible',
  pause() {
    if (visibility() !== 'visible') return undefined
    // Unlike timers, messages are not throttled.
    const { port1, port2 } = new MessageChannel()
    port2.postMessage(undefined)
    return new Promise((resolve) => {
      // Setting the property also starts the port.
      // oxlint-disable-next-line unicorn/prefer-add-event-listener
      port1.onmessage = () => resolve(port1.close())
    })
  },
  address: () => globalThis.location?.href,
  observe(listener) {
    const cleanups: (() => void)[] = []
    const on = (target: Partial<EventTarget>, reason: PauseReason, ...types: string[]) => {
      for (const type of types) {
        const handle = () =>
          listener(reason, reason === 'hidden' ? visibility() === reason : type === types[0])
        target.addEventListener?.(type, handle)
        cleanups.push(() => target.removeEventListener?.(type, handle))
      }
    }
    on(globalThis, 'offline', 'offline', 'online')
    if (globalThis.document) {
      on(window, 'frozen', 'pagehide', 'pageshow')
      on(document, 'frozen', 'freeze', 'resume')
      on(document, 'hidden', 'visibilitychange')
    }
    if (visibility() === 'hidden') listener('hidden', true)
    return () => cleanups.forEach((cleanup) => cleanup())
  },
}

/**
 * Returns true in a page and in its workers; false on a server that renders.
 *
 * @example
 * ```ts
 * import { isBrowser } from '@headwater/core'
 *
 * const environment = isBrowser() ? 'browser' : 'server'
 * ```
 */
export function isBrowser(): boolean {
  return systemPage.address() !== undefined
}
