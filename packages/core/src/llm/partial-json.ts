import { parseJson } from './until-end.ts'

/** A string with its end or without, a bracket, or a number, word or sign. */
const TOKENS = /"(?:[^"\\]|\\(?:u[\da-f]{4}|[^u]))*("?)|[{}[\],:]|[^\s{}[\],:"]+/gi

/**
 * Parses JSON that is not complete yet, such as the arguments of a tool call that still grow. Text is returned as far as it has
 * arrived; a name without a value, and a word that is not complete, are left out.
 *
 * @returns `undefined` if there is no value yet, or if the text is not JSON.
 * @example
 * ```ts
 * import { partialJson } from '@headwater/core/llm'
 *
 * partialJson('{"city": "Ber') // { city: 'Ber' }
 * ```
 */
export function partialJson(text: string): unknown {
  /** Brackets that close what is open, the innermost first. */
  let closing = ''
  let isName = false
  /** Text up to the last complete value, with what completes it. */
  let complete = ''
  for (const { 0: token, 1: quote, index } of text.matchAll(TOKENS)) {
    const end = index + token.length
    if (token === '{' || token === '[') closing = (token === '{' ? '}' : ']') + closing
    else if (token === '}' || token === ']') closing = closing.slice(1)
    else if (token === ':') isName = false
    if (token === '{' || token === ',') isName = closing.startsWith('}')
    if (token === ',' || token === ':' || (isName && token.startsWith('"'))) continue
    const value = end === text.length && /^[-\d]/.test(token) ? numberOf(token) : token
    if (value && (value !== token || /^["{}[\]]/.test(token) || parseJson(token) !== undefined))
      complete = `${text.slice(0, index)}${value}${quote === '' ? '"' : ''}${closing}`
  }
  return parseJson(complete)
}

/** Returns the start of a number that is a number itself. */
const numberOf = (token: string) => /^-?\d+(\.\d+)?(e[+-]?\d+)?/i.exec(token)?.[0]
