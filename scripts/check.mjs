#!/usr/bin/env node
// node scripts/check.mjs [--all]: runs all checks and tests; with --all also those in a browser, and the release dry run.
// Every stage runs, even if an earlier one fails. The last line counts what passed and what failed.
import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const all = process.argv.includes('--all')
const results = '.test-results'

const vitest = (name, ...options) => ({
  name,
  command: [
    'vitest',
    'run',
    ...options,
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${results}/${name}.json`,
  ],
  count: ({ numPassedTests, numFailedTests, numFailedTestSuites }) => [
    numPassedTests,
    // A test file that cannot be loaded fails without a failed test.
    numFailedTests || numFailedTestSuites,
  ],
})

const stages = [
  { name: 'format', command: ['oxfmt', '--check'] },
  { name: 'lint', command: ['oxlint'] },
  { name: 'lock file', command: ['node', 'scripts/check-lockfile.mjs'] },
  { name: 'links', command: ['remark', '--frail', '--quiet', '--no-stdout', '.'] },
  { name: 'promises', command: ['node', 'scripts/check-promises.mjs'] },
  { name: 'addresses', command: ['node', 'scripts/sync-addresses.mjs'] },
  { name: 'workflows', command: ['node', 'scripts/check-workflows.mjs'] },
  { name: 'build', command: ['turbo', 'run', 'build', '--output-logs=errors-only'] },
  { name: 'docs', command: ['node', 'docs/site/check.mjs'] },
  { name: 'api', command: ['node', 'scripts/api.mjs'] },
  { name: 'examples', command: ['node', 'scripts/check-examples.mjs'] },
  { name: 'types', command: ['turbo', 'run', 'typecheck', '--output-logs=errors-only'] },
  { name: 'e2e types', command: ['tsc', '-p', 'e2e'] },
  vitest('unit', '--project=!browser', '--maxWorkers=3'),
  { name: 'packages', command: ['turbo', 'run', 'check:package', '--output-logs=errors-only'] },
  { name: 'tarballs', command: ['node', 'scripts/check-tarballs.mjs'] },
  { name: 'shaking', command: ['node', 'scripts/check-shaking.mjs'] },
  { name: 'sizes', command: ['size-limit'] },
  { name: 'readme', command: ['node', 'scripts/sync-readme.mjs'] },
  { name: 'unused', command: ['knip'] },
  ...(all
    ? [
        vitest('pages', '--config=engines/vitest.config.ts', '--project=chromium *'),
        vitest('browser', '--project=browser'),
        {
          name: 'e2e',
          command: ['playwright', 'test', '--project=chromium'],
          count: ({ stats }) => [stats.expected, stats.unexpected + stats.flaky],
        },
        {
          name: 'release dry run',
          command: ['node', 'scripts/release-dry-run.mjs'],
          count: ({ passed, failed }) => [passed, failed],
        },
      ]
    : []),
]

rmSync(new URL(`../${results}`, import.meta.url), { recursive: true, force: true })
mkdirSync(new URL(`../${results}`, import.meta.url))
const lines = []
let passed = 0
let failed = 0
for (const { name, command, count } of stages) {
  console.log(`\n▸ ${name}`)
  const start = Date.now()
  const [program, ...rest] = command
  const full = program === 'node' ? rest : ['exec', ...command]
  const { status, error } = spawnSync(program === 'node' ? process.execPath : 'pnpm', full, {
    cwd: root,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  })
  const ok = status === 0
  let counts = ok ? [1, 0] : [0, 1]
  if (count) {
    try {
      const file = `${root}${results}/${name.replaceAll(' ', '-')}.json`
      const report = count(JSON.parse(readFileSync(file, 'utf8')))
      // A run without a test, or one that fails without a failed test, counts as one failure.
      counts = ok && report[0] > 0 ? report : [report[0], Math.max(report[1], 1)]
    } catch {
      counts = [0, 1]
    }
  }
  passed += counts[0]
  failed += counts[1]
  const verdict = counts[1] === 0 ? '✔' : '✖'
  const seconds = ((Date.now() - start) / 1000).toFixed(1)
  lines.push(
    `${verdict} ${name.padEnd(15)} ${counts.join(' / ').padStart(9)}  ${seconds} s${error ? `  ${error.message}` : ''}`,
  )
}
console.log(`\n${lines.join('\n')}\n\n${passed} passed, ${failed} failed`)
process.exitCode = failed === 0 ? 0 : 1
