/** Messages that a reader cannot be sent any more. `to` is the position before the next message, `null` if the number of messages is unknown. */
export interface Gap {
  readonly from: string
  readonly to: string | null
}

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

const split = (id: string): readonly [epoch: string, n: number] => {
  const dash = id.lastIndexOf('-')
  return [id.slice(0, dash), Number(id.slice(dash + 1))]
}
