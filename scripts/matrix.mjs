#!/usr/bin/env node
// node scripts/matrix.mjs [name]: the tests under the oldest and newest versions that the peer ranges promise.
// Each row runs in a throw-away clone whose catalog is changed, so that the work tree stays as it is.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const [only] = process.argv.slice(2)

const rows = [
  {
    name: 'react 18.0',
    catalog: {
      react: '18.0.0',
      'react-dom': '18.0.0',
      '@types/react': '18.3.12',
      '@types/react-dom': '18.3.1',
    },
    env: { REACT_MAJOR: '18' },
    command: ['vitest', 'run', '--project=react'],
  },
  {
    name: 'react 18.3',
    catalog: {
      react: '18.3.1',
      'react-dom': '18.3.1',
      '@types/react': '18.3.12',
      '@types/react-dom': '18.3.1',
    },
    env: { REACT_MAJOR: '18' },
    command: ['vitest', 'run', '--project=react'],
  },
  ...['3.3.0', '3.5.45'].map((vue) => ({
    name: `vue ${vue}`,
    catalog: { vue },
    env: { VUE_MINOR: vue.slice(0, 3) },
    command: ['vitest', 'run', '--project=vue'],
  })),
  ...['4.0.0', '4.2.20'].map((svelte) => ({
    name: `svelte ${svelte}`,
    catalog: { svelte },
    env: { SVELTE_MAJOR: '4' },
    command: ['vitest', 'run', '--project=svelte'],
  })),
  ...['5.7.0', '5.57.3'].map((svelte) => ({
    name: `svelte ${svelte}`,
    catalog: { svelte },
    command: ['vitest', 'run', '--project=svelte'],
  })),
  ...['1.8.0', '1.9.19'].map((solid) => ({
    name: `solid ${solid}`,
    catalog: { 'solid-js': solid },
    env: { SOLID_MINOR: solid.slice(0, 3) },
    command: ['vitest', 'run', '--project=solid'],
  })),
  {
    name: 'two million messages through the faults',
    catalog: {},
    env: { HEADWATER_SOAK_SEEDS: '100' },
    command: ['vitest', 'run', '--project=core', 'packages/core/test/connection/soak.test.ts'],
  },
  {
    name: 'typescript 5.4, 5.9, 6 and 7 on what is published',
    command: ['node', 'scripts/published-types.mjs'],
  },
]

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
