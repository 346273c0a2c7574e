import { warnOnce } from '../development.ts'
import type { Message } from '../protocol/message.ts'
import type { Schemas } from './decode.ts'

declare const process: { readonly env: { readonly NODE_ENV?: string } }

/** Check of a message that is not folded. */
type UnusedCheck = (message: Message, events: Schemas | undefined) => void

/**
 * Returns a check that warns about a message that changes nothing, because nobody has asked for its type; `undefined` in production:
 * see development.ts.
 *
 * @param isUsed Returns true if messages that are not folded are used in another way.
 */
export function createUnusedCheck(isUsed: () => boolean): UnusedCheck | undefined {
  try {
    if (process.env.NODE_ENV !== 'production') return createCheck(isUsed)
  } catch {
    return createCheck(isUsed)
  }
  return undefined
}

function createCheck(isUsed: () => boolean): UnusedCheck {
  return ({ type }, events) => {
    if (isUsed()) return
    const reason = events
      ? `events names only ${Object.keys(events).join(', ')}`
      : 'without the options events and fold, data follows messages without a type'
    warnOnce(
      `unused ${type}: ${reason}`,
      `A message of type "${type}" is not used: ${reason}. To use it, name it: events: { ${JSON.stringify(type)}: json() }.`,
    )
  }
}
