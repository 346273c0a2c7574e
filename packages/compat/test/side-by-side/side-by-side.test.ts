import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

/** Whatever way a table is aligned. */
const plain = (text: string) =>
  text
    .replaceAll(/[ \t]+/g, ' ')
    .replaceAll(/-{3,}/g, '---')
    .trim()

test('the README tells how each drop-in differs from its original, and nothing else differs', () => {
  const program = fileURLToPath(new URL('compare.ts', import.meta.url))
  const { stdout } = spawnSync(
    process.execPath,
    ['--no-warnings', '--conditions=@headwater/source', program],
    {
      encoding: 'utf8',
      timeout: 90_000,
    },
  )
  console.log(stdout)
  const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8')
  const written = ['eventsource', 'event-source-polyfill', 'fetch-event-source'].map(
    (name) => readme.split(`<!-- ${name} -->`)[1] ?? '',
  )
  expect(plain(stdout)).toBe(plain(written.map((table) => table.trim()).join('\n\n')))
}, 100_000)
