import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { copyWorkTree, run } from '../work-tree.mjs'

test('a new binding is well-formed, and its suite runs and says in red what is to be written', () => {
  const work = mkdtempSync(join(tmpdir(), 'headwater-binding-'))
  onTestFinished(() => rmSync(work, { recursive: true, force: true }))
  const tree = join(work, 'tree')
  copyWorkTree(tree)
  run(tree, process.execPath, 'scripts/new-binding.mjs', 'lit')
  run(tree, 'pnpm', 'install', '--no-frozen-lockfile', '--prefer-offline', '--ignore-scripts', '--silent')
  run(tree, 'pnpm', 'exec', 'oxfmt', '--check', 'packages/lit')
  run(tree, 'pnpm', 'exec', 'oxlint', 'packages/lit')
  run(tree, 'pnpm', '--filter', '@headwater/lit', 'typecheck')

  const { VITEST: _, NODE_OPTIONS: __, ...env } = process.env
  const report = join(work, 'report.json')
  const args = ['exec', 'vitest', 'run', '--project=lit', '--reporter=json', `--outputFile=${report}`]
  const { status } = spawnSync('pnpm', args, { cwd: tree, env, encoding: 'utf8' })
  expect(status).not.toBe(0)
  const { numTotalTests, testResults } = JSON.parse(readFileSync(report, 'utf8'))
  expect(numTotalTests).toBeGreaterThan(30)
  // What a component is to be refused for is told by those who can show one.
  const told = testResults
    .flatMap(
      ({ assertionResults }: { assertionResults: { failureMessages: string[] }[] }) => assertionResults,
    )
    .filter(({ failureMessages }: { failureMessages: string[] }) =>
      /Not written yet: .+packages\/lit\/test\/(adapter|server)\.ts/.test(failureMessages.join()),
    )
  expect(told.length).toBeGreaterThan(30)
})

test('a binding is not made over another, nor without a name', () => {
  const make = (...args: string[]) =>
    spawnSync(process.execPath, ['scripts/new-binding.mjs', ...args], { encoding: 'utf8' })
  expect(make('vue').stderr).toContain('packages/vue is there already')
  expect(make().stderr).toContain('Which view library?')
  expect(make('../elsewhere').stderr).toContain('Which view library?')
})
