#!/usr/bin/env node
// node scripts/check.mjs [--all]: runs all checks and tests; with --all also those in a browser, and the release dry run.
// Every stage runs, even if an earlier one fails. At the end, the last lines of each failed stage are printed again, then
// a table of the stages. The last line counts what passed and what failed.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const all = process.argv.includes('--all')
const results = '.test-results'
const linesPrintedAgain = 80

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

/** Runs a command, and prints what it prints. Returns its exit code, and the end of its output. */
async function run([program, ...options]) {
  const isNode = program === 'node'
  const child = spawn(isNode ? process.execPath : 'pnpm', isNode ? options : ['exec', program, ...options], {
    cwd: root,
    stdio: ['inherit', 'pipe', 'pipe'],
    shell: process.platform === 'win32',
    // The output is a pipe, so the programs do not see that there is a terminal behind it.
    env: process.stdout.isTTY ? { ...process.env, FORCE_COLOR: '1' } : process.env,
  })
  let output = ''
  for (const stream of ['stdout', 'stderr']) {
    child[stream].setEncoding('utf8').on('data', (text) => {
      process[stream].write(text)
      output = (output + text).slice(-100_000)
    })
  }
  try {
    const [exitCode] = await once(child, 'close')
    return { exitCode, output }
  } catch (error) {
    return { exitCode: null, output: `Cannot run ${program}: ${error.message}` }
  }
}

/** Tells how many tests of a stage passed and failed. A stage without a report counts as one test. */
function countTests({ name, count }, ok) {
  if (!count) return ok ? [1, 0] : [0, 1]
  try {
    const file = `${root}${results}/${name.replaceAll(' ', '-')}.json`
    const [passed, failed] = count(JSON.parse(readFileSync(file, 'utf8')))
    // A run without a test, or one that fails without a failed test, counts as one failure.
    return [passed, ok && passed > 0 ? failed : Math.max(failed, 1)]
  } catch {
    return [0, 1]
  }
}

rmSync(new URL(`../${results}`, import.meta.url), { recursive: true, force: true })
mkdirSync(new URL(`../${results}`, import.meta.url))
const failures = []
const table = []
let passed = 0
let failed = 0
for (const stage of stages) {
  console.log(`\n▸ ${stage.name}`)
  const start = Date.now()
  const { exitCode, output } = await run(stage.command)
  const seconds = ((Date.now() - start) / 1000).toFixed(1)
  const counts = countTests(stage, exitCode === 0)
  passed += counts[0]
  failed += counts[1]
  const verdict = counts[1] === 0 ? '✔' : '✖'
  table.push(`${verdict} ${stage.name.padEnd(15)} ${counts.join(' / ').padStart(9)}  ${seconds} s`)
  if (counts[1] > 0) {
    const end = output.trimEnd().split('\n').slice(-linesPrintedAgain).join('\n')
    failures.push(`✖ ${stage.name}, the end of its output:\n\n${end}\n`)
  }
}
console.log(`\n${[...failures, ...table].join('\n')}\n\n${passed} passed, ${failed} failed`)
process.exitCode = failed === 0 ? 0 : 1
