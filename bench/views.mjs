// `pnpm bench views`: streams into a mounted component, in Chromium (CHROMIUM_PATH or /usr/bin/chromium).
//   --rounds <n>    default 7
//   --total <n>     messages in a burst, default 100,000
//   --only <text>   only burst, steady or history
//   --write         write the tables to bench/README.md
import { execFileSync, fork } from 'node:child_process'
import { globSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { median } from './parser/measure.mjs'
import frameworks from '../frameworks.json' with { type: 'json' }
import { machine, markdown, versions, writeReport } from './report/tables.mjs'
import { buildPage } from './views/build.mjs'
import { launch } from './views/chromium.mjs'
import { addressOf, longestTask, measureView, warmUp } from './views/measure.mjs'

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

const CORE = 'core'
const BY_HAND = 'react-by-hand'
const hasContender = ({ name }) =>
  globSync(`bench/views/contenders/${name}.{js,jsx}`, { cwd: root }).length > 0
const bindings = frameworks.filter(hasContender)
const BINDINGS = bindings.map(({ name }) => name)
const NAMES = {
  [CORE]: 'nothing mounted',
  ...Object.fromEntries(bindings.map(({ name, title }) => [name, `headwater, ${title}`])),
  [BY_HAND]: 'React, useState per message',
  vueuse: 'VueUse',
}
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
const middle = (results, key) => median(results.map((result) => result[key]))
const most = (results, key) => Math.max(...results.map((result) => result[key]))
const missing = (results) => [...new Set(results.map((result) => result.missing))].join('; ').slice(0, 60)

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

const reached = (yes) => (yes ? 'reached' : '**missed**')

async function burst() {
  const stream = { scenario: 'count', total, url: address(total, 'frame=65536') }
  await warmUp(stream.url)
  const results = await interleaved('burst', allNames, rounds, (name) =>
    measureView(browser, origin, name, stream),
  )
  const traces = await interleaved('burst, traced', allNames, 3, (name) =>
    longestTask(browser, origin, name, stream),
  )
  const of = (name) => results.get(name)
  const ratio = (name) => median(of(name).map(({ ms }, round) => ms / of(CORE)[round].ms))
  const table = markdown(
    [
      'view',
      'renders',
      'frames',
      'last message shown after, ms',
      '× nothing mounted',
      'main thread, CPU ms',
      'longest task, CPU ms',
      'tasks over 50 ms',
      'missing',
    ],
    allNames.map((name) => [
      NAMES[name],
      middle(of(name), 'renders'),
      middle(of(name), 'frames'),
      middle(of(name), 'ms').toFixed(0),
      ratio(name).toFixed(2),
      middle(of(name), 'mainMs').toFixed(0),
      middle(traces.get(name), 'cpuMs').toFixed(1),
      median(of(name).map(({ longTasks }) => longTasks.length)),
      // VueUse has no fold: it only shows the last message.
      name === 'vueuse' ? '' : missing(of(name)) || 'none',
    ]),
  )
  const ours = BINDINGS.map((name) => of(name))
  const fewer = (key, name) =>
    Math.min(...ours.map((results) => middle(of(name), key) / middle(results, key)))
  const extra = Math.max(...ours.flat().map(({ renders, frames }) => renders - frames))
  const slowest = Math.max(...BINDINGS.map(ratio))
  const longest = Math.max(...BINDINGS.map((name) => most(traces.get(name), 'cpuMs')))
  const less = fewer('mainMs', BY_HAND)
  return `### A burst of ${total.toLocaleString('en')} messages

The fold parses each message and checks that it follows the message before it. Medians of ${rounds} rounds, each in a new page. CPU time
is that of the page's main thread. The longest task is from three additional traced rounds.

${table}

- Renders, at most two more than frames: ${extra > 0 ? `${extra} more` : 'no more'}. ${reached(extra <= 2)}
- Last message shown within 1.3 × the time with nothing mounted: ${slowest.toFixed(2)} ×. ${reached(slowest <= 1.3)}
- No task over 50 ms: the longest took ${longest.toFixed(1)} ms of CPU time. ${reached(longest <= 50)}
- No message missing. ${reached(ours.flat().every((result) => result.missing === ''))}
- 5 × less main-thread time than the hook: ${less.toFixed(1)} × less. ${reached(less >= 5)}
- 20 × fewer renders than VueUse: ${fewer('renders', 'vueuse').toFixed(0)} × fewer. ${reached(fewer('renders', 'vueuse') >= 20)} The burst cannot compare renders with the hook:
  Chromium delivers all messages of a network chunk in one task, and React renders once after it. See the steady stream.`
}

const RATE = 2_000
const STEADY = 8_000

async function steady() {
  const stream = { scenario: 'count', total: STEADY, url: address(STEADY, `rate=${RATE}`) }
  const results = await interleaved('steady', allNames, 2, (name) =>
    measureView(browser, origin, name, stream),
  )
  const of = (name) => results.get(name)
  const table = markdown(
    ['view', 'renders', 'frames', 'main thread, CPU ms per second', 'tasks over 50 ms', 'missing'],
    allNames.map((name) => [
      NAMES[name],
      middle(of(name), 'renders'),
      middle(of(name), 'frames'),
      median(of(name).map(({ mainMs, ms }) => (mainMs * 1000) / ms)).toFixed(0),
      median(of(name).map(({ longTasks }) => longTasks.length)),
      name === 'vueuse' ? '' : missing(of(name)) || 'none',
    ]),
  )
  const fewer = Math.min(
    ...BINDINGS.map((name) => middle(of(BY_HAND), 'renders') / middle(of(name), 'renders')),
  )
  return `### ${RATE.toLocaleString('en')} messages per second, each sent separately

For ${STEADY / RATE} seconds. Medians of two rounds.

${table}

- 20 × fewer renders than the hook: ${fewer.toFixed(1)} × fewer. ${reached(fewer >= 20)}`
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
  const names = [CORE, ...BINDINGS, BY_HAND]
  const micros = (total, name) => (middle(columns.get(total).get(name), 'mainMs') * 1000) / total
  const growth = (name) => micros(totals.at(-1), name) / micros(totals[0], name)
  const table = markdown(
    [
      'view',
      ...totals.map((total) => `CPU µs per message, of ${total.toLocaleString('en')}`),
      'growth',
      'missing',
    ],
    names.map((name) => [
      name === BY_HAND ? 'React, `[...list, message]`' : NAMES[name],
      ...totals.map((total) => micros(total, name).toFixed(2)),
      `${growth(name).toFixed(2)} ×`,
      missing(totals.flatMap((total) => columns.get(total).get(name))) || 'none',
    ]),
  )
  const flattest = Math.max(...BINDINGS.map(growth))
  return `### \`history(50_000)\`

CPU time of the main thread per message, in streams of increasing length. A flat time means that a message does not copy the list.

${table}

- Flat time per message: with four times as many messages, each costs at most ${flattest.toFixed(2)} × as much. ${reached(flattest <= 1.1)}`
}

const parts = { burst, steady, history }
const started = performance.now()
try {
  const sections = []
  for (const [name, part] of Object.entries(parts)) if (name.includes(args.only)) sections.push(await part())
  const peers = versions([...bindings.map(({ npm }) => npm), '@vueuse/core'])
  const report = `Command: \`pnpm bench views --rounds ${rounds} --write\`, in ${browser.version},
on ${machine()}. ${peers}. Packages and page are production builds.

${sections.join('\n\n')}`
  console.log(report)
  console.error(`${((performance.now() - started) / 1000).toFixed(0)} s`)
  if (args.write) writeReport('views', report)
} finally {
  await browser.close()
  server.disconnect()
  rmSync(outDir, { recursive: true, force: true })
}
