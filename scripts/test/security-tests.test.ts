import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { testsOf } from '../security-tests.mjs'

let root = ''
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'headwater-security-'))
  mkdirSync(join(root, 'docs'))
  writeFileSync(join(root, 'a.test.ts'), "test('refuses a forged id', () => {})")
})
afterEach(() => rmSync(root, { recursive: true }))

/** Returns the tests that a document with these cells names, and the problems. */
function read(...cells: string[]) {
  const rows = cells.map((cell) => `| it forges an id | refused | ${cell} |`)
  const table = ['| It tries to | What happens | Test |', '| --- | --- | --- |', ...rows]
  writeFileSync(join(root, 'docs/page.md'), [...table, '', '[a.test.ts]: ../a.test.ts'].join('\n'))
  const problems: string[] = []
  return { tests: testsOf(root, 'docs/page.md', problems), problems }
}

test('returns the title and the file of each test', () => {
  expect(read('"refuses a forged id" ([a.test.ts])')).toEqual({
    tests: [{ title: 'refuses a forged id', file: 'a.test.ts' }],
    problems: [],
  })
})

test.each([
  ['another title', '"accepts a forged id" ([a.test.ts])', 'which a.test.ts does not have'],
  ['a file that does not exist', '"refuses a forged id" ([b.test.ts])', 'which does not exist'],
  ['no test', 'we think so', 'names no test'],
])('reports a row with %s', (_, cell, problem) => {
  expect(read(cell).problems).toEqual([expect.stringContaining(problem)])
})
