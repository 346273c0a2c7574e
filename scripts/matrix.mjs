#!/usr/bin/env node
// node scripts/matrix.mjs [name]: runs the tests under the oldest and newest versions of the peer ranges.
// Each row runs in a temporary clone with other versions in it, so the work tree stays unchanged. Two rows run at a time,
// except those that are marked `alone`.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { rows } from './matrix-rows.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const [only] = process.argv.slice(2)

/** Runs a command, and returns what it has written. Throws with it if the command fails. */
async function run(command, args, cwd, env = {}) {
  const child = spawn(command, args, {
    cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text) => (output += text))
  const [code] = await once(child, 'close')
  if (code === 0) return output
  throw new Error(`${command} ${args.join(' ')}: exit code ${code}`, { cause: output })
}

/** Replaces a dependency's version in the catalog, or in the manifests that name a version themselves. */
function setVersion(clone, dependency, version) {
  let found = false
  const replace = (file, line, replacement) => {
    const before = readFileSync(file, 'utf8')
    if (!line.test(before)) return
    found = true
    writeFileSync(file, before.replace(line, replacement))
  }
  replace(
    join(clone, 'pnpm-workspace.yaml'),
    new RegExp(`^  ["']?${dependency}["']?: .*$`, 'm'),
    `  "${dependency}": ${version}`,
  )
  if (!found)
    for (const path of globSync('{packages,apps}/*/package.json', { cwd: clone }))
      replace(
        join(clone, path),
        new RegExp(`("devDependencies": \\{[^}]*"${dependency}": )"[^"]*"`),
        `$1"${version}"`,
      )
  if (!found) throw new Error(`Neither the catalog nor a package has the dev dependency ${dependency}.`)
}

/** Runs a row in a temporary clone. Returns true if it has passed. */
async function runRow({ name, catalog = {}, env, command }) {
  const start = Date.now()
  const report = (mark, output) =>
    console.log(`\n▸ ${name}\n${output}\n${mark} ${name}  ${Math.round((Date.now() - start) / 1_000)} s`)
  const clone = mkdtempSync(join(tmpdir(), 'headwater-matrix-'))
  try {
    await run('git', ['clone', '--quiet', '--local', root, clone])
    for (const [dependency, version] of Object.entries(catalog)) setVersion(clone, dependency, version)
    // The lock file of the clone may change.
    await run(
      'pnpm',
      ['install', '--no-frozen-lockfile', '--prefer-offline', '--ignore-scripts', '--silent'],
      clone,
    )
    report('✔', await run('pnpm', ['exec', ...command], clone, env))
    return true
  } catch (error) {
    report('✖', `${error.cause ?? ''}\n${error.message}`)
    return false
  } finally {
    rmSync(clone, { recursive: true, force: true })
  }
}

const selected = rows.filter((row) => !only || row.name.includes(only))
const failed = []
/** Runs rows, so many at a time. */
async function runAll(list, lanes) {
  const queue = [...list]
  const runNext = async () => {
    for (let row = queue.shift(); row; row = queue.shift()) if (!(await runRow(row))) failed.push(row.name)
  }
  await Promise.all(Array.from({ length: lanes }, runNext))
}

// Rows that measure time run alone.
await runAll(
  selected.filter(({ alone }) => !alone),
  2,
)
await runAll(
  selected.filter(({ alone }) => alone),
  1,
)
console.log(
  `\n${failed.map((name) => `✖ ${name}\n`).join('')}matrix: ${selected.length - failed.length} passed, ${failed.length} failed`,
)
process.exitCode = selected.length > 0 && failed.length === 0 ? 0 : 1
