#!/usr/bin/env node
// node docs/site/assemble.mjs <folder>: builds the docs of this work tree into a folder, and those of each version in versions.json
// into a folder below it, from the tag of the release. DOCS_BASE is the path of the site on its host; default `/`.
import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))
const [folder] = process.argv.slice(2)
if (!folder) throw new Error('Name the folder to write to.')
const out = resolve(folder)
const base = process.env['DOCS_BASE'] ?? '/'

function run(cwd, env, command, ...args) {
  const { status } = spawnSync(command, args, { cwd, stdio: 'inherit', env: { ...process.env, ...env } })
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: exit code ${status}`)
}

/** Builds and checks the docs of a work tree, and copies them. */
function build(tree, target, env) {
  const docs = join(tree, 'docs')
  for (const script of ['site/build.mjs build', 'site/check.mjs'])
    run(docs, env, 'node', ...script.split(' '))
  cpSync(join(docs, '.vitepress/dist'), target, { recursive: true })
}

rmSync(out, { recursive: true, force: true })
build(root, out, { DOCS_BASE: base })
for (const version of JSON.parse(readFileSync(join(root, 'docs/versions.json'), 'utf8'))) {
  const tree = mkdtempSync(join(tmpdir(), 'headwater-docs-'))
  try {
    run(root, {}, 'git', 'worktree', 'add', '--detach', tree, `@headwater/core@${version}`)
    run(tree, {}, 'pnpm', 'install', '--frozen-lockfile', '--ignore-scripts')
    build(tree, join(out, version), { DOCS_BASE: `${base}${version}/`, DOCS_VERSION: version })
  } finally {
    spawnSync('git', ['worktree', 'remove', '--force', tree], { cwd: root })
  }
}
