/** What keeps a connection from being tried. */
export type PauseReason = 'offline' | 'hidden' | 'frozen'

/** The only door to the page: whether it is online, visible, frozen, or kept in the back-forward cache. */
export interface Page {
  /** Whether frames come: the page is visible. */
  showsFrames(): boolean
  /** Resolves once a visible page has had a chance to paint; nothing to wait for elsewhere. */
  pause?(): Promise<void> | undefined
  /** The address of the page, which relative addresses are taken from; `undefined` where there is none. */
  address(): string | undefined
  /** Calls back whenever a hindrance comes or goes, and at once for a page that is hidden; returns what ends that. */
  observe(listener: (by: PauseReason, present: boolean) => void): () => void
}

const visibility = () => globalThis.document?.visibilityState

/** The page that this code runs in. Workers and servers have none: there nothing is observed but `online` and `offline`. */
export const systemPage: Page = {
  showsFrames: () => visibility() === 'visible',
  pause() {
    if (visibility() !== 'visible') return undefined
    // Not held back as timers are.
    const { port1, port2 } = new MessageChannel()
    port2.postMessage(undefined)
    return new Promise((resolve) => {
      // This starts the port as well.
      // oxlint-disable-next-line unicorn/prefer-add-event-listener
      port1.onmessage = () => resolve(port1.close())
    })
  },
  address: () => globalThis.location?.href,
  observe(listener) {
    const endings: (() => void)[] = []
    const on = (target: Partial<EventTarget>, by: PauseReason, ...types: string[]) => {
      for (const type of types) {
        const handle = () => listener(by, by === 'hidden' ? visibility() === by : type === types[0])
        target.addEventListener?.(type, handle)
        endings.push(() => target.removeEventListener?.(type, handle))
      }
    }
    on(globalThis, 'offline', 'offline', 'online')
    if (globalThis.document) {
      on(window, 'frozen', 'pagehide', 'pageshow')
      on(document, 'frozen', 'freeze', 'resume')
      on(document, 'hidden', 'visibilitychange')
    }
    if (visibility() === 'hidden') listener('hidden', true)
    return () => endings.forEach((end) => end())
  },
}

/**
 * Whether there is a page, or a worker of one: not on a server that renders.
 *
 * @example
 * ```ts
 * import { hasPage } from '@headwater/core'
 *
 * const place = hasPage() ? 'browser' : 'server'
 * ```
 */
export function isBrowser(): boolean {
  return systemPage.address() !== undefined
}
