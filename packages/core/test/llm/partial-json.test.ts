import { assert, jsonValue, property } from 'fast-check'
import { describe, expect, test } from 'vitest'
import { partialJson } from '../../src/llm/index.ts'

test.each<[string, unknown]>([
  ['', undefined],
  ['  ', undefined],
  ['{', {}],
  ['{"ci', {}],
  ['{"city"', {}],
  ['{"city":', {}],
  ['{"city": "', { city: '' }],
  ['{"city": "Ber', { city: 'Ber' }],
  ['{"city": "Berlin"', { city: 'Berlin' }],
  ['{"city": "Berlin",', { city: 'Berlin' }],
  ['{"city": "Berlin", "da', { city: 'Berlin' }],
  ['{"days": [', { days: [] }],
  ['{"days": [1', { days: [1] }],
  ['{"days": [12, 3', { days: [12, 3] }],
  ['{"days": [1.', { days: [1] }],
  ['{"days": [-', { days: [] }],
  ['{"days": [1e', { days: [1] }],
  ['{"days": [{"a": [', { days: [{ a: [] }] }],
  ['[tr', []],
  ['[true', [true]],
  ['[nul', []],
  ['"a\\', 'a'],
  ['"a\\u00', 'a'],
  ['"a\\u00e9', 'aé'],
  ['"a\\\\', 'a\\'],
  ['"a\\"', 'a"'],
  ['{"a": "}]"', { a: '}]' }],
  ['{"a": 1} ', { a: 1 }],
  ['nothing', undefined],
  [']', undefined],
  ['{"a": 1}}', undefined],
])('%s', (text, value) => {
  expect(partialJson(text)).toEqual(value)
})

/** Returns true if `part` may become `whole` by adding to it. */
function isStartOf(part: unknown, whole: unknown): boolean {
  if (typeof part === 'string' && typeof whole === 'string')
    return whole.startsWith(part) || /[\uD800-\uDBFF]$/.test(part)
  if (typeof part === 'number' && typeof whole === 'number') return true
  if (Array.isArray(part) && Array.isArray(whole))
    return part.length <= whole.length && part.every((each, at) => isStartOf(each, whole[at]))
  if (typeof part === 'object' && part && typeof whole === 'object' && whole)
    return Object.entries(part).every(([name, each]) =>
      isStartOf(each, (whole as Record<string, unknown>)[name]),
    )
  return part === whole
}

describe('any JSON', () => {
  test('is read as JSON.parse does once it is complete, and each of its starts as a part of it', () => {
    assert(
      property(jsonValue({ maxDepth: 4 }), (value) => {
        for (const text of [JSON.stringify(value), JSON.stringify(value, undefined, 1)]) {
          const whole = JSON.parse(text) as unknown
          expect(partialJson(text)).toEqual(whole)
          for (let end = 0; end < text.length; end++) {
            const part = partialJson(text.slice(0, end))
            if (part !== undefined && !isStartOf(part, whole))
              expect({ text: text.slice(0, end), part }).toBe(whole)
          }
        }
      }),
      { numRuns: 300 },
    )
  })

  test('does not set a prototype', () => {
    const value = partialJson('{"__proto__": {"polluted": "ye') as object
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype)
    expect(({} as { polluted?: string }).polluted).toBeUndefined()
  })
})
