/**
 * Checks that the ids of a stream are consecutive: counts messages, missing ids, repeated ids, and gaps. It knows how the demo
 * server numbers its messages: `<epoch>-<n>`, and `<n>` in the chat. To other clients, an id is a text without a meaning.
 */
export interface IdCheck {
  readonly messages: number
  /** Missing ids, as far as their number is known. */
  readonly missing: number
  readonly repeated: number
  /** Gaps that the server has told. */
  readonly gaps: number
  /** Gaps in the ids that the server has not told. */
  readonly untold: number
  /** Number of the first message of the epoch, `undefined` before it. */
  readonly first: number | undefined
  /** Highest number so far, `undefined` before the first message. */
  readonly last: number | undefined
  add(id: string): void
  /** Records a gap that the server tells: messages after the id `from` are missing. */
  tell(gap: { readonly from: string | null }): void
  /** Starts over with all counts at 0. */
  reset(): void
}

export function createIdCheck(): IdCheck {
  let lastId = ''
  /** Ids after which others are missing, as seen in the messages and as told. Which comes first does not matter. */
  const seen = new Set<string>()
  const told = new Set<string | null>()
  const zeros = { messages: 0, missing: 0, repeated: 0, gaps: 0 }
  const noIds: { first?: number | undefined; last?: number | undefined } = {
    first: undefined,
    last: undefined,
  }
  const check = {
    ...zeros,
    first: undefined as number | undefined,
    last: undefined as number | undefined,
    get untold() {
      return [...seen].filter((id) => !told.has(id)).length
    },
    add(id: string) {
      const n = numberOf(id)
      check.messages++
      if (check.last === undefined || epochOf(id) !== epochOf(lastId)) {
        if (check.last !== undefined) seen.add(lastId)
        check.first = n
      } else if (n <= check.last) {
        check.repeated++
        return
      } else if (n > check.last + 1) {
        check.missing += n - check.last - 1
        seen.add(lastId)
      }
      check.last = n
      lastId = id
    },
    tell({ from }: { readonly from: string | null }) {
      check.gaps++
      told.add(from)
    },
    reset() {
      Object.assign(check, zeros, noIds)
      seen.clear()
      told.clear()
    },
  }
  return check
}

const numberOf = (id: string) => Number(id.slice(id.lastIndexOf('-') + 1))
const epochOf = (id: string) => id.slice(0, Math.max(0, id.lastIndexOf('-')))
