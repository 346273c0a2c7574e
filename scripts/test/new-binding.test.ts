import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { copyWorkTree, run } from '../work-tree.mjs'

interface Report {
  testResults: {
    name: string
    message: string
    assertionResults: { status: string; failureMessages: string[] }[]
  }[]
}

test('creates a binding that builds, and fails only its conformance tests', () => {
  const work = mkdtempSync(join(tmpdir(), 'headwater-binding-'))
  onTestFinished(() => rmSync(work, { recursive: true, force: true }))
  const tree = join(work, 'tree')
  copyWorkTree(tree)
  run(tree, process.execPath, 'scripts/new-binding.mjs', 'lit')
  run(tree, 'pnpm', 'install', '--no-frozen-lockfile', '--prefer-offline', '--ignore-scripts', '--silent')
  run(tree, 'pnpm', 'exec', 'oxfmt', '--check', 'packages/lit', 'frameworks.json')
  run(tree, 'pnpm', 'exec', 'oxlint', 'packages/lit')
  run(tree, 'pnpm', '--filter', '@headwater/core', 'build')
  run(tree, 'pnpm', '--filter', '@headwater/lit', 'build')
  run(tree, 'pnpm', '--filter', '@headwater/lit', 'typecheck')
  const changed = run(tree, 'git', 'status', '--short').split('\n')
  expect(changed.map((line) => line.trim()).toSorted()).toEqual([
    '?? packages/lit/',
    'M frameworks.json',
    'M pnpm-lock.yaml',
  ])

  const { VITEST: _, NODE_OPTIONS: __, ...env } = process.env
  const report = join(work, 'report.json')
  const args = ['exec', 'vitest', 'run', '--project=lit', '--reporter=json', `--outputFile=${report}`]
  spawnSync('pnpm', args, { cwd: tree, env, encoding: 'utf8' })
  const { testResults } = JSON.parse(readFileSync(report, 'utf8')) as Report
  const failures = testResults.flatMap(({ name, assertionResults }) =>
    assertionResults
      .filter(({ status }) => status === 'failed')
      .map(({ failureMessages }) => ({ name, text: failureMessages.join() })),
  )
  expect(testResults.filter(({ assertionResults }) => assertionResults.length === 0)).toEqual([])
  expect(failures.filter(({ name }) => !name.endsWith('packages/lit/test/conformance.test.ts'))).toEqual([])
  // A few tests expect an error, and report that it is another one.
  const named = failures.filter(({ text }) =>
    /Not written yet: .+packages\/lit\/test\/(adapter|server)\.ts/.test(text),
  )
  expect(named.length).toBeGreaterThan(30)
})

test('refuses a name that is taken, missing or not a folder name', () => {
  const create = (...args: string[]) =>
    spawnSync(process.execPath, ['scripts/new-binding.mjs', ...args], { encoding: 'utf8' })
  expect(create('vue').stderr).toContain('packages/vue exists already.')
  expect(create().stderr).toContain('Usage:')
  expect(create('../elsewhere').stderr).toContain('Usage:')
})
