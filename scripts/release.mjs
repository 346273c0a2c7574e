#!/usr/bin/env node
// node scripts/release.mjs [version | pack <folder> | publish <folder> | canary]
// Without a word: version, commit, check, pack, publish and tag, from a clean work tree. The workflows on GitHub and the
// rehearsal (scripts/rehearse.mjs) take the same steps one by one.
import { spawnSync } from 'node:child_process'
import { globSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { publishedPackages } from './published.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))

const fail = (text) => {
  console.error(`✖ ${text}`)
  process.exit(1)
}
const run = (command, ...args) => {
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: 'inherit' })
  if (status !== 0) fail(`${command} ${args.join(' ')}: ${error?.message ?? `exit code ${status}`}`)
}
const read = (command, ...args) => spawnSync(command, args, { cwd: root, encoding: 'utf8' }).stdout.trim()

/** Changesets become versions and changelogs. */
function version(...options) {
  if (!globSync('.changeset/*.md', { cwd: root }).some((path) => !path.endsWith('README.md')))
    fail('There is nothing to release: no changeset is pending. `pnpm exec changeset` adds one.')
  run('pnpm', 'exec', 'changeset', 'version', ...options)
}

/** Builds, packs what is not published yet into a folder, and looks into what was packed. */
function pack(folder) {
  prepare()
  run('pnpm', 'exec', 'changeset', 'pack', '--out-dir', resolve(folder))
  run('node', 'scripts/check-tarballs.mjs', join(resolve(folder), 'packages'))
}

/** Builds. On GitHub, the manifests are told where they come from: a provenance without it is refused. */
function prepare() {
  run('pnpm', 'exec', 'turbo', 'run', 'build', '--filter=./packages/*')
  const repository = process.env['GITHUB_REPOSITORY']
  if (!repository) return
  for (const { folder, manifest } of publishedPackages(root)) {
    manifest.repository = {
      type: 'git',
      url: `git+https://github.com/${repository}.git`,
      directory: folder.slice(root.length),
    }
    writeFileSync(join(folder, 'package.json'), `${JSON.stringify(manifest, undefined, 2)}\n`)
  }
}

/** Publishes what was packed, and tags it. */
function publish(folder) {
  run('pnpm', 'exec', 'changeset', 'publish', '--from-pack-dir', resolve(folder))
}

/** A version of this very commit, under the dist-tag `canary`; nothing is committed and nothing is tagged. */
function canary() {
  if (read('git', 'status', '--porcelain'))
    fail('A canary is made of a commit: commit or drop your changes first.')
  version('--snapshot', 'canary')
  prepare()
  run('pnpm', 'exec', 'changeset', 'publish', '--tag', 'canary', '--no-git-tag')
}

function release() {
  if (read('git', 'status', '--porcelain')) fail('The work tree has changes: commit or drop them first.')
  const branch = read('git', 'branch', '--show-current')
  if (branch !== 'main') fail(`Releases are made from main, and this is ${branch || 'no branch'}.`)
  version()
  const [{ manifest }] = publishedPackages(root)
  run('git', 'add', '--all')
  run('git', 'commit', '--quiet', '--message', `Release ${manifest.version}`)
  run('pnpm', 'check')
  const folder = mkdtempSync(join(tmpdir(), 'headwater-release-'))
  pack(folder)
  publish(folder)
  console.log(`✔ ${manifest.version} is published and tagged. Now: git push --follow-tags`)
}

const steps = { version, pack, prepare, publish, canary }
const [step, ...rest] = process.argv.slice(2)
if (step === undefined) release()
else if (!Object.hasOwn(steps, step)) fail(`There is no step ${step}: ${Object.keys(steps).join(', ')}.`)
else if ((step === 'pack' || step === 'publish') && !rest[0]) fail(`${step} needs a folder.`)
else steps[step](...rest)
