import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

const read = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8')
/** What a doc and a source may differ in: line breaks, and how an apostrophe is typed. */
const plain = (text: string) => text.replaceAll(/\s+/g, ' ')

test('every test that the protocol names is there, by the words that it is called by', () => {
  const text = plain(read('../../../../docs/protocol.md'))
  const named = [...text.matchAll(/`([\w/-]+(?:\.browser)?\.test\.ts)`: ((?:"[^"]+"(?:, )?)+)/g)]
  expect(named.length).toBeGreaterThan(40)
  const missing = named.flatMap(([, file, titles]) => {
    const source = plain(read(`../${file}`))
    return [...titles!.matchAll(/"([^"]+)"/g)]
      .map(([, title]) => title!)
      .filter((title) => !source.includes(title))
  })
  expect(missing).toEqual([])
})
