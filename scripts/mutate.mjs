#!/usr/bin/env node
// node scripts/mutate.mjs [area…]: mutation tests. Stryker changes the sources in one place at a time and runs the tests that
// cover it. An area fails if its tests notice too few of the changes. Reports are in .test-results/mutation.
import { Stryker } from '@stryker-mutator/core'
import { readFileSync } from 'node:fs'
import { relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { areas } from './mutation/stryker.config.mjs'

process.chdir(fileURLToPath(new URL('..', import.meta.url)))
const names = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(areas)
const unknown = names.find((name) => !areas[name])
if (unknown) throw new Error(`Unknown area "${unknown}". Areas: ${Object.keys(areas).join(', ')}`)

/** One line for a mutant: its place, the source and its replacement. */
function describe({ fileName, location: { start, end }, replacement }) {
  const lines = readFileSync(fileName, 'utf8')
    .split('\n')
    .slice(start.line - 1, end.line)
  lines.push(lines.pop().slice(0, end.column - 1))
  lines[0] = lines[0].slice(start.column - 1)
  const [source, mutated] = [lines.join(' '), replacement].map((text) => text.replaceAll(/\s+/g, ' '))
  return `  ${relative('.', fileName)}:${start.line} ${source.slice(0, 80)} → ${mutated.slice(0, 80)}`
}

async function run(name) {
  const { threshold, ...files } = areas[name]
  const report = (type) => ({ fileName: `.test-results/mutation/${name}.${type}` })
  const start = Date.now()
  const mutants = await new Stryker({
    ...files,
    configFile: 'scripts/mutation/stryker.config.mjs',
    htmlReporter: report('html'),
    jsonReporter: report('json'),
  }).runMutationTest()
  const having = (...statuses) => mutants.filter(({ status }) => statuses.includes(status))
  const killed = having('Killed', 'Timeout').length
  const survivors = having('Survived', 'NoCoverage')
  const score = (100 * killed) / (killed + survivors.length)
  if (survivors.length) console.log(`${name}: survivors\n${survivors.map(describe).join('\n')}`)
  const counts = `${killed} killed, ${survivors.length} survived, ${Math.round((Date.now() - start) / 1_000)} s`
  return {
    passes: score >= threshold,
    text: `${name}: mutation score ${score.toFixed(1)} % (threshold ${threshold}), ${counts}`,
  }
}

const summary = []
for (const name of names)
  try {
    summary.push(await run(name))
  } catch (error) {
    summary.push({ passes: false, text: `${name}: ${error.message}` })
  }
for (const { passes, text } of summary) console.log(`${passes ? '✔' : '✖'} ${text}`)
if (!summary.every(({ passes }) => passes)) process.exitCode = 1
