#!/usr/bin/env node
// node scripts/release.mjs [version | pack <folder> | sbom <folder> | publish <folder> | attach <folder> | canary]
// Without an argument: version, commit, check, pack, publish and tag, from a clean work tree. The workflows on GitHub and
// scripts/release-dry-run.mjs run the same steps one by one.
import { spawnSync } from 'node:child_process'
import { globSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { prepareForNpm, readAddresses } from './addresses.mjs'
import { foldChangesets } from './first-release.mjs'
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

/** Turns changesets into versions and changelogs. */
function version(...options) {
  if (!globSync('.changeset/*.md', { cwd: root }).some((path) => !path.endsWith('README.md')))
    fail('No changeset is pending, so there is nothing to release. Add one with `pnpm exec changeset`.')
  foldChangesets(root)
  run('pnpm', 'exec', 'changeset', 'version', ...options)
}

/** Builds, packs the unpublished versions into a folder, and checks the tarballs. */
function pack(folder) {
  process.once('exit', prepare())
  run('pnpm', 'exec', 'changeset', 'pack', '--out-dir', resolve(folder))
  run('node', 'scripts/check-tarballs.mjs', join(resolve(folder), 'packages'))
}

/**
 * Builds, and adds the addresses of the project to the manifests and READMEs. Returns a function that restores the files.
 */
function prepare() {
  const addresses = readAddresses(root)
  const { GITHUB_REPOSITORY: here } = process.env
  if (here && addresses.repository !== `https://github.com/${here}`)
    fail(
      `addresses.json has the repository ${addresses.repository}. Set it to https://github.com/${here}: npm refuses a provenance from another one.`,
    )
  run('pnpm', 'exec', 'turbo', 'run', 'build', '--filter=./packages/*')
  const packages = publishedPackages(root)
  const files = packages.flatMap(({ folder }) =>
    ['package.json', 'README.md'].map((file) => join(folder, file)),
  )
  const before = files.map((file) => readFileSync(file))
  const restore = () => files.forEach((file, index) => writeFileSync(file, before[index]))
  try {
    for (const { folder, directory } of packages) prepareForNpm(folder, directory, addresses, root)
  } catch (error) {
    restore()
    throw error
  }
  return restore
}

/** Returns the bill of materials of a package in a folder. */
const billOf = (folder, { name, version }) =>
  join(folder, `${name.slice(1).replace('/', '-')}-${version}.cdx.json`)

/** Writes a bill of materials (CycloneDX) of each package into a folder, from the lock file. */
function sbom(folder) {
  mkdirSync(resolve(folder), { recursive: true })
  for (const { manifest } of publishedPackages(root)) {
    const options = ['--sbom-format=cyclonedx', '--lockfile-only', '--prod', `--filter=${manifest.name}`]
    run('pnpm', 'sbom', ...options, `--out=${billOf(resolve(folder), manifest)}`)
  }
}

/** Adds the bills of materials in a folder to the releases on GitHub. */
function attach(folder) {
  for (const { manifest } of publishedPackages(root))
    run(
      'gh',
      'release',
      'upload',
      `${manifest.name}@${manifest.version}`,
      billOf(resolve(folder), manifest),
      '--clobber',
    )
}

/** Fails while the project has no repository: npm could not show where a package comes from, and refuses its provenance. */
function requireRepository() {
  if (!readAddresses(root).repository)
    fail(
      'addresses.json has no repository. Set it, run `pnpm fix`, and commit: npm refuses a provenance without one.',
    )
}

/** Publishes the tarballs in a folder, and tags the commit. */
function publish(folder) {
  requireRepository()
  run('pnpm', 'exec', 'changeset', 'publish', '--from-pack-dir', resolve(folder))
}

/** Publishes a version of the current commit under the dist-tag `canary`. Commits and tags nothing. */
function canary() {
  if (read('git', 'status', '--porcelain'))
    fail('The work tree has changes. Commit or drop them: a canary is built from a commit.')
  requireRepository()
  version('--snapshot', 'canary')
  process.once('exit', prepare())
  run('pnpm', 'exec', 'changeset', 'publish', '--tag', 'canary', '--no-git-tag')
}

function release() {
  if (read('git', 'status', '--porcelain')) fail('The work tree has changes. Commit or drop them first.')
  const branch = read('git', 'branch', '--show-current')
  if (branch !== 'main') fail(`Releases are made from main. The current branch is ${branch || 'none'}.`)
  requireRepository()
  version()
  const [{ manifest }] = publishedPackages(root)
  run('git', 'add', '--all')
  run('git', 'commit', '--quiet', '--message', `Release ${manifest.version}`)
  run('pnpm', 'check')
  const folder = mkdtempSync(join(tmpdir(), 'headwater-release-'))
  pack(folder)
  publish(folder)
  console.log(`✔ ${manifest.version} is published and tagged. Next: git push --follow-tags`)
}

const steps = { version, pack, prepare, sbom, publish, attach, canary }
const [step, ...rest] = process.argv.slice(2)
if (step === undefined) release()
else if (!Object.hasOwn(steps, step))
  fail(`Unknown step ${step}. The steps are ${Object.keys(steps).join(', ')}.`)
else if (/^(pack|sbom|publish|attach)$/.test(step) && !rest[0])
  fail(`Usage: node scripts/release.mjs ${step} <folder>`)
else steps[step](...rest)
