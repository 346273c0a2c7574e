import { type Entry, lengthOf } from './protocol.ts'

/** Latest entries of a stream. */
export interface Ring {
  /** Id after the last entry; `''` if there is none. */
  readonly lastId: string
  /**
   * Begins a response that continues after an id: forgets what came after it.
   *
   * @param isVerified True if it is certain that nothing is missing after this id. Otherwise all entries are forgotten.
   */
  start(id: string, isVerified: boolean): void
  push(entries: readonly Entry[]): void
  /** Returns the entries after an id; `undefined` unless the ring has this id exactly once. */
  after(id: string): readonly Entry[] | undefined
}

/** Longest content, in UTF-16 code units. Half of the window, so that a tab that joins has room. */
const MAX_LENGTH = 2 ** 19

/** Creates an empty ring. */
export function createRing(): Ring {
  let entries: Entry[] = []
  let length = 0
  let lastId = ''
  const indexOf = (id: string) => entries.findIndex(([entryId]) => entryId === id)

  return {
    get lastId() {
      return lastId
    },
    start(id, isVerified) {
      lastId = id
      const index = isVerified ? indexOf(id) : -1
      // The id of the first entry tells where the content begins.
      entries = index >= 0 ? entries.slice(0, index + 1) : isVerified ? [[id, '']] : []
      length = lengthOf(entries)
    },
    push(added) {
      for (const entry of added) {
        const [id, text] = entry
        if (!id) continue
        lastId = id
        entries.push(entry)
        length += text.length
      }
      if (length <= MAX_LENGTH) return
      let start = 0
      // Some more, so that not each batch moves all entries.
      while (length > MAX_LENGTH * 0.75) length -= entries[start++]![1].length
      entries = entries.slice(start)
    },
    after(id) {
      const index = indexOf(id)
      const rest = entries.slice(index + 1)
      return index >= 0 && rest.every(([entryId]) => entryId !== id) ? rest : undefined
    },
  }
}
