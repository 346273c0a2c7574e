import type { Message } from '@headwater/react'

/** The books on a stream whose ids are numbers without a hole: what came, what did not, what came again. */
export interface Ledger {
  readonly messages: number
  readonly missing: number
  readonly repeated: number
  /** `undefined` before the first message. */
  readonly first: number | undefined
  readonly last: number | undefined
  /** How often the stream was rendered until now. */
  readonly renders: number
  enter(message: Message): void
  enterRender(): void
}

export function createLedger(): Ledger {
  let messages = 0
  let missing = 0
  let repeated = 0
  let renders = 0
  let first: number | undefined
  let last: number | undefined
  return {
    get messages() {
      return messages
    },
    get missing() {
      return missing
    },
    get repeated() {
      return repeated
    },
    get renders() {
      return renders
    },
    get first() {
      return first
    },
    get last() {
      return last
    },
    enter({ type, id }) {
      const n = Number(id)
      // The server says what it can no longer send in a message `gap`, under the last id that is gone.
      const gone = type === 'gap' ? 1 : 0
      messages += 1 - gone
      first ??= n
      last ??= n - 1
      if (n <= last) repeated++
      else missing += n - last - 1 + gone
      last = Math.max(last, n)
    },
    enterRender() {
      renders++
    },
  }
}
