import type { Hindrance } from './state.ts'

/** The only door to the page: whether it is online, visible, frozen, or kept in the back-forward cache. */
export interface Page {
  /** Whether frames come: the page is visible. */
  showsFrames(): boolean
  /** The address of the page, which relative addresses are taken from; `undefined` where there is none. */
  address(): string | undefined
  /** Calls back whenever a hindrance comes or goes, and at once for a page that is hidden; returns what ends that. */
  observe(listener: (by: Hindrance, present: boolean) => void): () => void
}

/** The page that this code runs in. Workers and servers have none: there nothing is observed but `online` and `offline`. */
export const systemPage: Page = {
  showsFrames: () => typeof document === 'object' && document.visibilityState === 'visible',
  address: () => globalThis.location?.href,
  observe(listener) {
    const endings: (() => void)[] = []
    const on = (target: EventTarget, type: string, by: Hindrance, present: () => boolean) => {
      const handle = () => listener(by, present())
      target.addEventListener(type, handle)
      endings.push(() => target.removeEventListener(type, handle))
    }
    const yes = () => true
    const no = () => false
    const global: Partial<EventTarget> = globalThis
    if (global.addEventListener) {
      on(globalThis, 'offline', 'offline', yes)
      on(globalThis, 'online', 'offline', no)
    }
    if (typeof document === 'object') {
      const hidden = () => document.visibilityState === 'hidden'
      on(document, 'visibilitychange', 'hidden', hidden)
      on(document, 'freeze', 'frozen', yes)
      on(document, 'resume', 'frozen', no)
      on(window, 'pagehide', 'frozen', yes)
      on(window, 'pageshow', 'frozen', no)
      if (hidden()) listener('hidden', true)
    }
    return () => endings.forEach((end) => end())
  },
}
