#!/usr/bin/env node
// node scripts/matrix.mjs [name]: runs the tests under the oldest and newest versions of the peer ranges.
// Each row runs in a temporary clone with other versions in it, so the work tree stays unchanged.
import { spawnSync } from 'node:child_process'
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
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

const failures = []
let passed = 0
for (const { name, catalog = {}, env, command } of rows.filter((row) => !only || row.name.includes(only))) {
  console.log(`\n▸ ${name}`)
  const clone = mkdtempSync(join(tmpdir(), 'headwater-matrix-'))
  try {
    run('git', ['clone', '--quiet', '--local', root, clone])
    for (const [dependency, version] of Object.entries(catalog)) setVersion(clone, dependency, version)
    // The lock file of the clone may change.
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
