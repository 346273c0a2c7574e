// `pnpm bench client`: a million messages over loopback in Node, from the socket to the callback. Each client and the server
// run in their own process.
//   --messages <n>  default 1,000,000
//   --rounds <n>    default 7
//   --only <text>   only clients whose name contains the text, and the floor
//   --stream <text> only streams whose name contains the text: ticker, LLM, LLM single
//   --write         write the tables to bench/README.md
import { execFileSync, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { contenders, FLOOR } from './client/contenders.mjs'
import { median } from './parser/measure.mjs'
import { machine, markdown, versions, writeReport } from './report/tables.mjs'

const { values: args } = parseArgs({
  args: process.argv.slice(3),
  options: {
    messages: { type: 'string', default: '1000000' },
    rounds: { type: 'string', default: '7' },
    only: { type: 'string', default: '' },
    stream: { type: 'string', default: '' },
    write: { type: 'boolean', default: false },
  },
})
const total = Number(args.messages)
const rounds = Number(args.rounds)
const PEERS = ['eventsource', 'eventsource-client', '@microsoft/fetch-event-source', 'undici']
const names = Object.keys(contenders).filter((name) => name === FLOOR || name.includes(args.only))
const here = (path) => fileURLToPath(new URL(path, import.meta.url))

const WORKLOADS = [
  { name: 'ticker', kind: 'ticker', frame: 65_536, title: 'Ticker: 80 bytes per message, 64 KiB per chunk' },
  { name: 'LLM', kind: 'llm', frame: 65_536, title: 'LLM: 200 bytes per message, 64 KiB per chunk' },
  { name: 'LLM single', kind: 'llm', frame: 0, title: 'LLM: one message per chunk' },
]

async function start(script, scriptArgs, execArgv = []) {
  const child = fork(here(script), scriptArgs, { execArgv })
  child.on('exit', (code) => {
    if (code) throw new Error(`${script} ${scriptArgs} exited with ${code}`)
  })
  const [message] = await once(child, 'message')
  return { child, message }
}

async function run({ child }, task) {
  child.send(task)
  const [result] = await once(child, 'message')
  return result
}

execFileSync(
  'pnpm',
  ['exec', 'turbo', 'run', 'build', '--filter=@headwater/core', '--output-logs=errors-only'],
  {
    cwd: here('..'),
    stdio: ['ignore', 'ignore', 'inherit'],
  },
)
const server = await start('./stream/server.mjs', [])
const children = []
try {
  const sections = []
  for (const { name: workload, kind, frame, title } of WORKLOADS.filter(({ name }) =>
    name.includes(args.stream),
  )) {
    const url = `${server.message.origin}/stream?kind=${kind}&messages=${total}&frame=${frame}&ends`
    const results = []
    for (const name of names) {
      const child = await start('./client/in-child.mjs', [name], ['--expose-gc'])
      children.push(child)
      results.push({ name, child, cpuMs: [], ms: [], ratios: [] })
    }
    // Round 0 warms up.
    for (let round = 0; round <= rounds; round++) {
      console.error(`${workload}: round ${round} of ${rounds}`)
      const cpuTimes = new Map()
      for (let turn = 0; turn < results.length; turn++) {
        const result = results[(turn + round) % results.length]
        const { cpuMs, ms, sum } = await run(result.child, { url, total })
        result.sum = JSON.stringify(sum)
        if (round === 0) continue
        cpuTimes.set(result, cpuMs)
        result.cpuMs.push(cpuMs)
        result.ms.push(ms)
      }
      for (const [result, cpuMs] of cpuTimes) result.ratios.push(cpuMs / cpuTimes.get(results[0]))
    }
    for (const { child } of children.splice(0)) child.disconnect()
    const expected = results[1]?.sum
    const rows = results.map(({ name, cpuMs, ms, ratios, sum }) => [
      name,
      ((median(cpuMs) * 1000) / total).toFixed(2),
      median(ratios).toFixed(2),
      (median(ms) / 1000).toFixed(2),
      name === FLOOR ? '' : sum === expected ? 'all' : sum,
    ])
    const head = ['client', 'CPU, µs per message', '× the floor', 'seconds', 'messages']
    sections.push(`### ${title}\n\n${markdown(head, rows)}`)
  }
  const report = `Command: \`pnpm bench client --rounds ${rounds} --write\`, in Node ${process.versions.node},
on ${machine()}. Peers: ${versions(PEERS)}.

${total.toLocaleString('en')} messages per round. Medians of ${rounds} rounds, and of the ratios within a round. Target: at most 1.6 × the floor.

${sections.join('\n\n')}`
  console.log(report)
  if (args.write) writeReport('client', report)
} finally {
  for (const { child } of [...children, server]) if (child.connected) child.disconnect()
}
