// `pnpm bench compat`: the drop-ins beside their originals, from the socket to the handler, on the same bytes: each in a process
// of its own in Node and in a page of its own in Chromium, the server in another.
//   --messages <n>  300,000 by default; a third of them in Chromium
//   --rounds <n>    9 by default
//   --node, --chromium  only there
//   --write         put the tables into bench/README.md
import { execFileSync, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { contenders, PAIRS } from './compat/contenders.mjs'
import { buildPage, startChromium } from './compat/in-chromium.mjs'
import { startNode } from './compat/in-node.mjs'
import { median } from './parser/measure.mjs'
import { machine, markdown, versions, writeReport } from './report/tables.mjs'

const { values: given } = parseArgs({
  args: process.argv.slice(3),
  options: {
    messages: { type: 'string', default: '300000' },
    rounds: { type: 'string', default: '9' },
    node: { type: 'boolean', default: false },
    chromium: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
  },
})
const total = Number(given.messages)
const rounds = Number(given.rounds)
const PEERS = ['eventsource', 'event-source-polyfill', '@microsoft/fetch-event-source', 'undici']
const STREAMS = [
  { title: 'ticker', kind: 'ticker', frame: 65_536 },
  { title: 'LLM', kind: 'llm', frame: 65_536 },
  { title: 'LLM, a message a chunk', kind: 'llm', frame: 0 },
]

/** What each contender spent in each round on a stream, in milliseconds. */
async function measure(place, names, total, { title, kind, frame }) {
  const url = `${server.origin}/stream?kind=${kind}&messages=${total}&frame=${frame}`
  const spent = new Map(names.map((name) => [name, []]))
  const sums = new Set()
  // The first round warms up.
  for (let round = 0; round <= rounds; round++) {
    console.error(`${place.version}, ${title}: round ${round} of ${rounds}`)
    for (let turn = 0; turn < names.length; turn++) {
      const name = names[(turn + round) % names.length]
      const { cpuMs, sum } = await place.run(name, url, total)
      sums.add(sum)
      if (round > 0) spent.get(name).push(cpuMs)
    }
  }
  if (sums.size > 1) throw new Error(`not everybody read the same: ${[...sums].join(', ')}`)
  return spent
}

async function tablesOf(place, names, total) {
  const results = []
  for (const stream of STREAMS) results.push(await measure(place, names, total, stream))
  const heads = STREAMS.map(({ title }) => title)
  const speeds = names.map((name) => [
    name,
    ...results.map((spent) => ((median(spent.get(name)) * 1_000) / total).toFixed(2)),
  ])
  const ratios = PAIRS.filter(({ peer }) => names.includes(peer)).map(({ ours, peer, most }) => [
    `${ours} to ${peer}`,
    most?.toFixed(2) ?? '',
    ...results.map((spent) =>
      median(spent.get(ours).map((ms, round) => ms / spent.get(peer)[round])).toFixed(2),
    ),
  ])
  return `### ${place.version}

${markdown(['CPU, part of', 'at most', ...heads], ratios)}

${markdown(['CPU, µs a message', ...heads], speeds)}`
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
  const both = given.node === given.chromium
  if (both || given.node) {
    const node = await startNode(names)
    sections.push(await tablesOf(node, names, total))
    await node.close()
  }
  if (both || given.chromium) {
    const inPage = [...names.filter((name) => name !== 'undici'), 'the browser’s own']
    const chromium = await startChromium(server.origin, inPage)
    sections.push(await tablesOf(chromium, inPage, total / 3))
    await chromium.close()
  }
} finally {
  child.disconnect()
  rmSync(folder, { recursive: true, force: true })
}
const report = `Command: \`pnpm bench compat --rounds ${rounds} --write\`, on ${machine()}. Peers: ${versions(PEERS)}.

${total.toLocaleString('en')} messages in each round, a third of them in Chromium, 64 KiB a chunk unless it says otherwise; medians of ${rounds} rounds, and of the ratios within a round. In Node the
processor's time of the process counts, in Chromium what the page's main thread was busy.

${sections.join('\n\n')}`
console.log(report)
if (given.write) writeReport('compat', report)
