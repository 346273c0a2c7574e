#!/usr/bin/env node
// node scripts/rehearse.mjs [--all | consumer …]: a release, from changeset to user, with a real registry on loopback. A copy
// of the work tree makes two releases; fresh projects install the first and read real streams. Nothing leaves this machine.
import assert from 'node:assert/strict'
import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { consume, consumerNames } from './consumers.mjs'
import { publishedPackages } from './published.mjs'
import { startRegistry } from './registry.mjs'
import { copyWorkTree, run } from './work-tree.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const asked = process.argv.slice(2)
/** Enough to notice most of what can go wrong, and quick. */
const quick = ['node-esm', 'node-require', 'ts-nodenext']
const chosen = asked.includes('--all') ? consumerNames() : asked.length > 0 ? asked : quick

const work = mkdtempSync(join(tmpdir(), 'headwater-rehearsal-'))
const tree = join(work, 'tree')
const start = Date.now()
const failures = []
let passed = 0
async function step(title, action) {
  try {
    const result = await action()
    passed += 1
    console.log(`✔ ${title}  (${((Date.now() - start) / 1000).toFixed(1)} s)`)
    return result
  } catch (error) {
    failures.push(`${title}\n${error.message}`)
    console.log(`✖ ${title}\n${error.message}`)
    return undefined
  }
}

/** The rehearsal cannot go on without it. */
async function must(title, action) {
  const before = failures.length
  const result = await step(title, action)
  if (failures.length > before) throw new Error('The rehearsal cannot go on.')
  return result
}

const git = (...args) => run(tree, 'git', ...args)
const release = (...args) => run(tree, process.execPath, 'scripts/release.mjs', ...args)
const manifests = () => publishedPackages(tree).map(({ manifest }) => manifest)

const next = (version, part) => {
  const [major, minor, patch] = version.split('.').map(Number)
  return part === 'minor' ? `${major}.${minor + 1}.0` : `${major}.${minor}.${patch + 1}`
}
const changeset = (name, kind, text) =>
  writeFileSync(join(tree, '.changeset/rehearsal.md'), `---\n'${name}': ${kind}\n---\n\n${text}\n`)

/** Changesets become versions, all of them the same. */
function makeVersions(kind, name, text) {
  const [before] = manifests()
  changeset(name, kind, text)
  release('version')
  const version = next(before.version, kind)
  for (const manifest of manifests())
    assert.equal(manifest.version, version, `the version of ${manifest.name}`)
  assert.deepEqual(globSync('.changeset/*.md', { cwd: tree }), [], 'changesets that are left')
  for (const { folder, manifest } of publishedPackages(tree)) {
    const [, newest = ''] = readFileSync(join(folder, 'CHANGELOG.md'), 'utf8').split(/^## /m)
    assert.ok(newest.startsWith(version), `the changelog of ${manifest.name} begins with ${newest}`)
    assert.match(newest, /^(- |No changes)/m, `the changelog of ${manifest.name} says nothing`)
    if (manifest.name === name)
      assert.ok(newest.includes(`- ${text}`), `${name}'s changelog lacks the changeset`)
  }
  git('add', '--all')
  git('commit', '--quiet', '--message', `Release ${version}`)
  return version
}

function publish(version) {
  const scope = run(tree, 'pnpm', 'config', 'get', '@headwater:registry')
  assert.ok(scope.startsWith('http://127.0.0.1:'), `would publish to ${scope}`)
  const folder = join(work, `packed-${version}`)
  release('pack', folder)
  release('publish', folder)
  const tags = git('tag', '--points-at', 'HEAD').split('\n').toSorted()
  assert.deepEqual(
    tags,
    manifests()
      .map(({ name }) => `${name}@${version}`)
      .toSorted(),
    'tags',
  )
}

/** What the registry says of each package: what users' package managers go by. */
async function inRegistry(registry, version) {
  const documents = await Promise.all(manifests().map(({ name }) => registry.ask(name)))
  for (const document of documents) {
    assert.equal(document['dist-tags'].latest, version, `the latest ${document.name}`)
    const manifest = document.versions[version]
    assert.doesNotMatch(JSON.stringify(manifest), /workspace:|catalog:|@headwater\/source/, document.name)
    for (const [name, range] of Object.entries(manifest.dependencies ?? {}))
      if (name.startsWith('@headwater/')) assert.equal(range, `^${version}`, `${document.name} needs ${name}`)
  }
  return new Map(documents.map((document) => [document.name, document.versions[version]]))
}

let registry
try {
  registry = await startRegistry('@headwater', work)
  await must('a copy of the work tree installs', () => copyWorkTree(tree))
  writeFileSync(join(tree, '.git/info/exclude'), '.npmrc\n')
  writeFileSync(join(tree, '.npmrc'), registry.npmrc)
  const first = await must('a changeset makes one version of all packages, and changelogs', () =>
    makeVersions('minor', '@headwater/core', 'Rehearsed: a line for the changelog.'),
  )
  await must('the first release is packed, published and tagged', () => publish(first))
  const before = await must('the registry has it, with ranges that users can install', () =>
    inRegistry(registry, first),
  )
  // Two at a time: each waits for the network as often as for the processor.
  const waiting = [...chosen]
  const take = async () => {
    for (let name = waiting.shift(); name; name = waiting.shift())
      await step(`${name} installs it, builds, and reads a real stream`, () =>
        consume(name, work, registry.npmrc),
      )
  }
  await Promise.all([take(), take()])
  const second = await must('a patch of one binding makes the next version of all', () =>
    makeVersions('patch', '@headwater/react', 'Rehearsed: a patch of a binding.'),
  )
  await must('the second release is published', () => publish(second))
  await step('its ranges of core follow, and its peer ranges stay as they were', async () => {
    const after = await inRegistry(registry, second)
    for (const [name, manifest] of before) {
      assert.deepEqual(after.get(name).peerDependencies, manifest.peerDependencies, `peers of ${name}`)
      assert.deepEqual(after.get(name).engines, manifest.engines, `engines of ${name}`)
    }
  })
  await step('a canary of a commit is there for who asks for it, and for nobody else', async () => {
    changeset('@headwater/core', 'minor', 'Rehearsed: not yet released.')
    git('add', '--all')
    git('commit', '--quiet', '--message', 'Go on')
    release('canary')
    for (const { name } of manifests()) {
      const { 'dist-tags': tags } = await registry.ask(name)
      assert.equal(tags.latest, second, `the latest ${name}`)
      assert.match(tags.canary, /^0\.0\.0-canary-\d+$/, `the canary of ${name}`)
    }
    assert.equal(git('tag', '--points-at', 'HEAD'), '', 'tags')
  })
  await step('who asked for the first gets the second, and one core', () => {
    const project = join(work, 'second')
    mkdirSync(project)
    const names = manifests().map(({ name }) => name)
    const dependencies = Object.fromEntries(names.map((name) => [name, `^${first}`]))
    writeFileSync(join(project, 'package.json'), JSON.stringify({ private: true, dependencies }))
    writeFileSync(join(project, '.npmrc'), registry.npmrc)
    const flags = ['--no-audit', '--no-fund', '--ignore-scripts', '--legacy-peer-deps']
    run(project, 'npm', 'install', ...flags)
    const { packages } = JSON.parse(readFileSync(join(project, 'package-lock.json'), 'utf8'))
    const ours = Object.entries(packages).filter(([path]) => path.includes('@headwater/'))
    assert.equal(ours.length, names.length, ours.map(([path]) => path).join(' '))
    for (const [path, { version }] of ours) assert.equal(version, second, path)
  })
} catch (error) {
  if (failures.length === 0) failures.push(error.message)
  console.log(`✖ ${error.message}`)
} finally {
  await registry?.close()
  if (process.env['KEEP']) console.log(`kept ${work}`)
  else rmSync(work, { recursive: true, force: true })
}
mkdirSync(join(root, '.test-results'), { recursive: true })
writeFileSync(
  join(root, '.test-results/rehearsal.json'),
  JSON.stringify({ passed, failed: failures.length, failures }),
)
console.log(`\nrehearsal: ${passed} passed, ${failures.length} failed`)
process.exitCode = failures.length === 0 ? 0 : 1
