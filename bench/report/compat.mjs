// The report of `pnpm bench compat`.
import { PAIRS } from '../compat/contenders.mjs'
import { median } from '../parser/measure.mjs'
import { markdown } from './tables.mjs'

/** Returns the report. A section is `{ runtime, names, total, titles, results }`. */
export function compatReport({ command, machine, peers, total, rounds, sections }) {
  return `Command: \`${command}\`, on ${machine}. Peers: ${peers}.

${total.toLocaleString('en')} messages per round, a third of that in Chromium. 64 KiB per chunk unless stated otherwise. Medians of ${rounds} rounds, and of the ratios within a round.
In Node, the CPU time is that of the process. In Chromium, it is that of the page's main thread.

${sections.map(section).join('\n\n')}`
}

/** Formats the results in a runtime. `results` has a map for each stream, from the name of a contender to its CPU times. */
function section({ runtime, names, total, titles, results }) {
  const speeds = names.map((name) => [
    name,
    ...results.map((cpuTimes) => ((median(cpuTimes.get(name)) * 1_000) / total).toFixed(2)),
  ])
  const ratios = PAIRS.filter(({ peer }) => names.includes(peer)).map(({ ours, peer, most }) => [
    `${ours} to ${peer}`,
    most?.toFixed(2) ?? '',
    ...results.map((cpuTimes) =>
      median(cpuTimes.get(ours).map((ms, round) => ms / cpuTimes.get(peer)[round])).toFixed(2),
    ),
  ])
  return `### ${runtime}

${markdown(['CPU ratio', 'at most', ...titles], ratios)}

${markdown(['CPU, µs per message', ...titles], speeds)}`
}
