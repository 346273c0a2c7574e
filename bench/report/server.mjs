// The report of `pnpm bench server`.
import { median } from '../parser/measure.mjs'
import { FLOOR, OURS } from '../server/contenders.mjs'
import { markdown } from './tables.mjs'

const thousands = (number) => Math.round(number).toLocaleString('en')
const kib = (bytes) => (bytes / 1024).toFixed(1)
const met = (yes) => (yes ? 'Met.' : '**Missed.**')

/**
 * Returns the report. A result has the loads of a server, in the order of `loads`, its `heaps` and its `delay`; a replay has the
 * number of messages that came, and the memory that it took.
 */
export function serverReport({ command, runtime, machine, peers, readers, rounds, loads, results, replays }) {
  const sections = loads.map(({ perTurn }, index) => loadSection(perTurn, index, results))
  return `Command: \`${command}\`, in ${runtime},
on ${machine}. Peers: ${peers}.

${thousands(readers)} readers, messages of 200 bytes. Medians of ${rounds} rounds, and of the ratios within a round. At most 20 turns are on
their way to the readers, who count each message. CPU time is that of the process of the server.

${sections.join('\n\n')}

### Delay and memory

The delay from \`publish\` to the reader, at half of the deliveries a second that the server has reached with one message a turn.

${delays(results)}

${targets(results)}

### Replay to one reader

${replayTable(replays)}`
}

function loadSection(perTurn, index, results) {
  const table = markdown(
    ['server', 'CPU, µs a delivery', 'deliveries a CPU second', '× the floor', 'deliveries a second'],
    results.map(({ name, loads }) => {
      const { cpuMicros, perSecond, ratios } = loads[index]
      const micros = median(cpuMicros)
      return [
        name,
        micros.toFixed(2),
        thousands(1e6 / micros),
        median(ratios).toFixed(2),
        thousands(median(perSecond)),
      ]
    }),
  )
  return `### ${perTurn === 1 ? 'One message' : `${perTurn} messages`} a turn\n\n${table}`
}

const delays = (results) =>
  markdown(
    ['server', 'deliveries a second', 'p50, ms', 'p99, ms', 'heap a reader, KiB'],
    results.map(({ name, delay, heaps }) => [
      name,
      thousands(delay.perSecond),
      delay.p50.toFixed(1),
      delay.p99.toFixed(1),
      kib(median(heaps)),
    ]),
  )

function targets(results) {
  const ours = results.find(({ name }) => name === OURS)
  if (!ours) return ''
  const perCpuSecond = (result, index) => 1 / median(result.loads[index].cpuMicros)
  const ratio = (result, index) => median(result.loads[index].ratios)
  const [one, ten] = [ratio(ours, 0), ratio(ours, 1)]
  const others = results.filter(({ name }) => name !== OURS && name !== FLOOR)
  const best = Math.max(0, ...others.map((result) => ratio(result, 0)))
  const heap = median(ours.heaps)
  const gain = perCpuSecond(ours, 1) / perCpuSecond(results[0], 0)
  return `- Target: with one message a turn, at least 0.95 × the floor, and more than each library. Measured: ${one.toFixed(2)} ×, the best library ${best.toFixed(2)} ×. ${met(one >= 0.95 && one > best)}
- Target: with ten messages a turn, at least 4 × the deliveries of the floor with one message a turn. Measured: ${gain.toFixed(2)} ×. ${met(gain >= 4)}
  Beside the floor with ten messages a turn: ${ten.toFixed(2)} ×. Node gathers the writes of one turn, so the floor makes one system call for ten messages, too.
- Target: at most 8 KiB of heap a reader. Measured: ${kib(heap)} KiB. ${met(heap <= 8192)}`
}

const replayTable = (replays) =>
  markdown(
    ['log', 'messages', 'ms', 'memory before, MiB', 'growth at most, MiB'],
    replays.map(({ name, count, total, ms, before, growth }) => [
      `\`${name}\``,
      count === total ? thousands(total) : `**${thousands(count)} of ${thousands(total)}**`,
      thousands(ms),
      (before / 2 ** 20).toFixed(1),
      (growth / 2 ** 20).toFixed(1),
    ]),
  )
