// `pnpm bench market`: runs the demo's market, 2,000 messages per second on 200 symbols, for a minute in each framework, in
// Chromium (CHROMIUM_PATH or /usr/bin/chromium).
//   --seconds <n>   default 60
//   --only <app>    a name in frameworks.json
//   --write         write the table to bench/README.md
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import frameworks from '../frameworks.json' with { type: 'json' }
import { marketReport } from './report/market.mjs'
import { machine, writeReport } from './report/tables.mjs'
import { launch } from './views/chromium.mjs'

const { values: args } = parseArgs({
  args: process.argv.slice(3),
  options: {
    seconds: { type: 'string', default: '60' },
    only: { type: 'string' },
    write: { type: 'boolean', default: false },
  },
})
const seconds = Number(args.seconds)
const warmUpSeconds = 10
const apps = frameworks.map(({ name }) => name).filter((app) => !args.only || app === args.only)

execFileSync('pnpm', ['exec', 'turbo', 'run', 'build', '--filter=demo-*', '--output-logs=errors-only'], {
  cwd: fileURLToPath(new URL('..', import.meta.url)),
  stdio: ['ignore', 'ignore', 'inherit'],
})
// The server runs in its own process.
const server = spawn(
  process.execPath,
  [fileURLToPath(new URL('../apps/server/src/main.ts', import.meta.url))],
  {
    env: { ...process.env, PORT: '0', HOST: '127.0.0.1' },
    stdio: ['ignore', 'pipe', 'inherit'],
  },
)
const [line] = await once(createInterface(server.stdout), 'line')
server.stdout.resume()
const [origin] = /http:\/\/[\d.]+:\d+/.exec(line)
const browser = await launch()

const categories = [
  'toplevel',
  'devtools.timeline',
  'disabled-by-default-devtools.timeline',
  'blink.user_timing',
]

const numbers = (selector) =>
  `[...document.querySelectorAll('${selector}')].map((each) => Number(each.textContent.replaceAll(',', '')))`

async function heapOf(page) {
  await page.send('HeapProfiler.collectGarbage')
  const { usedSize } = await page.send('Runtime.getHeapUsage')
  return usedSize / 1e6
}

/** Traces the main thread of the page for `ms` milliseconds. Measures CPU time, so other load on the machine does not count. */
async function traceMainThread(page, ms) {
  const { events, result: numbersShown } = await browser.trace(categories, async () => {
    await page.evaluate("void performance.mark('traced')")
    await wait(ms)
    const rates = await page.evaluate(numbers('demo-rates dd'))
    return [...rates, ...(await page.evaluate(numbers('demo-proof[of=market] dd')))]
  })
  const { pid, tid } = events.find(({ name }) => name === 'traced')
  const times = (names) =>
    events
      .filter((event) => event.pid === pid && event.tid === tid && names.includes(event.name))
      .map(({ tdur = 0 }) => tdur / 1000)
  const longest = (names) => times(names).reduce((most, time) => Math.max(most, time), 0)
  const perSecond = (names) => (times(names).reduce((sum, time) => sum + time, 0) * 1000) / ms
  const scripts = ['FunctionCall', 'EvaluateScript', 'BlinkScheduler_PerformMicrotaskCheckpoint']
  const [messagesPerSecond, rendersPerSecond, , messages, missing, repeated] = numbersShown
  return {
    messages,
    missing,
    repeated,
    messagesPerSecond,
    rendersPerSecond,
    tasksOver50: times(['RunTask']).filter((time) => time > 50).length,
    longestTask: longest(['RunTask']),
    longestScript: longest(scripts),
    scripts: perSecond(scripts),
    rendering: perSecond(['UpdateLayoutTree', 'Layout', 'PrePaint', 'Paint', 'Layerize', 'Commit']),
    all: perSecond(['RunTask']),
    framesPerSecond: (times(['Commit']).length * 1000) / ms,
  }
}

async function measure(app) {
  console.error(`${app}: ${seconds} s`)
  const page = await browser.open('about:blank')
  try {
    const size = { width: 1280, height: 900, deviceScaleFactor: 1, mobile: false }
    await page.send('Emulation.setDeviceMetricsOverride', size)
    await page.send('Page.navigate', { url: `${origin}/${app}/?visitor=${app}` })
    await wait(warmUpSeconds * 1000)
    const early = await heapOf(page)
    const result = await traceMainThread(page, (seconds - warmUpSeconds) * 1000)
    const late = await heapOf(page)
    const { messages, missing, repeated } = result
    if (missing + repeated > 0 || !messages)
      throw new Error(`${app}: ${missing} missing, ${repeated} repeated`)
    return { app, ...result, early, late }
  } finally {
    await page.close()
  }
}

try {
  const results = []
  for (const app of apps) results.push(await measure(app))
  const report = marketReport({
    command: 'pnpm bench market --write',
    machine: machine(),
    browser: browser.version,
    seconds,
    warmUpSeconds,
    results,
  })
  console.log(report)
  if (args.write) writeReport('market', report)
} finally {
  await browser.close()
  server.kill()
}
