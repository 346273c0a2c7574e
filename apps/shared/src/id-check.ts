/** Checks a stream whose ids are consecutive numbers: counts messages, missing ids and repeated ids. */
export interface IdCheck {
  readonly messages: number
  readonly missing: number
  readonly repeated: number
  /** Id of the first message, `undefined` before it. */
  readonly first: number | undefined
  /** Highest id so far, `undefined` before the first message. */
  readonly last: number | undefined
  add(id: string): void
  /** Starts over with all counts at 0. */
  reset(): void
}

export function createIdCheck(): IdCheck {
  const zeros = { messages: 0, missing: 0, repeated: 0 }
  const noIds: { first?: number | undefined; last?: number | undefined } = {
    first: undefined,
    last: undefined,
  }
  const check = {
    ...zeros,
    first: undefined as number | undefined,
    last: undefined as number | undefined,
    add(id: string) {
      const n = Number(id)
      check.messages++
      check.first ??= n
      const last = check.last ?? n - 1
      if (n <= last) check.repeated++
      else check.missing += n - last - 1
      check.last = Math.max(last, n)
    },
    reset: () => void Object.assign(check, zeros, noIds),
  }
  return check
}
