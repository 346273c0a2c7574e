#!/usr/bin/env node
// Checks that promises are tested: the lowest version of each peer range and of Node has a row in the test matrix, the packages
// have no dependencies but ours (by the bill of materials of the lock file), and each row in docs links to a test file. The threats of
// SECURITY.md name the titles of their tests, the same in both languages.
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { rows } from './matrix-rows.mjs'
import { publishedPackages } from './published.mjs'
import { testsOf } from './security-tests.mjs'
import { run } from './work-tree.mjs'

const problems = []
const testedVersions = (name) => rows.map(({ catalog }) => catalog?.[name]).filter(Boolean)
const runtimes = readFileSync(new URL('runtime-programs.mjs', import.meta.url), 'utf8')
let ranges = 0
for (const { folder, manifest } of publishedPackages()) {
  for (const [peer, range] of Object.entries(manifest.peerDependencies ?? {}))
    for (const part of range.split(' || ')) {
      ranges += 1
      const [, lowest] = part.match(/^\^(\d+\.\d+\.\d+)$/) ?? []
      if (!lowest)
        problems.push(
          `${manifest.name}: the peer range ${peer} ${part} is not in the form ^1.2.3. Change it.`,
        )
      else if (!testedVersions(peer).includes(lowest))
        problems.push(
          `${manifest.name}: the lowest version ${peer} ${lowest} is not tested. Add it to the package's matrix.json.`,
        )
    }
  const [, node] = manifest.engines?.node?.match(/^>=(\d+)$/) ?? []
  if (!node || !runtimes.includes(`node('${node}.`))
    problems.push(
      `${manifest.name}: engines.node is ${manifest.engines?.node}, but scripts/runtime-programs.mjs does not have it.`,
    )

  const bill = ['sbom', '--sbom-format=cyclonedx', '--lockfile-only', '--prod', `--filter=${manifest.name}`]
  for (const { group, name, licenses } of JSON.parse(run(folder, 'pnpm', ...bill)).components ?? []) {
    const dependency = group ? `${group}/${name}` : name
    if (group !== '@headwater') problems.push(`${manifest.name} depends on ${dependency}. Remove it.`)
    if (licenses?.[0]?.license?.id !== 'MIT')
      problems.push(`${manifest.name} depends on ${dependency}, whose licence is not MIT.`)
  }
}

let documented = 0
for (const path of ['docs/servers/protocol.md', 'docs/concepts/faults.md']) {
  const base = new URL(`../${path}`, import.meta.url)
  const text = readFileSync(base, 'utf8')
  const targets = new Map([...text.matchAll(/^\[([^\]]+)\]: (\S+)$/gm)].map(([, name, to]) => [name, to]))
  for (const [name, target] of targets) {
    const file = new URL(target, base)
    if (!existsSync(file)) problems.push(`${path} links to ${name}, which does not exist.`)
    else if (name.endsWith('.ts') && !/\btest(\.\w+)*\(/.test(readFileSync(file, 'utf8')))
      problems.push(`${path} links to ${name}, which contains no test.`)
  }
  const before = documented
  let column = -1
  for (const line of text.split('\n')) {
    const cells = line.startsWith('|') ? line.split('|').slice(1, -1) : []
    if (cells.length === 0) column = -1
    else if (column < 0) column = cells.findIndex((cell) => cell.trim() === 'Test')
    else if (!/^ *:?-+:? *$/.test(cells[column])) {
      documented += 1
      const names = [...cells[column].matchAll(/\[([^\]]+)\]/g)].map(([, name]) => name)
      if (names.length === 0 || !names.every((name) => targets.has(name)))
        problems.push(`${path}: the row "${cells[0].trim()}" does not link to a test file.`)
    }
  }
  if (documented - before < 35)
    problems.push(`${path} has fewer than 35 rows with tests. Is a table missing?`)
}

const root = fileURLToPath(new URL('..', import.meta.url))
const [threats, translated] = ['SECURITY.md', 'SECURITY.zh-CN.md'].map((path) =>
  testsOf(root, path, problems),
)
if (threats.length < 50) problems.push('SECURITY.md names fewer than 50 tests. Is a table missing?')
if (JSON.stringify(threats) !== JSON.stringify(translated))
  problems.push('SECURITY.md and SECURITY.zh-CN.md name other tests, or in another order.')

console.log(
  problems.length
    ? problems.join('\n')
    : `${ranges} peer ranges are tested at their lowest version. No foreign dependencies. ${documented} rows in docs link to tests. SECURITY.md names ${threats.length} tests.`,
)
process.exitCode = problems.length ? 1 : 0
