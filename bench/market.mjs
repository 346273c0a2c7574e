// `pnpm bench market`: the demo's market, 2,000 messages a second on 200 symbols, for a minute in each framework, in
// Chromium (CHROMIUM_PATH, or the system's).
//   --seconds <n>   60 by default
//   --only <app>    react, vue, svelte or solid
//   --write         put the table into bench/README.md
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { machine, markdown, writeReport } from './report/tables.mjs'
import { launch } from './views/chromium.mjs'

const { values: given } = parseArgs({
  args: process.argv.slice(3),
  options: {
    seconds: { type: 'string', default: '60' },
    only: { type: 'string' },
    write: { type: 'boolean', default: false },
  },
})
const seconds = Number(given.seconds)
const settledAfter = 10
const apps = ['react', 'vue', 'svelte', 'solid'].filter((app) => !given.only || app === given.only)

execFileSync('pnpm', ['exec', 'turbo', 'run', 'build', '--filter=demo-*', '--output-logs=errors-only'], {
  cwd: fileURLToPath(new URL('..', import.meta.url)),
  stdio: ['ignore', 'ignore', 'inherit'],
})
// A process of its own, so that it takes no time from the page's.
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

/** Runs in the page: notes its long tasks, and the scripts in them. */
const noteLongTasks = `
  globalThis.noted = { tasks: [], scripts: [], frames: 0, since: performance.now() }
  const eachFrame = () => (noted.frames++, requestAnimationFrame(eachFrame))
  requestAnimationFrame(eachFrame)
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) noted.tasks.push(duration)
  }).observe({ type: 'longtask' })
  new PerformanceObserver((list) => {
    for (const { scripts } of list.getEntries())
      for (const { duration, sourceURL } of scripts) noted.scripts.push({ duration, sourceURL })
  }).observe({ type: 'long-animation-frame' })`

const read = `({
  ...noted,
  framesPerSecond: (noted.frames * 1000) / (performance.now() - noted.since),
  rates: [...document.querySelectorAll('demo-rates dd')].map((each) => Number(each.textContent.replaceAll(',', ''))),
  books: [...document.querySelectorAll('demo-proof[of=market] dd')].map((each) => Number(each.textContent.replaceAll(',', ''))),
})`

async function heapOf(page) {
  await page.ask('HeapProfiler.collectGarbage')
  const { usedSize } = await page.ask('Runtime.getHeapUsage')
  return usedSize / 1e6
}

/** What the page's main thread has worked since the start, in milliseconds of the processor. */
async function workOf(page) {
  const { metrics } = await page.ask('Performance.getMetrics')
  const of = (name) => metrics.find((metric) => metric.name === name).value * 1000
  return {
    script: of('ScriptDuration'),
    style: of('RecalcStyleDuration') + of('LayoutDuration'),
    task: of('TaskDuration'),
  }
}

async function measure(app) {
  console.error(`${app}: ${seconds} s`)
  const page = await browser.open(`${origin}/${app}/?visitor=${app}`)
  try {
    await wait(settledAfter * 1000)
    const early = await heapOf(page)
    await page.ask('Performance.enable', { timeDomain: 'threadTicks' })
    const before = await workOf(page)
    await page.evaluate(noteLongTasks)
    await wait((seconds - settledAfter) * 1000)
    const after = await workOf(page)
    const seen = await page.evaluate(read)
    const late = await heapOf(page)
    const [messages, missing, repeated] = seen.books
    if (missing + repeated > 0 || messages === 0)
      throw new Error(`${app}: ${missing} missing, ${repeated} repeated`)
    const longest = (values) => Math.round(Math.max(0, ...values))
    return {
      app,
      early,
      late,
      messages,
      perSecond: (name) => ((after[name] - before[name]) / (seconds - settledAfter)).toFixed(0),
      rates: seen.rates,
      framesPerSecond: seen.framesPerSecond,
      longTasks: seen.tasks.length,
      longestTask: longest(seen.tasks),
      ourLongest: longest(seen.scripts.map(({ duration }) => duration)),
      ourLong: seen.scripts.filter(({ duration }) => duration > 50).length,
    }
  } finally {
    await page.close()
  }
}

try {
  const results = []
  for (const app of apps) results.push(await measure(app))
  const table = markdown(
    ['', ...results.map(({ app }) => app)],
    [
      ['messages', ({ messages }) => messages.toLocaleString('en')],
      ['messages a second, of the last two', ({ rates }) => rates[0].toLocaleString('en')],
      ['renders a second, of the last two', ({ rates }) => rates[1]],
      ['frames a second', ({ framesPerSecond }) => framesPerSecond.toFixed(1)],
      ['scripts, ms of the processor a second', ({ perSecond }) => perSecond('script')],
      ['style and layout, ms a second', ({ perSecond }) => perSecond('style')],
      ['all of the main thread, ms a second', ({ perSecond }) => perSecond('task')],
      ['scripts over 50 ms', ({ ourLong }) => ourLong],
      ['longest script in a long frame, ms', ({ ourLongest }) => ourLongest],
      ['tasks over 50 ms, painting included', ({ longTasks }) => longTasks],
      ['longest of them, ms', ({ longestTask }) => longestTask],
      [`heap after ${settledAfter} s, MB`, ({ early }) => early.toFixed(1)],
      [`heap after ${seconds} s, MB`, ({ late }) => late.toFixed(1)],
    ].map(([label, cell]) => [label, ...results.map(cell)]),
  )
  const report = `Command: \`pnpm bench market --write\`, on ${machine()}, ${browser.version}, ${seconds} s in each.\n\n${table}`
  console.log(report)
  if (given.write) writeReport('market', report)
} finally {
  await browser.close()
  server.kill()
}
