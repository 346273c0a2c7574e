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
import { clientReport } from './report/client.mjs'
import { machine, versions, writeReport } from './report/tables.mjs'

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
    sections.push({ title, results })
  }
  const report = clientReport({
    command: `pnpm bench client --rounds ${rounds} --write`,
    runtime: `Node ${process.versions.node}`,
    machine: machine(),
    peers: versions(PEERS),
    total,
    rounds,
    sections,
  })
  console.log(report)
  if (args.write) writeReport('client', report)
} finally {
  for (const { child } of [...children, server]) if (child.connected) child.disconnect()
}
