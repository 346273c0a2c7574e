import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import frameworks from '../../frameworks.json' with { type: 'json' }

/** Returns the names that a binding exports from core, in alphabetical order. */
const reexportsOf = (name: string) => {
  const source = readFileSync(new URL(`../../packages/${name}/src/index.ts`, import.meta.url), 'utf8')
  const [, names = ''] = /^export \{([^}]*)\} from '@headwater\/core'$/m.exec(source) ?? []
  return names
    .split(',')
    .map((each) => each.trim())
    .filter(Boolean)
    .toSorted()
}

test('all bindings export the same names of core, so that nobody needs core beside one', () => {
  const [first, ...others] = frameworks.map(({ name }) => reexportsOf(name))
  expect(first).toEqual(
    expect.arrayContaining(['copyMessage', 'isBrowser', 'sessionStore', 'createEventStream']),
  )
  for (const other of others) expect(other).toEqual(first)
})
