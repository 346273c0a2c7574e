/** Storage for a stream's last event id, so that it resumes after a reload. */
export interface LastEventIdStore {
  /** Returns the stored id, or nothing if there is none. Called when the stream is first opened. */
  get(): string | null | undefined
  /** Stores an id. Called after the messages of each chunk that changed the id have been delivered. */
  set(id: string): void
}

/**
 * Creates a store in the tab's `sessionStorage`, so that a reload resumes. Does nothing if there is no such storage, or if it
 * is full or blocked.
 *
 * @param key Name of the entry in the storage. Use another one for each stream.
 * @example
 * ```ts
 * import { createEventStream, sessionStore } from '@headwater/core'
 *
 * createEventStream('/notices', { lastEventIdStore: sessionStore('notices') })
 * ```
 */
export function sessionStore(key: string): LastEventIdStore {
  const ignoreErrors = <Result>(work: () => Result): Result | undefined => {
    try {
      return work()
    } catch {
      return undefined
    }
  }
  return {
    get: () => ignoreErrors(() => sessionStorage.getItem(key)),
    set: (id) => ignoreErrors(() => sessionStorage.setItem(key, id)),
  }
}
