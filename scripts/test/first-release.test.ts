import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { foldChangesets } from '../first-release.mjs'

let root = ''
const write = (path: string, text: string) => writeFileSync(join(root, path), text)
const read = (path: string) => readFileSync(join(root, path), 'utf8')
const manifest = (name: string, version: string) => JSON.stringify({ name: `@headwater/${name}`, version })

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'headwater-first-'))
  for (const name of ['core', 'react']) {
    mkdirSync(join(root, 'packages', name), { recursive: true })
    write(`packages/${name}/package.json`, manifest(name, '0.0.0'))
  }
  mkdirSync(join(root, '.changeset'))
  write('.changeset/first-core.md', "---\n'@headwater/core': minor\n---\n\nThe first release: streams.\n")
})
afterEach(() => rmSync(root, { recursive: true }))

test('moves later changesets into the one of each package, and does nothing the second time', () => {
  write(
    '.changeset/one.md',
    "---\n'@headwater/core': minor\n'@headwater/react': patch\n---\n\nA line.\n\n- A point\n",
  )
  write('.changeset/two.md', '---\n"@headwater/core": minor\n---\n\nAnother line.\n')
  expect(foldChangesets(root)).toEqual(['one.md', 'two.md'])
  expect(foldChangesets(root)).toEqual([])
  expect(readdirSync(join(root, '.changeset')).toSorted()).toEqual(['first-core.md', 'first-react.md'])
  expect(read('.changeset/first-core.md')).toBe(
    "---\n'@headwater/core': minor\n---\n\nThe first release: streams.\n\n**Also**\n\n- A line.\n\n  - A point\n- Another line.\n",
  )
  expect(read('.changeset/first-react.md')).toContain(
    "'@headwater/react': minor\n---\n\nThe first release.\n\n**Also**\n\n- A line.",
  )
})

test('leaves changesets alone once there was a release', () => {
  write('packages/core/package.json', manifest('core', '0.1.0'))
  write('.changeset/one.md', "---\n'@headwater/core': minor\n---\n\nA line.\n")
  expect(foldChangesets(root)).toEqual([])
  expect(readdirSync(join(root, '.changeset'))).toContain('one.md')
})
