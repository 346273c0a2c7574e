// The report of `pnpm bench market`.
import { markdown } from './tables.mjs'

/** Returns the report. `results` has the figures of each framework. */
export function marketReport({ command, machine, browser, seconds, warmUpSeconds, results }) {
  const table = markdown(
    ['', ...results.map(({ app }) => app)],
    [
      ['messages', ({ messages }) => messages.toLocaleString('en')],
      ['messages per second, at the end', ({ messagesPerSecond }) => messagesPerSecond.toLocaleString('en')],
      ['renders per second, at the end', ({ rendersPerSecond }) => rendersPerSecond],
      ['frames per second', ({ framesPerSecond }) => framesPerSecond.toFixed(1)],
      ['tasks over 50 ms, including paint', ({ tasksOver50 }) => tasksOver50],
      ['longest task, ms', ({ longestTask }) => longestTask.toFixed(1)],
      ['longest script, ms', ({ longestScript }) => longestScript.toFixed(1)],
      ['scripts, ms per second', ({ scripts }) => scripts.toFixed(0)],
      ['style, layout and paint, ms per second', ({ rendering }) => rendering.toFixed(0)],
      ['whole main thread, ms per second', ({ all }) => all.toFixed(0)],
      [`heap after ${warmUpSeconds} s, MB`, ({ early }) => early.toFixed(1)],
      ['heap at the end, MB', ({ late }) => late.toFixed(1)],
    ].map(([label, cell]) => [label, ...results.map(cell)]),
  )
  return `Command: \`${command}\`, on ${machine}, ${browser}, ${seconds} s per framework.\n\n${table}`
}
