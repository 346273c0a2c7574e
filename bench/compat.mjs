// `pnpm bench compat`: compares the drop-ins with their originals on the same bytes, from the socket to the handler. Each runs
// in its own process in Node and in its own page in Chromium. The server has its own process.
//   --messages <n>  default 300,000; a third of them in Chromium
//   --rounds <n>    default 9
//   --node, --chromium  measure only there
//   --write         write the tables to bench/README.md
import { execFileSync, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { contenders } from './compat/contenders.mjs'
import { buildPage, startChromium } from './compat/in-chromium.mjs'
import { startNode } from './compat/in-node.mjs'
import { compatReport } from './report/compat.mjs'
import { machine, versions, writeReport } from './report/tables.mjs'

const { values: args } = parseArgs({
  args: process.argv.slice(3),
  options: {
    messages: { type: 'string', default: '300000' },
    rounds: { type: 'string', default: '9' },
    node: { type: 'boolean', default: false },
    chromium: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
  },
})
const total = Number(args.messages)
const rounds = Number(args.rounds)
const PEERS = ['eventsource', 'event-source-polyfill', '@microsoft/fetch-event-source', 'undici']
const STREAMS = [
  { title: 'ticker', kind: 'ticker', frame: 65_536 },
  { title: 'LLM', kind: 'llm', frame: 65_536 },
  { title: 'LLM, one message per chunk', kind: 'llm', frame: 0 },
]

/** Measures the CPU time of each contender in each round on a stream, in milliseconds. */
async function measure(runtime, names, total, { title, kind, frame }) {
  const url = `${server.origin}/stream?kind=${kind}&messages=${total}&frame=${frame}`
  const cpuTimes = new Map(names.map((name) => [name, []]))
  const sums = new Set()
  // Round 0 warms up.
  for (let round = 0; round <= rounds; round++) {
    console.error(`${runtime.version}, ${title}: round ${round} of ${rounds}`)
    for (let turn = 0; turn < names.length; turn++) {
      const name = names[(turn + round) % names.length]
      const { cpuMs, sum } = await runtime.run(name, url, total)
      sums.add(sum)
      if (round > 0) cpuTimes.get(name).push(cpuMs)
    }
  }
  if (sums.size > 1) throw new Error(`the contenders read different messages: ${[...sums].join(', ')}`)
  return cpuTimes
}

async function sectionOf(runtime, names, total) {
  const results = []
  for (const stream of STREAMS) results.push(await measure(runtime, names, total, stream))
  return { runtime: runtime.version, names, total, titles: STREAMS.map(({ title }) => title), results }
}

execFileSync(
  'pnpm',
  ['exec', 'turbo', 'run', 'build', '--filter=@headwater/compat...', '--output-logs=errors-only'],
  {
    cwd: fileURLToPath(new URL('..', import.meta.url)),
    stdio: ['ignore', 'ignore', 'inherit'],
  },
)
const folder = mkdtempSync(join(tmpdir(), 'headwater-compat-'))
await buildPage(folder)
const child = fork(fileURLToPath(new URL('./stream/server.mjs', import.meta.url)), [folder])
const [server] = await once(child, 'message')
const sections = []
try {
  const names = Object.keys(contenders)
  const both = args.node === args.chromium
  if (both || args.node) {
    const node = await startNode(names)
    sections.push(await sectionOf(node, names, total))
    await node.close()
  }
  if (both || args.chromium) {
    const inPage = [...names.filter((name) => name !== 'undici'), 'the browser’s own']
    const chromium = await startChromium(server.origin, inPage)
    sections.push(await sectionOf(chromium, inPage, total / 3))
    await chromium.close()
  }
} finally {
  child.disconnect()
  rmSync(folder, { recursive: true, force: true })
}
const report = compatReport({
  command: `pnpm bench compat --rounds ${rounds} --write`,
  machine: machine(),
  peers: versions(PEERS),
  total,
  rounds,
  sections,
})
console.log(report)
if (args.write) writeReport('compat', report)
