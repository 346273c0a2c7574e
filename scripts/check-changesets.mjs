#!/usr/bin/env node
// node scripts/check-changesets.mjs [--since <commit>]: what changes the sources of a published package is told to its users.
// Without a commit, everything since the last release counts.
import { spawnSync } from 'node:child_process'
import { globSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { publishedPackages } from './published.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const git = (...args) => {
  const { status, stdout, stderr } = spawnSync('git', args, { cwd: root, encoding: 'utf8' })
  if (status !== 0) throw new Error(`git ${args.join(' ')}\n${stderr}`)
  return stdout.split('\n').filter(Boolean)
}
/** What git compares with where nothing was released yet. */
const nothing = '4b825dc642cb6eb9a060e54bf8d69288fbee4904'

const packages = publishedPackages(root)
const at = process.argv.indexOf('--since')
// A release takes the changesets and writes the changelogs.
const [release = nothing] = git('log', '-1', '--format=%H', '--', 'packages/core/CHANGELOG.md')
const since = at > 0 ? git('merge-base', process.argv[at + 1], 'HEAD')[0] : release

const changed = new Set([
  ...git('diff', '--name-only', '--no-renames', since),
  ...git('ls-files', '--others', '--exclude-standard'),
])
const pending = globSync('.changeset/*.md', { cwd: root })
const problems = []
const named = new Set()
for (const path of pending) {
  const [, head = '', text = ''] = readFileSync(new URL(path, `file://${root}`), 'utf8').split(/^---$/m)
  if (!text.trim()) problems.push(`${path} says nothing: write what a user of the package needs to know`)
  for (const [, name, kind] of head.matchAll(/^["']?([^"':]+)["']?: *(\w+)$/gm)) {
    if (!packages.some(({ manifest }) => manifest.name === name))
      problems.push(`${path} names ${name}, which is not published`)
    if (!['major', 'minor', 'patch'].includes(kind)) problems.push(`${path} asks for a ${kind}`)
    if (changed.has(path)) named.add(name)
  }
}
for (const { folder, manifest } of packages) {
  const sources = `${folder.slice(root.length)}/src/`
  if (!named.has(manifest.name) && [...changed].some((path) => path.startsWith(sources)))
    problems.push(
      `${sources} has changed, and no changeset says so: run \`pnpm exec changeset\` and name ${manifest.name}`,
    )
}
console.log(problems.length ? problems.join('\n') : `${pending.length} changesets tell what has changed`)
process.exitCode = problems.length ? 1 : 0
