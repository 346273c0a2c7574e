/** The books on a stream whose ids are numbers without a hole: what came, what did not, what came again. */
export interface Ledger {
  readonly messages: number
  readonly missing: number
  readonly repeated: number
  /** `undefined` before the first message. */
  readonly first: number | undefined
  readonly last: number | undefined
  enter(id: string): void
  /** Begins a new book. */
  clear(): void
}

export function createLedger(): Ledger {
  const empty = { messages: 0, missing: 0, repeated: 0 }
  const noIds: { first?: number | undefined; last?: number | undefined } = {
    first: undefined,
    last: undefined,
  }
  const ledger = {
    ...empty,
    first: undefined as number | undefined,
    last: undefined as number | undefined,
    enter(id: string) {
      const n = Number(id)
      ledger.messages++
      ledger.first ??= n
      const last = ledger.last ?? n - 1
      if (n <= last) ledger.repeated++
      else ledger.missing += n - last - 1
      ledger.last = Math.max(last, n)
    },
    clear: () => void Object.assign(ledger, empty, noIds),
  }
  return ledger
}
