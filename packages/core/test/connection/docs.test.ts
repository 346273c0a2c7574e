import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

const read = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8')
/** What a doc and a source may differ in: line breaks, and how an apostrophe is typed. */
const plain = (text: string) => text.replaceAll(/\s+/g, ' ')

test.each([
  ['protocol', 40],
  ['faults', 40],
])('every test that docs/%s.md names is there, by the words that it is called by', (name, least) => {
  const text = plain(read(`../../../../docs/${name}.md`))
  const named = [...text.matchAll(/`([\w/.-]+\.ts)`: ((?:"[^"]+"(?:, )?)+)/g)]
  expect(named.length).toBeGreaterThanOrEqual(least)
  const missing = named.flatMap(([, file, titles]) => {
    const source = plain(read(`../${file}`))
    return [...titles!.matchAll(/"([^"]+)"/g)]
      .map(([, title]) => title!)
      .filter((title) => !source.includes(title))
      .map((title) => `${file}: ${title}`)
  })
  expect(missing).toEqual([])
})
