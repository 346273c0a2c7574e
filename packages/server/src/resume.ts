/** Messages that a reader cannot be sent any more. */
export interface Gap {
  /** Last position of the reader. */
  readonly from: string
  /** Position before the next message. `null` if the number of missing messages is unknown. */
  readonly to: string | null
}

/** Position before everything. */
export const BEGINNING = '0-0'

/**
 * Returns what is missing between a position and what the log has next, or `undefined` if nothing is.
 *
 * @param after the position of the reader
 * @param next the id of the first entry after it, `undefined` if there is none
 * @param head the newest position of the log
 */
export const findGap = (after: string, next: string | undefined, head: string): Gap | undefined => {
  if (next === undefined) return after === head ? undefined : { from: after, to: null }
  const [epoch, n] = split(next)
  const [readEpoch, readN] = split(after)
  // An epoch begins where messages may have been lost.
  if (epoch !== readEpoch) return { from: after, to: null }
  return n === readN + 1 ? undefined : { from: after, to: `${epoch}-${n - 1}` }
}

/** Returns the position that is a number of entries before an id, or the beginning of its epoch. */
export const before = (id: string, count = 1): string => {
  const [epoch, n] = split(id)
  return `${epoch}-${Math.max(0, n - count)}`
}

/** Returns true if an id is greater than another: of a later epoch, or later in the same one. */
export const isAfter = (id: string, other: string): boolean => {
  const [epoch, n] = split(id)
  const [otherEpoch, otherN] = split(other)
  return epoch === otherEpoch ? n > otherN : epoch > otherEpoch
}

/** Returns true if a text has the form of an id: two integers without leading zeros that a number can hold. */
export const isPosition = (text: string): boolean =>
  /^(0|[1-9]\d{0,15})-(0|[1-9]\d{0,15})$/.test(text) && split(text).every(Number.isSafeInteger)

/** Returns the epoch and the number of an id. */
export const split = (id: string): readonly [epoch: number, n: number] => {
  const dash = id.indexOf('-')
  return [Number(id.slice(0, dash)), Number(id.slice(dash + 1))]
}
