import type { Hindrance } from './state.ts'

/** The only door to the page: whether it is online, visible, frozen, or kept in the back-forward cache. */
export interface Page {
  /** Whether frames come: the page is visible. */
  showsFrames(): boolean
  /** Resolves once a visible page has had a chance to paint; nothing to wait for elsewhere. */
  pause?(): Promise<void> | undefined
  /** The address of the page, which relative addresses are taken from; `undefined` where there is none. */
  address(): string | undefined
  /** Calls back whenever a hindrance comes or goes, and at once for a page that is hidden; returns what ends that. */
  observe(listener: (by: Hindrance, present: boolean) => void): () => void
}

/** Where a stream keeps its last event id, so that it goes on after a reload. */
export interface IdStore {
  /** The id to begin with, asked for when the stream is first opened; nothing where there is none. */
  get(): string | null | undefined
  /** Keeps an id. Called once for each chunk that brought a new one, when its messages have been delivered. */
  set(id: string): void
}

/**
 * Keeps the last event id in the tab's `sessionStorage`, so that a reload resumes. Where there is no such storage, or it is
 * full or forbidden, nothing is kept and nothing breaks.
 *
 * @param key Under which the id is kept: one for each stream.
 * @example
 * ```ts
 * import { createEventStream, sessionStore } from '@headwater/core'
 *
 * createEventStream('/notices', { store: sessionStore('notices') })
 * ```
 */
export function sessionStore(key: string): IdStore {
  const quietly = <Result>(work: () => Result): Result | undefined => {
    try {
      return work()
    } catch {
      return undefined
    }
  }
  return {
    get: () => quietly(() => sessionStorage.getItem(key)),
    set: (id) => quietly(() => sessionStorage.setItem(key, id)),
  }
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
    const on = (target: Partial<EventTarget>, by: Hindrance, ...types: string[]) => {
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
