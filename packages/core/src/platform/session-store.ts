/** Where a stream keeps its last event id, so that it goes on after a reload. */
export interface LastEventIdStore {
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
 * createEventStream('/notices', { lastEventIdStore: sessionStore('notices') })
 * ```
 */
export function sessionStore(key: string): LastEventIdStore {
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
