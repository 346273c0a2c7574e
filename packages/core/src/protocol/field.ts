import { addData, type Block, call, type ParserState } from './parser-state.ts'

const SPACE = 32

const MAX_TIMER_MS = 2 ** 31 - 1

/**
 * Processes a line that is not blank. Returns true if a callback has reset or closed the parser.
 *
 * [spec] "process the field"; other fields are ignored. A name may stand without a colon, and one space before the value is skipped.
 */
export function processLine(state: ParserState, block: Block, line: string): boolean {
  const colon = indexOf(line, ':', 0)
  const value = line.slice(line.charCodeAt(colon + 1) === SPACE ? colon + 2 : colon + 1)
  switch (line.slice(0, colon)) {
    case '':
      // [spec] "If the line starts with a U+003A COLON character (:): ignore the line."
      state.comments++
      return call(state, state.onComment, value)
    case 'data':
      addData(block, value)
      break
    case 'event':
      block.type = value
      break
    case 'id':
      setId(block, value)
      break
    case 'retry':
      // [spec] "If the field value consists of only ASCII digits"
      return /^\d+$/.test(value) && call(state, state.onRetry, Math.min(Number(value), MAX_TIMER_MS))
  }
  return false
}

/** [spec] "If the field value does not contain U+0000 NULL, then set the last event ID buffer to the field value." */
export function setId(block: Block, id: string): void {
  if (!id.includes('\0')) block.id = id
}

/** Returns the next index of a character, or the length of the text. */
export function indexOf(text: string, character: string, from: number): number {
  const index = text.indexOf(character, from)
  return index < 0 ? text.length : index
}
