/** Result of a reader. */
export interface Verdict {
  readonly name: string
  readonly count: number
  readonly gaps: number
  /** Gaps whose end is known: messages that the log does not have any more. */
  readonly trimmed: number
  /** The first things that must not happen. */
  readonly errors: readonly string[]
}

export interface Checker {
  /** Id of the last message or gap. */
  readonly position: string | undefined
  /** Number of the last message. */
  readonly last: number
  onMessage(id: string, data: string): void
  /** @param id the position after the gap */
  onGap(id: string, data: string): void
  verdict(): Verdict
}

/**
 * Checks that a reader is sent each message after the one before, unless a gap was told between them. It uses nothing from outside,
 * because it also runs in a page.
 *
 * @param seen ids of all messages that any reader has seen, with their numbers
 */
export function createChecker(name: string, seen: Map<string, number>): Checker {
  const errors: string[] = []
  let position: string | undefined
  let last = 0
  let count = 0
  let gaps = 0
  let trimmed = 0
  const fail = (text: string) => void (errors.length < 3 && errors.push(`${name}: ${text}`))
  const split = (id: string) => id.split('-').map(Number) as [number, number]
  return {
    get position() {
      return position
    },
    get last() {
      return last
    },
    onMessage(id, data) {
      count++
      last = Number.parseInt(data)
      const known = seen.get(id)
      if (known !== undefined && known !== last) fail(`${id} is message ${known} and message ${last}`)
      seen.set(id, last)
      if (position !== undefined) {
        const [epoch, n] = split(position)
        if (id !== `${epoch}-${n + 1}`) fail(`${id} came after ${position}`)
      }
      position = id
    },
    onGap(id, data) {
      gaps++
      const { from, to } = JSON.parse(data) as { from: string; to: string | null }
      if (to !== null) trimmed++
      if (position !== undefined) {
        const [epoch, n] = split(position)
        const [nextEpoch, next] = split(id)
        if (from !== position) fail(`the gap begins at ${from}, but the reader was at ${position}`)
        if (nextEpoch < epoch || (nextEpoch === epoch && next <= n))
          fail(`a gap goes from ${position} back to ${id}`)
        if (to !== null && (to !== id || nextEpoch !== epoch))
          fail(`a gap from ${from} to ${to} leads to ${id}`)
        if (to === null && nextEpoch === epoch) fail(`a gap from ${from} to ${id} has no end`)
      }
      position = id
    },
    verdict: () => ({ name, count, gaps, trimmed, errors }),
  }
}

/**
 * Reads with an `EventSource`. One that has closed for good, because the answer was 503, is replaced by one that names its position in
 * the query. It uses nothing from outside, because it also runs in a page.
 */
export function readNatively(Source: typeof EventSource, url: string, checker: Checker): void {
  const { position } = checker
  const source = new Source(position === undefined ? url : `${url}&last_event_id=${position}`)
  source.addEventListener('tick', ({ lastEventId, data }) => checker.onMessage(lastEventId, data))
  source.addEventListener('headwater.gap', ({ lastEventId, data }) => checker.onGap(lastEventId, data))
  source.addEventListener('error', () => {
    if (source.readyState === 2) setTimeout(readNatively, 200, Source, url, checker)
  })
}
