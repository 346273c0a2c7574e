#!/usr/bin/env node
// node scripts/engines.mjs [--write] [engine...]: runs the tests of pages in Chromium, Firefox and WebKit; with --write, updates the report
// that the tables of the READMEs show. An engine that is not installed is skipped. Run the build of the demos first, or with --build.
import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { firefoxOptions, launch } from '../engines/launch.ts'
import { webkitIsMissing } from '../engines/webdriver.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const results = '.test-results/engines'
const report = new URL('../engines/report.json', import.meta.url)
const { values, positionals } = parseArgs({
  options: { write: { type: 'boolean' }, build: { type: 'boolean' } },
  allowPositionals: true,
})

/** Names of the engines, and the reason for which one cannot be tested here. */
const engines = {
  chromium: { name: 'Chromium' },
  firefox: {
    name: 'Firefox',
    missing: existsSync(firefoxOptions.executablePath)
      ? undefined
      : 'Firefox is not installed. Run apt-get install firefox-esr on Debian, or set FIREFOX_PATH.',
  },
  webkit: { name: 'WebKitGTK', missing: webkitIsMissing },
}

/** Groups of tests, by the path of their file. */
const groups = {
  parser: /core\/test\/(protocol|llm)/,
  connection: /core\/test\/connection/,
  tabs: /core\/test\/tabs/,
  bindings: /packages\/(react|vue|svelte|solid)\//,
  'drop-ins': /packages\/compat/,
  demo: /e2e/,
}

/** Tests that start a browser, and know all engines. */
const driven = ['packages/core/test/connection', 'packages/core/test/tabs/engines', 'packages/compat']

/** Runs a command. Resolves with true if it succeeds. With `late`, its output is shown when it has ended. */
function run(command, env, late = false) {
  const child = spawn('pnpm', ['exec', ...command], {
    cwd: root,
    stdio: late ? ['ignore', 'pipe', 'inherit'] : 'inherit',
    env: { ...process.env, ...env },
    shell: process.platform === 'win32',
  })
  const output = []
  child.stdout?.on('data', (data) => output.push(data))
  return new Promise((resolve) => {
    child.on('close', (code) => {
      if (late) process.stdout.write(Buffer.concat(output))
      resolve(code === 0)
    })
  })
}

/** Runs vitest. Resolves with the file and the status of each test. */
async function vitest(file, args, env) {
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`]
  const ok = await run(['vitest', 'run', '--silent=true', ...args, ...reporters], env)
  const { testResults } = readReport(file)
  const tests = testResults.flatMap(({ name, assertionResults }) =>
    assertionResults.map(({ status }) => ({ file: name, status })),
  )
  return { ok, tests }
}

/** Runs the demo with Playwright Test. Resolves with the file and the status of each test. */
async function playwright(file, env) {
  const command = ['playwright', 'test', '--project=engines', '--reporter=list,json']
  const ok = await run(command, { ...env, PLAYWRIGHT_JSON_OUTPUT_FILE: file }, true)
  const tests = readReport(file)
    .suites.flatMap(({ specs }) => specs)
    .map(({ ok }) => ({ file: 'e2e', status: ok ? 'passed' : 'failed' }))
  return { ok, tests }
}

const readReport = (file) => JSON.parse(readFileSync(`${root}${file}`, 'utf8'))

/** Runs all tests of an engine, and counts them by group. */
async function testEngine(engine) {
  const start = Date.now()
  const folder = `${results}/${engine}`
  rmSync(`${root}${folder}`, { recursive: true, force: true })
  mkdirSync(`${root}${folder}`, { recursive: true })
  const browser = await launch(engine)
  const version = browser.version()
  await browser.close()
  const env = { HEADWATER_ENGINE: engine, HEADWATER_SOAK_SEEDS: '3' }
  const file = (part) => `${folder}/${part}.json`
  // The demo waits most of the time, so it runs beside the others.
  const demo = playwright(file('demo'), env)
  const runs = [
    await vitest(file('pages'), ['--config=engines/vitest.config.ts', `--project=${engine} *`], env),
    await vitest(file('browser'), ['--project=browser', ...driven], env),
    await demo,
  ]
  const tests = runs.flatMap((each) => each.tests)
  const count = (status, pattern = /./) =>
    tests.filter((each) => each.status === status && pattern.test(each.file)).length
  const counts = Object.fromEntries(
    Object.entries(groups).map(([group, pattern]) => [
      group,
      { passed: count('passed', pattern), skipped: count('skipped', pattern) },
    ]),
  )
  const failed = Math.max(count('failed'), runs.filter(({ ok }) => !ok).length)
  const seconds = Math.round((Date.now() - start) / 1000)
  return { name: engines[engine].name, version, counts, passed: count('passed'), failed, seconds }
}

if (values.build && !(await run(['turbo', 'run', 'build', '--filter=demo-*', '--output-logs=errors-only'])))
  process.exit(1)
const lines = []
const tested = []
for (const engine of positionals.length > 0 ? positionals : Object.keys(engines)) {
  const { name, missing } = engines[engine]
  console.log(`\n▸ ${name}`)
  if (missing) {
    lines.push(`– ${name}: skipped. ${missing}`)
    continue
  }
  const result = await testEngine(engine)
  tested.push(result)
  lines.push(
    `${result.failed === 0 ? '✔' : '✖'} ${name} ${result.version}: ${result.passed} passed, ${result.failed} failed, in ${result.seconds} s`,
  )
}
const total = (key) => tested.reduce((sum, result) => sum + result[key], 0)
console.log(`\n${lines.join('\n')}\n\nengines: ${total('passed')} passed, ${total('failed')} failed`)
if (total('failed') > 0 || tested.length === 0) process.exitCode = 1
else if (values.write) {
  const before = existsSync(report) ? JSON.parse(readFileSync(report, 'utf8')) : []
  const entries = new Map([...before, ...tested].map((entry) => [entry.name, entry]))
  const content = [...entries.values()].map(({ name, version, counts }) => ({ name, version, counts }))
  writeFileSync(report, `${JSON.stringify(content, undefined, 2)}\n`)
}
