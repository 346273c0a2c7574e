// The report of `pnpm bench views`. Results are maps from the name of a contender to its results, one per round.
import { median } from '../parser/measure.mjs'
import { BINDINGS, BY_HAND, CORE, NAMES } from '../views/names.mjs'
import { markdown } from './tables.mjs'

export function viewsReport({ command, browser, machine, peers, sections }) {
  return `Command: \`${command}\`, in ${browser},
on ${machine}. ${peers}. The packages and the page are production builds.

${sections.join('\n\n')}`
}

const middle = (results, key) => median(results.map((result) => result[key]))
const most = (results, key) => Math.max(...results.map((result) => result[key]))
const tasksOver50 = (results) => median(results.map(({ longTasks }) => longTasks.length))
const missing = (results) => [...new Set(results.map((result) => result.missing))].join('; ').slice(0, 60)
const met = (yes) => (yes ? 'Met.' : '**Missed.**')

/** Returns the section on a burst. `traces` has the longest tasks of the traced rounds. */
export function burstSection({ total, rounds, results, traces }) {
  const of = (name) => results.get(name)
  const ratio = (name) => median(of(name).map(({ ms }, round) => ms / of(CORE)[round].ms))
  const table = markdown(
    [
      'view',
      'renders',
      'frames',
      'last message shown after, ms',
      '× nothing mounted',
      'main thread, CPU ms',
      'longest task, CPU ms',
      'tasks over 50 ms',
      'missing',
    ],
    [...results.keys()].map((name) => [
      NAMES[name],
      middle(of(name), 'renders'),
      middle(of(name), 'frames'),
      middle(of(name), 'ms').toFixed(0),
      ratio(name).toFixed(2),
      middle(of(name), 'mainMs').toFixed(0),
      middle(traces.get(name), 'cpuMs').toFixed(1),
      tasksOver50(of(name)),
      // VueUse has no fold: it only shows the last message.
      name === 'vueuse' ? '' : missing(of(name)) || 'none',
    ]),
  )
  const ours = BINDINGS.map(of)
  const fewer = (key, name) =>
    Math.min(...ours.map((results) => middle(of(name), key) / middle(results, key)))
  const extra = Math.max(...ours.flat().map(({ renders, frames }) => renders - frames))
  const slowest = Math.max(...BINDINGS.map(ratio))
  const longest = Math.max(...BINDINGS.map((name) => most(traces.get(name), 'cpuMs')))
  const less = fewer('mainMs', BY_HAND)
  const fewerRenders = fewer('renders', 'vueuse')
  return `### A burst of ${total.toLocaleString('en')} messages

The fold parses each message and checks that it follows the message before it. Medians of ${rounds} rounds, each in a new page. The CPU time is
that of the page's main thread. The longest task comes from three additional traced rounds.

${table}

- Target: at most two more renders than frames. Measured: ${extra > 0 ? `at most ${extra} more` : 'no more'}. ${met(extra <= 2)}
- Target: shows the last message within 1.3 × the time with nothing mounted. Measured: ${slowest.toFixed(2)} ×. ${met(slowest <= 1.3)}
- Target: no task over 50 ms. Measured: at most ${longest.toFixed(1)} ms of CPU time. ${met(longest <= 50)}
- Target: no message missing. ${met(ours.flat().every((result) => result.missing === ''))}
- Target: 5 × less main-thread time than React with \`useState\` per message. Measured: ${less.toFixed(1)} × less. ${met(less >= 5)}
- Target: 20 × fewer renders than VueUse. Measured: ${fewerRenders.toFixed(0)} × fewer. ${met(fewerRenders >= 20)} A burst cannot show this for \`useState\` per message:
  Chromium delivers all messages of a network chunk in one task, and React renders once after it. See the steady stream.`
}

/** Returns the section on messages that are sent separately, at a constant rate. */
export function steadySection({ rate, seconds, results }) {
  const of = (name) => results.get(name)
  const table = markdown(
    ['view', 'renders', 'frames', 'main thread, CPU ms per second', 'tasks over 50 ms', 'missing'],
    [...results.keys()].map((name) => [
      NAMES[name],
      middle(of(name), 'renders'),
      middle(of(name), 'frames'),
      median(of(name).map(({ mainMs, ms }) => (mainMs * 1000) / ms)).toFixed(0),
      tasksOver50(of(name)),
      name === 'vueuse' ? '' : missing(of(name)) || 'none',
    ]),
  )
  const fewer = Math.min(
    ...BINDINGS.map((name) => middle(of(BY_HAND), 'renders') / middle(of(name), 'renders')),
  )
  return `### A steady stream of ${rate.toLocaleString('en')} messages per second, each sent separately

For ${seconds} seconds. Medians of two rounds.

${table}

- Target: 20 × fewer renders than React with \`useState\` per message. Measured: ${fewer.toFixed(1)} × fewer. ${met(fewer >= 20)}`
}

/** Returns the section on long lists. `columns` is a map from the length of a stream to its results. */
export function historySection({ columns }) {
  const totals = [...columns.keys()]
  const names = [...columns.get(totals[0]).keys()]
  const micros = (total, name) => (middle(columns.get(total).get(name), 'mainMs') * 1000) / total
  const growth = (name) => micros(totals.at(-1), name) / micros(totals[0], name)
  const table = markdown(
    [
      'view',
      ...totals.map((total) => `CPU µs per message, stream of ${total.toLocaleString('en')}`),
      'growth',
      'missing',
    ],
    names.map((name) => [
      name === BY_HAND ? 'React, `[...list, message]`' : NAMES[name],
      ...totals.map((total) => micros(total, name).toFixed(2)),
      `${growth(name).toFixed(2)} ×`,
      missing(totals.flatMap((total) => columns.get(total).get(name))) || 'none',
    ]),
  )
  const steepest = Math.max(...BINDINGS.map(growth))
  return `### \`history(50_000)\`

CPU time of the main thread per message, in streams of increasing length. If this time stays flat, the list is not copied for each message.

${table}

- Target: flat time per message. Measured: with four times as many messages, each costs at most ${steepest.toFixed(2)} × as much. ${met(steepest <= 1.1)}`
}
