// `pnpm bench server`: a channel with many readers over loopback, beside other libraries. Each server runs in its own process, and
// the readers in another one.
//   --readers <n>   default 1,000
//   --turns <n>     turns of a round, default 200
//   --rounds <n>    default 5
//   --seconds <n>   for which the delay is measured, default 10
//   --replay <n>    messages that one reader is sent from the log, default 100,000
//   --only <text>   only servers whose name contains the text, and the floor
//   --write         write the tables to bench/README.md
import { execFileSync, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { serverReport } from './report/server.mjs'
import { machine, versions, writeReport } from './report/tables.mjs'
import { contenders, FLOOR } from './server/contenders.mjs'

const { values: args } = parseArgs({
  args: process.argv.slice(3),
  options: {
    readers: { type: 'string', default: '1000' },
    turns: { type: 'string', default: '200' },
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '10' },
    replay: { type: 'string', default: '100000' },
    only: { type: 'string', default: '' },
    write: { type: 'boolean', default: false },
  },
})
const [readers, turns, rounds, seconds, replay] = ['readers', 'turns', 'rounds', 'seconds', 'replay'].map(
  (name) => Number(args[name]),
)
const PEERS = ['better-sse', '@fastify/sse', 'fastify', 'hono', '@hono/node-server']
const names = Object.keys(contenders).filter((name) => name === FLOOR || name.includes(args.only))
const here = (path) => fileURLToPath(new URL(path, import.meta.url))
/** Turns that may be on their way. */
const WINDOW = 20
/** Messages of a turn, and the part of the turns that are made. */
const LOADS = [
  { perTurn: 1, turns },
  { perTurn: 10, turns: turns / 4 },
]

const children = []
async function start(script, ...scriptArgs) {
  const child = fork(here(script), scriptArgs, { execArgv: ['--expose-gc'] })
  children.push(child)
  child.on('exit', (code) => {
    if (code) throw new Error(`${script} ${scriptArgs} exited with ${code}`)
  })
  const [{ port }] = await once(child, 'message')
  return { child, port }
}

async function run({ child }, task, options) {
  child.send({ task, ...options })
  for (;;) {
    const [{ result }] = await once(child, 'message')
    if (result !== undefined) return result
  }
}

/** Connects readers to a server while a function runs. Checks that all messages came. */
async function withReaders(result, expected, measure) {
  await run(clients, 'connect', { port: result.server.port, readers })
  connected = result.server
  const heap = await run(result.server, 'heap', { readers })
  const measured = await measure()
  const { count } = await run(clients, 'disconnect')
  connected = undefined
  // The measurement of the heap publishes one.
  if (count !== (expected + 1) * readers)
    throw new Error(`${result.name}: ${count} deliveries instead of ${(expected + 1) * readers}`)
  const without = await run(result.server, 'heap', { readers: 0 })
  result.heaps.push((heap - without) / readers)
  return measured
}

async function measureLoad(results, index) {
  const { perTurn, turns } = LOADS[index]
  // Round 0 warms up.
  for (let round = 0; round <= rounds; round++) {
    console.error(`${perTurn} a turn: round ${round} of ${rounds}`)
    const cpuTimes = new Map()
    for (let at = 0; at < results.length; at++) {
      const result = results[(at + round) % results.length]
      const { cpuMs, ms } = await withReaders(result, turns * perTurn, () =>
        run(result.server, 'run', { turns, perTurn, window: WINDOW / perTurn }),
      )
      if (round === 0) continue
      const deliveries = turns * perTurn * readers
      cpuTimes.set(result, cpuMs)
      result.loads[index].cpuMicros.push((cpuMs * 1000) / deliveries)
      result.loads[index].perSecond.push((deliveries * 1000) / ms)
    }
    for (const [result, cpuMs] of cpuTimes) result.loads[index].ratios.push(cpuTimes.get(results[0]) / cpuMs)
  }
}

/** Publishes at half of the rate that the server has reached, and measures the delay until the readers have the message. */
async function measureDelay(result) {
  const intervalMs = (2 * 1000 * readers) / Math.max(...result.loads[0].perSecond)
  const messages = Math.ceil((seconds * 1000) / intervalMs)
  console.error(`${result.name}: ${messages} messages, ${intervalMs.toFixed(1)} ms apart`)
  result.delay = await withReaders(result, messages, async () => {
    await run(clients, 'measure')
    await run(result.server, 'pace', { messages, intervalMs })
    return run(clients, 'delays')
  })
  result.delay.perSecond = (readers * 1000) / intervalMs
}

execFileSync(
  'pnpm',
  ['exec', 'turbo', 'run', 'build', '--filter=@headwater/server', '--output-logs=errors-only'],
  { cwd: here('..'), stdio: ['ignore', 'ignore', 'inherit'] },
)
const clients = await start('./server/clients.mjs')
/** Server that the readers are connected to. */
let connected
clients.child.on('message', ({ delivered }) => {
  if (delivered && connected) connected.child.send({ task: 'delivered', count: delivered })
})
try {
  const results = []
  for (const name of names) {
    const server = await start('./server/in-child.mjs', name)
    const loads = LOADS.map(() => ({ cpuMicros: [], perSecond: [], ratios: [] }))
    results.push({ name, server, heaps: [], loads })
  }
  for (const index of LOADS.keys()) await measureLoad(results, index)
  for (const result of results) await measureDelay(result)
  const replays = []
  if (replay > 0)
    for (const log of ['memoryLog', 'sqliteLog']) {
      console.error(`replay from ${log}`)
      const child = fork(here('./server/replay.mjs'), [log, String(replay)], { execArgv: ['--expose-gc'] })
      children.push(child)
      replays.push((await once(child, 'message'))[0])
    }
  const report = serverReport({
    command: `pnpm bench server --rounds ${rounds} --write`,
    runtime: `Node ${process.versions.node}`,
    machine: machine(),
    peers: versions(PEERS),
    readers,
    rounds,
    loads: LOADS,
    results,
    replays,
  })
  console.log(report)
  if (args.write) writeReport('server', report)
} finally {
  for (const child of children) if (child.connected) child.disconnect()
}
