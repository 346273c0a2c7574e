import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

/** Removes the alignment of a table. */
const normalize = (text: string) =>
  text
    .replaceAll(/[ \t]+/g, ' ')
    .replaceAll(/-{3,}/g, '---')
    .trim()

test('the README lists exactly the differences between each drop-in and its original', () => {
  const script = fileURLToPath(new URL('compare.ts', import.meta.url))
  const { stdout } = spawnSync(
    process.execPath,
    ['--no-warnings', '--conditions=@headwater/source', script],
    {
      encoding: 'utf8',
      timeout: 90_000,
    },
  )
  console.log(stdout)
  const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8')
  const documented = ['eventsource', 'event-source-polyfill', 'fetch-event-source'].map(
    (name) => readme.split(`<!-- ${name} -->`)[1] ?? '',
  )
  expect(normalize(stdout)).toBe(normalize(documented.map((table) => table.trim()).join('\n\n')))
}, 100_000)
