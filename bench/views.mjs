// `pnpm bench views`: streams into a mounted component, in Chromium (CHROMIUM_PATH or /usr/bin/chromium).
//   --rounds <n>    default 7
//   --total <n>     messages in a burst, default 100,000
//   --only <text>   only burst, steady or history
//   --write         write the tables to bench/README.md
import { execFileSync, fork } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { machine, versions, writeReport } from './report/tables.mjs'
import { burstSection, historySection, steadySection, viewsReport } from './report/views.mjs'
import { buildPage } from './views/build.mjs'
import { launch } from './views/chromium.mjs'
import { addressOf, longestTask, measureView, warmUp } from './views/measure.mjs'
import { BINDINGS, BY_HAND, CORE, measured, NAMES } from './views/names.mjs'

const { values: args } = parseArgs({
  args: process.argv.slice(3),
  options: {
    rounds: { type: 'string', default: '7' },
    total: { type: 'string', default: '100000' },
    only: { type: 'string', default: '' },
    write: { type: 'boolean', default: false },
  },
})
const rounds = Number(args.rounds)
const total = Number(args.total)
const root = fileURLToPath(new URL('..', import.meta.url))

const allNames = Object.keys(NAMES)

execFileSync(
  'pnpm',
  ['exec', 'turbo', 'run', 'build', '--filter=./packages/*', '--output-logs=errors-only'],
  {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
  },
)
const outDir = mkdtempSync(join(tmpdir(), 'headwater-bench-'))
await buildPage(outDir)
const server = fork(fileURLToPath(new URL('./stream/server.mjs', import.meta.url)), [outDir])
const origin = await addressOf(server)
const browser = await launch()

const address = (total, how) => `${origin}/stream?kind=numbered&messages=${total}&${how}`

/** Runs rounds in which all contenders take turns. Returns the results by name. */
async function interleaved(title, names, rounds, measure) {
  const results = new Map(names.map((name) => [name, []]))
  for (let round = 0; round < rounds; round++) {
    console.error(`${title}: round ${round + 1} of ${rounds}`)
    for (let turn = 0; turn < names.length; turn++) {
      const name = names[(turn + round) % names.length]
      results.get(name).push(await measure(name))
    }
  }
  return results
}

async function burst() {
  const stream = { scenario: 'count', total, url: address(total, 'frame=65536') }
  await warmUp(stream.url)
  const results = await interleaved('burst', allNames, rounds, (name) =>
    measureView(browser, origin, name, stream),
  )
  const traces = await interleaved('burst, traced', allNames, 3, (name) =>
    longestTask(browser, origin, name, stream),
  )
  return burstSection({ total, rounds, results, traces })
}

const RATE = 2_000
const STEADY = 8_000

async function steady() {
  const stream = { scenario: 'count', total: STEADY, url: address(STEADY, `rate=${RATE}`) }
  const results = await interleaved('steady', allNames, 2, (name) =>
    measureView(browser, origin, name, stream),
  )
  return steadySection({ rate: RATE, seconds: STEADY / RATE, results })
}

async function history() {
  const totals = [25_000, 50_000, 100_000]
  const columns = new Map()
  for (const total of totals) {
    const stream = { scenario: 'history', total, url: address(total, 'frame=65536') }
    await warmUp(stream.url)
    const measure = (name) => measureView(browser, origin, name, stream)
    const title = `history, ${total}`
    const results = await interleaved(title, [CORE, ...BINDINGS], 3, measure)
    // One round is enough, because this contender is slow.
    results.set(BY_HAND, [await measure(BY_HAND)])
    columns.set(total, results)
  }
  return historySection({ columns })
}

const parts = { burst, steady, history }
const started = performance.now()
try {
  const sections = []
  for (const [name, part] of Object.entries(parts)) if (name.includes(args.only)) sections.push(await part())
  const report = viewsReport({
    command: `pnpm bench views --rounds ${rounds} --write`,
    browser: browser.version,
    machine: machine(),
    peers: versions([...measured.map(({ npm }) => npm), '@vueuse/core']),
    sections,
  })
  console.log(report)
  console.error(`${((performance.now() - started) / 1000).toFixed(0)} s`)
  if (args.write) writeReport('views', report)
} finally {
  await browser.close()
  server.disconnect()
  rmSync(outDir, { recursive: true, force: true })
}
