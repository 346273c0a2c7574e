#!/usr/bin/env node
// node scripts/matrix.mjs [name]: the tests under the oldest and newest versions that the peer ranges promise.
// Each row runs in a throw-away clone whose catalog is changed, so that the work tree stays as it is.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { rows } from './matrix-rows.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const [only] = process.argv.slice(2)

const run = (command, args, cwd, env = {}) => {
  const { status, error } = spawnSync(command, args, {
    cwd,
    stdio: 'inherit',
    env: { ...process.env, ...env },
  })
  if (status !== 0)
    throw new Error(`${command} ${args.join(' ')}: ${error?.message ?? `exit code ${status}`}`)
}

const failures = []
let passed = 0
for (const { name, catalog = {}, env, command } of rows.filter((row) => !only || row.name.includes(only))) {
  console.log(`\n▸ ${name}`)
  const clone = mkdtempSync(join(tmpdir(), 'headwater-matrix-'))
  try {
    run('git', ['clone', '--quiet', '--local', root, clone])
    const path = join(clone, 'pnpm-workspace.yaml')
    let workspace = readFileSync(path, 'utf8')
    for (const [dependency, version] of Object.entries(catalog)) {
      const line = new RegExp(`^  ["']?${dependency}["']?: .*$`, 'm')
      if (!line.test(workspace)) throw new Error(`the catalog has no ${dependency}`)
      workspace = workspace.replace(line, `  "${dependency}": ${version}`)
    }
    writeFileSync(path, workspace)
    // The lock file of the clone is allowed to change.
    run(
      'pnpm',
      ['install', '--no-frozen-lockfile', '--prefer-offline', '--ignore-scripts', '--silent'],
      clone,
    )
    run('pnpm', ['exec', ...command], clone, env)
    passed++
  } catch (error) {
    failures.push(`${name}: ${error.message}`)
  } finally {
    rmSync(clone, { recursive: true, force: true })
  }
}
console.log(
  `\n${failures.map((failure) => `✖ ${failure}\n`).join('')}matrix: ${passed} passed, ${failures.length} failed`,
)
process.exitCode = failures.length === 0 ? 0 : 1
