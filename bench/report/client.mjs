// The report of `pnpm bench client`.
import { FLOOR } from '../client/contenders.mjs'
import { median } from '../parser/measure.mjs'
import { markdown } from './tables.mjs'

/** Returns the report. A section is `{ title, results }`; a result has the times, ratios and checksum of a client. */
export function clientReport({ command, runtime, machine, peers, total, rounds, sections }) {
  return `Command: \`${command}\`, in ${runtime},
on ${machine}. Peers: ${peers}.

${total.toLocaleString('en')} messages per round. Medians of ${rounds} rounds, and of the ratios within a round. Target: at most 1.6 × the floor.

${sections.map(({ title, results }) => `### ${title}\n\n${table(total, results)}`).join('\n\n')}`
}

function table(total, results) {
  const expected = results[1]?.sum
  return markdown(
    ['client', 'CPU, µs per message', '× the floor', 'seconds', 'messages'],
    results.map(({ name, cpuMs, ms, ratios, sum }) => [
      name,
      ((median(cpuMs) * 1000) / total).toFixed(2),
      median(ratios).toFixed(2),
      (median(ms) / 1000).toFixed(2),
      name === FLOOR ? '' : sum === expected ? 'all' : sum,
    ]),
  )
}
