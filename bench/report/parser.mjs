// The report of `pnpm bench parser`.
import { geometricMean } from '../parser/measure.mjs'
import { BASE, COPYING, OURS } from '../parser/names.mjs'
import { markdown } from './tables.mjs'

/**
 * Returns the report. `runs` has a run of headwater and its peer for each runtime, `apart` one with
 * each of them in its own process, `copies` is a run with copied messages and
 * `all` a run of all parsers. A run is `{ runtime, table }`; its table has the results of each workload.
 */
export function parserReport({ command, machine, peers, rounds, workloads, runs, apart, copies, all }) {
  return `Command: \`${command}\`,
on ${machine}. Peers: ${peers}.

### ${OURS} against ${BASE}

Ratio of the throughputs within a round. Median of ${rounds} interleaved rounds. Above 1, ${OURS} is faster.

${ratios(workloads, runs, OURS)}

With each parser alone in its process (median of three pairs of processes):

${ratios(workloads, [apart], OURS)}

With every message copied out of its chunk by \`copyMessage\`:

${ratios(workloads, [copies], COPYING)}

### All parsers in one process, ${all.runtime}

${workloads.map(({ name }, index) => `${index + 1} ${name}`).join(' · ')}

${speeds(workloads, all)}

${checksums(all)}`
}

function ratios(workloads, runs, name) {
  const of = (run, index) => run.table[index].find((result) => result.name === name).ratio
  const mean = (run) => geometricMean(workloads.map((_, index) => of(run, index)))
  return markdown(
    ['workload', ...runs.map((run) => run.runtime)],
    [
      ...workloads.map((workload, index) => [workload.name, ...runs.map((run) => of(run, index).toFixed(2))]),
      ['geometric mean', ...runs.map((run) => mean(run).toFixed(2))],
    ],
  )
}

function speeds(workloads, { table }) {
  const size = (speed) => (speed >= 10 ? speed.toFixed(0) : speed.toFixed(1))
  return markdown(
    ['MiB/s', ...workloads.map((_, index) => `${index + 1}`)],
    table[0].map(({ name }, contender) => [
      name,
      ...table.map(
        (results) => `${size(results[contender].mibPerSecond)}${results[contender].differs ? ' †' : ''}`,
      ),
    ]),
  )
}

const checksums = ({ table }) =>
  table.flat().some(({ differs }) => differs)
    ? `† delivers different messages than ${BASE}: the checksums differ.`
    : 'All parsers deliver the same messages: the checksums are equal.'
