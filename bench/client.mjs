// `pnpm bench client`: a million messages over loopback in Node, from the socket to the callback, each client in a process of its
// own and the server in another.
//   --messages <n>  1,000,000 by default
//   --rounds <n>    7 by default
//   --only <text>   only the clients that have this in their name, and the floor
//   --stream <text> only the streams that have this in their name: ticker, LLM, LLM apart
//   --write         put the table into bench/README.md
import { execFileSync, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { contenders, FLOOR } from './client/contenders.mjs'
import { median } from './parser/measure.mjs'
import { machine, markdown, versions, writeReport } from './report/tables.mjs'

const { values: given } = parseArgs({
  args: process.argv.slice(3),
  options: {
    messages: { type: 'string', default: '1000000' },
    rounds: { type: 'string', default: '7' },
    only: { type: 'string', default: '' },
    stream: { type: 'string', default: '' },
    write: { type: 'boolean', default: false },
  },
})
const total = Number(given.messages)
const rounds = Number(given.rounds)
const PEERS = ['eventsource', 'eventsource-client', '@microsoft/fetch-event-source', 'undici']
const names = Object.keys(contenders).filter((name) => name === FLOOR || name.includes(given.only))
const here = (path) => fileURLToPath(new URL(path, import.meta.url))

const WORKLOADS = [
  { name: 'ticker', kind: 'ticker', frame: 65_536, title: 'A ticker: 80 bytes a message, 64 KiB a chunk' },
  { name: 'LLM', kind: 'llm', frame: 65_536, title: 'An LLM: 200 bytes a message, 64 KiB a chunk' },
  { name: 'LLM apart', kind: 'llm', frame: 0, title: 'An LLM: a message a chunk' },
]

async function start(script, args, execArgv = []) {
  const child = fork(here(script), args, { execArgv })
  child.on('exit', (code) => {
    if (code) throw new Error(`${script} ${args} ended with ${code}`)
  })
  const [said] = await once(child, 'message')
  return { child, said }
}

async function ask({ child }, question) {
  child.send(question)
  const [answer] = await once(child, 'message')
  return answer
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
    name.includes(given.stream),
  )) {
    const url = `${server.said.origin}/stream?kind=${kind}&messages=${total}&frame=${frame}&ends`
    const results = []
    for (const name of names) {
      const child = await start('./client/in-child.mjs', [name], ['--expose-gc'])
      children.push(child)
      results.push({ name, child, cpuMs: [], ms: [], ratios: [] })
    }
    // The first round warms up, and says what everybody is to have read.
    for (let round = 0; round <= rounds; round++) {
      console.error(`${workload}: round ${round} of ${rounds}`)
      const spent = new Map()
      for (let turn = 0; turn < results.length; turn++) {
        const result = results[(turn + round) % results.length]
        const { cpuMs, ms, sum } = await ask(result.child, { url, total })
        result.sum = JSON.stringify(sum)
        if (round === 0) continue
        spent.set(result, cpuMs)
        result.cpuMs.push(cpuMs)
        result.ms.push(ms)
      }
      for (const [result, cpuMs] of spent) result.ratios.push(cpuMs / spent.get(results[0]))
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
    const head = ['client', 'CPU, µs a message', '× the floor', 'seconds', 'messages']
    sections.push(`### ${title}\n\n${markdown(head, rows)}`)
  }
  const report = `Command: \`pnpm bench client --rounds ${rounds} --write\`, in Node ${process.versions.node},
on ${machine()}. Peers: ${versions(PEERS)}.

${total.toLocaleString('en')} messages in each round; medians of ${rounds} rounds, and of the ratios within a round. To reach: at most 1.6 × the floor.

${sections.join('\n\n')}`
  console.log(report)
  if (given.write) writeReport('client', report)
} finally {
  for (const { child } of [...children, server]) if (child.connected) child.disconnect()
}
